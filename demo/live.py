"""The last minutes before now, played through the real services: what they write can be undone."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from django.db import transaction

from bookings import services
from bookings.links import new_link
from bookings.models import Reservation
from bookings.services import BookingRequest
from demo.bills import bill_of
from demo.guestbook import GuestBook
from demo.money import bill_later
from demo.progress import Due
from demo.reasons import reason_of
from demo.rows import walk_in_name
from demo.steps import Deed, Step
from demo.visit import Visit
from demo.wish import Place, Wish, nonce_of, steps_ahead
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from reservehub.core.errors import DomainError
from reservehub.core.money import Money

GUEST = Actor(kind=ActorKind.GUEST, label="guest", channel="web")
STAFF = Actor(kind=ActorKind.STAFF, label="Hanna Visser", channel="web")

Happening = Callable[[], None]


class Stage:
    """Happenings in the order of their instants; one may bring about others."""

    def __init__(self, *, books: Mapping[int, GuestBook], now: datetime) -> None:
        self._books = books
        self._now = now
        self._order = count()
        self._queue: list[tuple[datetime, int, Happening]] = []

    def wish_add(self, place: Place, wish: Wish) -> None:
        """A guest asks for a table at the wish's moment."""
        self._push(wish.created_at, partial(self._ask, place, wish))

    def dues_add(self, dues: Iterable[Due]) -> None:
        """Steps of bookings that are already there."""
        for due in dues:
            self._push(
                due.step.at,
                partial(self._step, due.place, due.reservation, due.step, due.visit),
            )

    def play(self) -> int:
        """Let it all happen; returns how many things did. What is refused is left out."""
        done = 0
        while self._queue:
            _at, _number, happening = heapq.heappop(self._queue)
            try:
                with transaction.atomic():
                    happening()
            except DomainError:
                continue
            done += 1
        return done

    def _push(self, at: datetime, happening: Happening) -> None:
        if at <= self._now:
            heapq.heappush(self._queue, (at, next(self._order), happening))

    def _ask(self, place: Place, wish: Wish) -> None:
        booked = services.reservation_create(
            request=request_of(place, wish, self._books[place.restaurant.organisation_id]),
            actor=GUEST if wish.channel == "online" else STAFF,
            now=wish.created_at,
        )
        link = new_link(nonce_of(place.restaurant.pk, wish.date, wish.visit))
        reservation = booked.reservation
        Reservation.objects.filter(pk=reservation.pk).update(
            link_nonce=link.nonce,
            manage_token_hash=link.manage_hash,
            view_token_hash=link.view_hash,
        )
        bill_later(reservation, actor=STAFF, now=wish.created_at)
        for step in steps_ahead(place.house, wish.visit, reservation):
            self._push(step.at, partial(self._step, place, reservation, step, wish.visit))

    def _step(self, place: Place, row: Reservation, step: Step, visit: Visit) -> None:
        verb, actor = _VERBS[step.deed]
        extra: dict[str, Any] = {}
        if step.deed in (Deed.DECLINE, Deed.CANCEL, Deed.CALL_OFF):
            extra["reason"] = reason_of(step.deed, place.house.cast)
        if step.deed is Deed.RUN_LATE:
            extra["minutes"] = visit.late
        bill = bill_of(step.deed, visit, place.house, row.service_date)
        if bill is not None:
            bill_enter(place, row, bill, now=step.at)
        verb(reservation_id=row.pk, actor=actor, now=step.at, **extra)


_VERBS: Mapping[Deed, tuple[Callable[..., object], Actor]] = {
    Deed.APPROVE: (services.reservation_approve, STAFF),
    Deed.DECLINE: (services.reservation_decline, STAFF),
    Deed.EXPIRE: (services.reservation_expire, SYSTEM),
    Deed.RECONFIRM: (services.reservation_reconfirm, GUEST),
    Deed.RUN_LATE: (services.reservation_running_late, GUEST),
    Deed.CANCEL: (services.reservation_cancel, GUEST),
    Deed.CALL_OFF: (services.reservation_cancel, STAFF),
    Deed.ARRIVE: (services.reservation_arrive, STAFF),
    Deed.SEAT: (services.reservation_seat, STAFF),
    Deed.COMPLETE: (services.reservation_complete, STAFF),
    Deed.NO_SHOW: (services.reservation_no_show, STAFF),
}


def bill_enter(place: Place, row: Reservation, minor: int, *, now: datetime) -> None:
    """Staff enter the bill of a party that is about to leave."""
    services.reservation_bill_set(
        reservation_id=row.pk,
        amount=Money(minor, place.restaurant.currency),
        actor=STAFF,
        now=now,
    )


def request_of(place: Place, wish: Wish, book: GuestBook) -> BookingRequest:
    """The wish as a guest or the host would send it."""
    visit = wish.visit
    person = None if visit.guest is None else book.person(visit.guest)
    guest = None if visit.guest is None else book.guest(visit.guest)
    return BookingRequest(
        restaurant_id=place.restaurant.pk,
        date=wish.date,
        time=wish.local.time(),
        party_size=visit.party,
        guest_name=person.name if person else walk_in_name(place),
        guest_email=person.email if person else "",
        guest_phone=person.phone if person else "",
        guest_language=person.language if person else place.restaurant.language,
        area_id=place.area_id(visit),
        special_occasion=visit.occasion,
        special_requests=visit.request,
        dietary_restrictions=visit.dietary,
        has_health_consent=bool(visit.dietary),
        internal_notes=visit.note,
        source=visit.source,
        channel=wish.channel,
        customer_id=guest.user_id if guest else None,
    )
