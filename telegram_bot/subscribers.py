"""What happens to reservations is shown in the chats of the restaurant."""

from __future__ import annotations

from bookings.events import (
    ReservationArrived,
    ReservationCancelled,
    ReservationCompleted,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationEvent,
    ReservationExpired,
    ReservationModified,
    ReservationNoShow,
    ReservationRequested,
    ReservationSeated,
    ReservationTablesChanged,
    ReservationUndone,
)
from guests.events import GuestErased
from reservehub.core.events import subscribe
from telegram_bot.services.cards import cards_add, cards_touch
from telegram_bot.services.privacy import cards_forget


@subscribe(
    ReservationRequested,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationExpired,
    ReservationModified,
    ReservationCancelled,
    ReservationUndone,
    ReservationTablesChanged,
    ReservationArrived,
    ReservationSeated,
    ReservationCompleted,
    ReservationNoShow,
    name="telegram_bot.cards",
)
def keep_cards(event: ReservationEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """A request: every chat of the restaurant is owed a card (requirement I1). Anything later,
    through whichever door: the cards are edited to the truth.
    """
    if isinstance(event, ReservationRequested):
        cards_add(
            reservation_id=event.reservation_id,
            restaurant_id=event.restaurant_id,
            now=event.occurred_at,
        )
    else:
        cards_touch(reservation_id=event.reservation_id, now=event.occurred_at)


@subscribe(GuestErased, name="telegram_bot.forget_guest")
def forget_guest(event: GuestErased, *, delivery_id: int) -> None:  # noqa: ARG001
    """Messages that stand in chats are outside the database: they are edited afterwards."""
    cards_forget(event.guest_ids, event.occurred_at)
