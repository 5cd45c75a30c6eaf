"""What a provider in memory keeps: its payment objects, and who called it how."""

from __future__ import annotations

from dataclasses import dataclass

from payments.facts import Mode
from payments.gateways.base import Card


@dataclass
class Thing:
    """A payment object in the provider's own books; sums in minor units."""

    object_id: str
    public_id: str
    mode: Mode
    amount: int
    currency: str
    is_dead: bool = False
    has_given: bool = False
    held: int = 0
    captured: int = 0
    refunded: int = 0
    card: Card | None = None


@dataclass(frozen=True)
class Call:
    method: str
    key: str
    amount: int | None
