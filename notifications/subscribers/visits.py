"""What happens to reservations becomes messages, in the transaction of the delivery. Nothing is
sent here."""

from __future__ import annotations

from bookings.deposits import payment_reference
from bookings.events import (
    ReservationCancelled,
    ReservationConfirmed,
    ReservationDeclined,
    ReservationEvent,
    ReservationExpired,
    ReservationModified,
    ReservationRequested,
    ReservationTableReady,
    ReservationUndone,
)
from bookings.lifecycle import AWAITING
from bookings.models import Reservation
from notifications.kinds import ChannelName, Kind
from notifications.services import (
    entry_message_plan,
    message_plan,
    queue_message_plan,
    staff_message_plan,
)
from payments.selectors import payments_of
from reservehub.core.actors import ActorKind
from reservehub.core.events import subscribe
from waitlist.events import EntryJoined, OfferExpired, OfferMade, WaitlistEvent
from waitlist.models import QueueEntry, WaitlistEntry, WaitlistOffer
from waitlist.queue.events import QueueEvent, QueueJoined, QueueLonger, QueueNudged, QueueReady

_GUEST_KINDS: dict[type[ReservationEvent], Kind] = {
    ReservationRequested: Kind.REQUEST_RECEIVED,
    ReservationConfirmed: Kind.CONFIRMED,
    ReservationDeclined: Kind.DECLINED,
    ReservationExpired: Kind.EXPIRED,
    ReservationCancelled: Kind.CANCELLED,
    ReservationModified: Kind.CHANGED,
    ReservationTableReady: Kind.TABLE_READY,
}


def _reservation(event: ReservationEvent) -> Reservation | None:
    return (
        Reservation.objects.select_related("restaurant__policy", "guest")
        .filter(pk=event.reservation_id)
        .first()
    )


def _cause(event: ReservationEvent) -> str:
    return f"v{event.version}"


@subscribe(*_GUEST_KINDS, name="notifications.tell_guest")
def tell_guest(event: ReservationEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """The guest learns of every step that others took, and gets a receipt of their own."""
    reservation = _reservation(event)
    if reservation is None or _is_invisible(event, reservation):
        return
    message_plan(
        kind=_GUEST_KINDS[type(event)],
        reservation=reservation,
        cause=_cause(event),
        now=event.occurred_at,
        context=_context(event),
        only_channels=[ChannelName.EMAIL] if _was_in_the_chat(event) else None,
    )


def _is_invisible(event: ReservationEvent, reservation: Reservation) -> bool:
    """A change that a guest does not notice: same time, same party."""
    return (
        isinstance(event, ReservationModified)
        and event.old_starts_at == event.starts_at
        and event.old_party_size == reservation.party_size
    )


def _was_in_the_chat(event: ReservationEvent) -> bool:
    """A guest who did it in the bot has seen it there: a letter with the calendar file is of use,
    a second message in the chat or an SMS is not.
    """
    return event.channel == ChannelName.TELEGRAM and event.actor_kind == ActorKind.GUEST


def _context(event: ReservationEvent) -> dict[str, object]:
    if isinstance(event, ReservationModified):
        return {
            "old_starts_at": event.old_starts_at.isoformat(),
            "old_party_size": event.old_party_size,
        }
    if isinstance(event, ReservationCancelled):
        return {"by_guest": event.by_guest}
    if isinstance(event, ReservationExpired):
        # Who was asked to pay had been accepted: it was not the restaurant that did not answer.
        asked = payments_of(payment_reference(event.reservation_id)).exists()
        return {"unpaid": True} if asked else {}
    return {}


@subscribe(ReservationUndone, name="notifications.tell_guest_undone")
def tell_guest_undone(event: ReservationUndone, *, delivery_id: int) -> None:  # noqa: ARG001
    """An answer that was taken back: the guest has been told it, so they hear that they wait
    again."""
    reservation = _reservation(event)
    if reservation is None or reservation.status not in AWAITING:
        return
    message_plan(
        kind=Kind.REQUEST_RECEIVED,
        reservation=reservation,
        cause=_cause(event),
        now=event.occurred_at,
    )


@subscribe(ReservationRequested, ReservationCancelled, name="notifications.tell_staff")
def tell_staff(
    event: ReservationRequested | ReservationCancelled,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """Staff learn of requests, and of what guests cancel."""
    if isinstance(event, ReservationCancelled) and not event.by_guest:
        return
    reservation = _reservation(event)
    if reservation is None:
        return
    kind = Kind.STAFF_REQUEST
    if isinstance(event, ReservationCancelled):
        kind = Kind.STAFF_CANCELLED
    staff_message_plan(
        kind=kind, reservation=reservation, cause=_cause(event), now=event.occurred_at
    )


@subscribe(EntryJoined, OfferMade, OfferExpired, name="notifications.tell_waiting")
def tell_waiting(event: WaitlistEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """Who waits gets a receipt, is offered what becomes free, and hears when an offer is over."""
    entry = (
        WaitlistEntry.objects.select_related("restaurant", "guest")
        .filter(pk=event.entry_id)
        .first()
    )
    if entry is None:
        return
    if not isinstance(event, OfferMade | OfferExpired):
        entry_message_plan(
            kind=Kind.WAITLIST_JOINED,
            entry=entry,
            cause="joined",
            now=event.occurred_at,
        )
        return
    if isinstance(event, OfferExpired) and event.is_broadcast:
        return  # kept for nobody, so nothing was lost
    entry_message_plan(
        kind=Kind.WAITLIST_OFFER if isinstance(event, OfferMade) else Kind.WAITLIST_GONE,
        entry=entry,
        offer=WaitlistOffer.objects.filter(pk=event.offer_id).first(),
        cause=f"o{event.offer_id}",
        now=event.occurred_at,
    )


_QUEUE_KINDS: dict[type[QueueEvent], Kind] = {
    QueueJoined: Kind.QUEUE_JOINED,
    QueueLonger: Kind.QUEUE_LONGER,
    QueueReady: Kind.QUEUE_READY,
    QueueNudged: Kind.QUEUE_NUDGE,
}


@subscribe(*_QUEUE_KINDS, name="notifications.tell_queue")
def tell_queue(event: QueueEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """Who stands in the queue hears what they were quoted, that it takes longer, that the table is
    ready and still waits (rules 97, 98).
    """
    rows = QueueEntry.objects.select_related("restaurant__policy", "guest")
    entry = rows.filter(pk=event.entry_id).first()
    if entry is not None:
        queue_message_plan(
            kind=_QUEUE_KINDS[type(event)],
            entry=entry,
            cause=f"v{event.version}",
            now=event.occurred_at,
        )
