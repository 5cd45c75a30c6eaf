"""What happens in the guest book, for the apps above."""

from __future__ import annotations

from dataclasses import dataclass

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class GuestVipChanged(Event):
    """A guest became a VIP, or is one no longer."""

    name = "guests.guest.vip_changed"
    guest_id: int
    is_vip: bool


@dataclass(frozen=True, kw_only=True)
class GuestErased(Event):
    """Nobody can tell any more who these records were about; the rows of all apps are clean
    already. For what is outside the database: messages that stand in chats, pages that are open.
    """

    name = "guests.guest.erased"
    guest_ids: tuple[int, ...]
