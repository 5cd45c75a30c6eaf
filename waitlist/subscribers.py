"""What the waitlist does when something below it happens: gains of capacity are noted (rule 86),
bookings close what is no longer wanted (rule 91), entries follow what they became (rules 78, 79).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from bookings.events import (
    ReservationCancelled,
    ReservationCompleted,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationEvent,
    ReservationExpired,
    ReservationExtended,
    ReservationModified,
    ReservationNoShow,
    ReservationPartyChanged,
    ReservationRequested,
    ReservationTablesChanged,
    TableCleaned,
    TablesUnblocked,
)
from bookings.lifecycle import OCCUPYING
from bookings.loading import active_restaurant
from bookings.models import Reservation
from reservehub.core.events import subscribe
from reservehub.core.timezones import service_date_of
from restaurants.events import RestaurantConfigChanged
from waitlist.models import OfferCause
from waitlist.services import (
    broadcasts_check,
    entries_close_elsewhere,
    entry_follow_booking,
    gain_note,
    gains_note_everywhere,
)

CAUSES: dict[type[ReservationEvent], OfferCause] = {
    ReservationCancelled: OfferCause.CANCELLED,
    ReservationModified: OfferCause.CHANGED,
    ReservationPartyChanged: OfferCause.CHANGED,
    ReservationTablesChanged: OfferCause.CHANGED,
    ReservationExtended: OfferCause.LEFT_EARLY,
    ReservationCompleted: OfferCause.LEFT_EARLY,
    ReservationNoShow: OfferCause.NO_SHOW,
    ReservationDeclined: OfferCause.REFUSED,
    ReservationExpired: OfferCause.REFUSED,
}
"""Events after which something may be free that was not."""
_NOT_AVAILABILITY = frozenset(
    {"floorplan", "tableplacement", "restaurantimage", "membership", "invitation"}
)


@subscribe(*CAUSES, name="waitlist.gain_of_booking")
def note_booking(event: ReservationEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """A booking gave something up."""
    days = {event.service_date}
    if isinstance(event, ReservationModified):
        days.add(event.old_service_date)
    if isinstance(event, ReservationExtended) and event.ends_at >= event.old_ends_at:
        return
    gain_note(
        restaurant_id=event.restaurant_id,
        service_dates=days,
        cause=CAUSES[type(event)],
        since=event.occurred_at,
    )


@subscribe(TablesUnblocked, name="waitlist.gain_of_block")
def note_unblocked(event: TablesUnblocked, *, delivery_id: int) -> None:  # noqa: ARG001
    """Staff no longer keep tables free of guests."""
    last = min(event.ends_at, event.occurred_at + timedelta(days=366))
    first = max(event.starts_at, event.occurred_at) - timedelta(days=1)
    days = max(0, (last.date() - first.date()).days) + 1
    _note(
        event.restaurant_id,
        [first.date() + timedelta(days=n) for n in range(days)],
        OfferCause.TABLE,
        event.occurred_at,
    )


@subscribe(TableCleaned, name="waitlist.gain_of_cleaning")
def note_cleaned(event: TableCleaned, *, delivery_id: int) -> None:  # noqa: ARG001
    """A table is ready before its time."""
    restaurant = active_restaurant(event.restaurant_id)
    if restaurant is not None:
        day = service_date_of(event.occurred_at, restaurant.timezone, restaurant.business_day_cut)
        _note(event.restaurant_id, [day], OfferCause.LEFT_EARLY, event.occurred_at)


@subscribe(RestaurantConfigChanged, name="waitlist.gain_of_configuration")
def note_configuration(event: RestaurantConfigChanged, *, delivery_id: int) -> None:  # noqa: ARG001
    """More tables, longer hours, higher limits: whatever it was, every day is looked at."""
    if event.what in _NOT_AVAILABILITY:
        return
    gains_note_everywhere(
        restaurant_id=event.restaurant_id,
        cause=OfferCause.TABLE if event.what == "table" else OfferCause.CONFIGURATION,
        since=event.occurred_at,
        today=event.occurred_at.date() - timedelta(days=1),
    )


@subscribe(
    ReservationConfirmed,
    ReservationRequested,
    ReservationModified,
    name="waitlist.close_elsewhere",
)
def close_elsewhere(event: ReservationEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """Who has booked for a night no longer waits for it, and what all were told may be gone."""
    broadcasts_check(
        restaurant_id=event.restaurant_id,
        service_date=event.service_date,
        now=event.occurred_at,
    )
    booking = Reservation.objects.filter(pk=event.reservation_id, status__in=sorted(OCCUPYING))
    guest_id = booking.values_list("guest_id", flat=True).first()
    if guest_id is not None:
        entries_close_elsewhere(
            restaurant_id=event.restaurant_id,
            guest_id=guest_id,
            service_date=event.service_date,
            reservation_id=event.reservation_id,
            now=event.occurred_at,
        )


@subscribe(ReservationExpired, ReservationConfirmed, name="waitlist.follow_booking")
def follow_booking(
    event: ReservationExpired | ReservationConfirmed,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """A table that was taken and not paid is no success of the waitlist; paid after all, it is."""
    entry_follow_booking(reservation_id=event.reservation_id, now=event.occurred_at)


def _note(restaurant_id: int, days: list[date], cause: OfferCause, since: datetime) -> None:
    gain_note(restaurant_id=restaurant_id, service_dates=days, cause=cause, since=since)
