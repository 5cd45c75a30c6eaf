"""People beyond the plan: they book, come, stay a few minutes and leave, so that the screens of an
open restaurant change every few seconds. Everything goes through the public services.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bookings import selectors, services
from bookings.availability import SlotAnswer
from bookings.lifecycle import Status
from bookings.links import new_link
from bookings.models import Reservation
from bookings.services import BookingRequest
from demo.bills import bill_for
from demo.cast import people_of
from demo.live import GUEST, STAFF, bill_enter
from demo.money import bill_later
from demo.rows import walk_in_name
from demo.wish import Place
from reservehub.core.errors import DomainError
from reservehub.core.tokens import random_token

NONCE = "life."
"""How the links of their bookings begin."""

AT_ONCE = 6
"""Of them in one restaurant, so that room is left for whoever tries the demo."""
AHEAD = timedelta(hours=3)
NEAR = timedelta(minutes=31)
STAY = timedelta(minutes=7)
PATIENCE = timedelta(minutes=20)
SETTLED = timedelta(minutes=2)
"""Before that nobody changes their mind, and staff have not answered yet."""


@dataclass(frozen=True)
class Passersby:
    """One restaurant's passers-by.

    :param chance: decides; seeded in tests
    """

    place: Place
    chance: random.Random

    def happen(self, *, now: datetime) -> bool:
        """One thing happens, if anything can; whether it did."""
        here = list(
            Reservation.objects.filter(
                restaurant=self.place.restaurant,
                link_nonce__startswith=NONCE,
                status__in=(Status.PENDING, Status.CONFIRMED, Status.ARRIVED, Status.SEATED),
            ).order_by("starts_at", "pk")
        )
        try:
            with transaction.atomic():
                return self._next_step(here, now=now) or self._somebody_new(here, now=now)
        except DomainError:
            return False

    def _next_step(self, here: Sequence[Reservation], *, now: datetime) -> bool:
        """What staff do with the first of them for whom it is time."""
        for row in here:
            step = _due(row, now)
            if step is not None:
                if row.status == Status.SEATED:
                    self._pay(row, now=now)
                step(reservation_id=row.pk, actor=STAFF, now=now)
                return True
        return False

    def _pay(self, row: Reservation, *, now: datetime) -> None:
        minute = row.local_time.hour * 60 + row.local_time.minute
        bill = bill_for(self.place.house, party=row.party_size, minute=minute, chance=self.chance)
        if bill is not None:
            bill_enter(self.place, row, bill, now=now)

    def _somebody_new(self, here: Sequence[Reservation], *, now: datetime) -> bool:
        """Somebody asks for a table, comes in from the street, is late or changes their mind."""
        ahead = [
            row for row in here if row.status == Status.CONFIRMED and now - row.updated_at > SETTLED
        ]
        if len(here) >= AT_ONCE and not ahead:
            return False
        if ahead and (len(here) >= AT_ONCE or self.chance.random() < 0.25):
            row = self.chance.choice(ahead)
            if row.late_eta_at is None and row.starts_at - now < timedelta(minutes=30):
                services.reservation_running_late(
                    reservation_id=row.pk, minutes=15, actor=GUEST, now=now
                )
            else:
                services.reservation_cancel(reservation_id=row.pk, actor=GUEST, now=now)
            return True
        if self.chance.random() < 0.4:
            return self._come_in(now=now)
        return self._book(now=now)

    def _come_in(self, *, now: datetime) -> bool:
        if not any(abs(slot.starts_at - now) < NEAR for slot in self._slots(2, now=now)):
            return False  # closed: nobody knocks
        booked = services.walk_in_create(
            restaurant_id=self.place.restaurant.pk,
            party_size=self.chance.choice((1, 2, 2, 3, 4)),
            guest_name=walk_in_name(self.place),
            actor=STAFF,
            now=now,
        )
        _mark(booked.reservation)
        return True

    def _book(self, *, now: datetime) -> bool:
        place = self.place
        party_size = self.chance.choice((2, 2, 2, 3, 4, 4, 5))
        free = [
            slot
            for slot in self._slots(party_size, now=now)
            if slot.available and slot.starts_at <= now + AHEAD
        ]
        if not free:
            return False
        slot = self.chance.choice(free)
        cast = people_of(place.house.cast)
        person = self.chance.choice([one for one in cast if not one.is_blocked])
        booked = services.reservation_create(
            request=BookingRequest(
                restaurant_id=place.restaurant.pk,
                date=place.today(now),
                time=slot.local_time.time(),
                fold=slot.fold,
                party_size=party_size,
                guest_name=person.name,
                guest_email=person.email,
                guest_phone=person.phone,
                guest_language=person.language,
                source=self.chance.choice(("web", "mobile", "widget")),
            ),
            actor=GUEST,
            now=now,
        )
        _mark(booked.reservation)
        bill_later(booked.reservation, actor=STAFF, now=now)
        return True

    def _slots(self, party_size: int, *, now: datetime) -> list[SlotAnswer]:
        return selectors.availability(
            restaurant=self.place.restaurant,
            date=self.place.today(now),
            party_size=party_size,
            now=now,
        )


def _due(row: Reservation, now: datetime) -> Callable[..., object] | None:
    match row.status:
        case Status.SEATED if row.seated_at and now >= row.seated_at + STAY:
            return services.reservation_complete
        case Status.PENDING if now >= row.created_at + SETTLED:
            return services.reservation_approve
        case Status.ARRIVED if row.arrived_at and now > row.arrived_at:
            return services.reservation_seat
        case Status.CONFIRMED if now > row.starts_at + PATIENCE:
            return services.reservation_no_show
        case Status.CONFIRMED if now >= row.starts_at:
            return services.reservation_arrive
    return None


def _mark(reservation: Reservation) -> None:
    """Make the booking recognisable as ours by its link."""
    link = new_link(f"{NONCE}{random_token()[:24]}")
    Reservation.objects.filter(pk=reservation.pk).update(
        link_nonce=link.nonce,
        manage_token_hash=link.manage_hash,
        view_token_hash=link.view_hash,
    )
