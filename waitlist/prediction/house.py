"""A house at one moment, as far as waiting is concerned. Tables are numbered from 0; times are
minutes from now.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from waitlist.prediction.turns import Stay

KEPT = 30.0
"""A table whose next party is due sooner is kept for it (rule 95)."""


class Seat(NamedTuple):
    """Tables that would take a party, pushed together if there are several."""

    tables: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A party at its tables for `elapsed` minutes (negative: it is expected to sit down then)."""

    tables: tuple[int, ...]
    elapsed: float
    stay: Stay


@dataclass(frozen=True, slots=True)
class Due:
    """A reservation with its tables, due in `starts_in` minutes (negative: it is late)."""

    tables: tuple[int, ...]
    starts_in: float
    stay: Stay


@dataclass(frozen=True, slots=True)
class Block:
    """A table that nobody gets from `starts_in` until `ends_in`."""

    table: int
    starts_in: float
    ends_in: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A party that waits: the seats that suit it, best first, and how long it would stay.

    `held` are the tables it has been called to already.
    """

    seats: tuple[Seat, ...]
    stay: Stay
    held: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """`reset` minutes pass between parties. A walk-in needs `least` minutes at a table before its
    next party is due.
    """

    tables: int
    sitting: tuple[Sitting, ...] = ()
    due: tuple[Due, ...] = ()
    blocks: tuple[Block, ...] = ()
    reset: float = 5.0
    least: float = KEPT
