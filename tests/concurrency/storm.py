"""One process of the storm: eight workers that do at random what guests, staff and tasks do.

``python -m tests.concurrency.storm SEED OPERATIONS PROCESS PROCESSES`` with ``DATABASE_URL`` set;
prints what was acknowledged as JSON. The clock runs from Friday 14:00 to 23:40 over the operations,
so holds and requests expire, parties come, stay and leave while others book.
"""

from __future__ import annotations

import json
import os
import random
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar, NamedTuple

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reservehub.settings.test")
if __name__ == "__main__":
    django.setup()

from django.db import connection

from bookings import services
from bookings.availability import Channel
from bookings.models import Reservation
from bookings.services import BookingRequest, Changes, Start
from bookings.services.optimisation import service_optimise
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from reservehub.core.errors import DomainError, NotFound
from restaurants.models import Restaurant, Table

WORKERS = 8
OPENS = datetime(2026, 6, 5, 12, 0, tzinfo=UTC)
LASTS = timedelta(hours=9, minutes=40)
SLOTS = [time(17 + quarter // 4, 15 * (quarter % 4)) for quarter in range(20)]
GUEST = Actor(kind=ActorKind.GUEST, label="guest", channel="web")
STAFF = Actor(kind=ActorKind.STAFF, label="Maria", channel="web")
SIZES = (1, 2, 2, 2, 2, 3, 4, 4, 5, 6, 8)


class _Held(NamedTuple):
    token: str
    wish: BookingRequest


class Worker:
    """One guest, member of staff or task after the other."""

    def __init__(self, number: int, operations: int, workers: int, seed: int) -> None:
        self.rng = random.Random(seed * 1000 + number)
        self.turns = range(number, operations, workers)
        self.operations = operations
        self.places = list(Restaurant.objects.order_by("pk").values_list("pk", flat=True))
        self.tables = {
            place: list(Table.objects.filter(restaurant=place).values_list("pk", flat=True))
            for place in self.places
        }
        self.done: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.unexpected: list[str] = []
        self.created: list[int] = []
        self.ended: dict[int, str] = {}
        self.holds: list[_Held] = []
        self.now = OPENS

    def run(self) -> None:
        try:
            for turn in self.turns:
                self.now = OPENS + LASTS * (turn / self.operations)
                self.one()
        finally:
            connection.close()

    def one(self) -> None:
        act = self.rng.choices(list(self.acts), weights=list(self.acts.values()))[0]
        name = act.__name__
        try:
            act(self)
            self.done[name] += 1
        except DomainError as refusal:
            self.refused[f"{name}: {refusal.code}"] += 1
        except Exception:  # noqa: BLE001 - the report says what and where
            self.unexpected.append(f"{name}: {traceback.format_exc()[-1500:]}")

    # ------------------------------------------------------------------ guests
    def wish(self, **fields: Any) -> BookingRequest:
        rng = self.rng
        day = OPENS.date() + timedelta(days=rng.choice((0, 0, 0, 1, 2)))
        guest = rng.randrange(2000)
        return BookingRequest(
            restaurant_id=rng.choice(self.places),
            **{
                "date": day,
                "time": rng.choice(SLOTS),
                "party_size": rng.choice(SIZES),
                "guest_name": f"Guest {guest}",
                "guest_email": f"guest-{guest}@example.com",
                **fields,
            },
        )

    def keep(self, booked: services.Booked) -> None:
        self.created.append(booked.reservation.pk)

    def create(self) -> None:
        self.keep(services.reservation_create(request=self.wish(), actor=GUEST, now=self.now))

    def hold(self) -> None:
        wish = self.wish()
        held = services.hold_create(
            restaurant_id=wish.restaurant_id,
            start=Start(date=wish.date, time=wish.time),
            party_size=wish.party_size,
            owner_key=f"session-{self.rng.randrange(60)}",
            ip_key=f"address-{self.rng.randrange(200)}",
            now=self.now,
        )
        self.holds.append(_Held(held.token, wish))

    def book_held(self) -> None:
        held = self.pop_hold()
        if held is None:
            return
        request = replace(held.wish, hold_token=held.token)
        if self.rng.random() < 0.2:
            request = replace(request, time=self.rng.choice(SLOTS))
        self.keep(services.reservation_create(request=request, actor=GUEST, now=self.now))

    def extend(self) -> None:
        if self.holds:
            services.hold_extend(token=self.rng.choice(self.holds).token, now=self.now)

    def release(self) -> None:
        held = self.pop_hold()
        if held is not None:
            services.hold_release(token=held.token)

    def pop_hold(self) -> _Held | None:
        return self.holds.pop(self.rng.randrange(len(self.holds))) if self.holds else None

    def modify(self) -> None:
        rng = self.rng
        changes = Changes(
            time=rng.choice((None, rng.choice(SLOTS))),
            party_size=rng.choice((None, None, rng.choice(SIZES))),
            date=rng.choice((None, None, OPENS.date() + timedelta(days=rng.randrange(3)))),
            special_requests=rng.choice((None, "By the window")),
        )
        services.reservation_modify(
            reservation_id=self.some(),
            changes=changes,
            actor=rng.choice((GUEST, STAFF)),
            now=self.now,
        )

    def cancel(self) -> None:
        one, actor = self.some(), self.rng.choice((GUEST, STAFF))
        services.reservation_cancel(reservation_id=one, actor=actor, now=self.now)
        self.ended[one] = "cancelled"

    # ------------------------------------------------------------------ staff and tasks
    def by_phone(self) -> None:
        wish = self.wish(source="phone", channel=Channel.IN_HOUSE)
        if self.rng.random() < 0.4:
            own = self.tables[wish.restaurant_id]
            several = tuple(self.rng.sample(own, self.rng.choice((1, 2))))
            wish = replace(wish, table_ids=several, overrides=frozenset({"capacity"}))
        self.keep(services.reservation_create(request=wish, actor=STAFF, now=self.now))

    def step(self, service: Callable[..., Any]) -> int:
        one = self.some_tonight()
        service(reservation_id=one, actor=STAFF, now=self.now)
        return one

    def approve(self) -> None:
        self.step(services.reservation_approve)

    def decline(self) -> None:
        self.ended[self.step(services.reservation_decline)] = "declined"

    def arrive(self) -> None:
        self.step(services.reservation_arrive)

    def seat(self) -> None:
        self.step(services.reservation_seat)

    def complete(self) -> None:
        self.step(services.reservation_complete)

    def no_show(self) -> None:
        self.step(services.reservation_no_show)

    def undo(self) -> None:
        one = self.some_tonight()
        if Reservation.objects.filter(pk=one, status="no_show").exists():
            return  # would bring back covers that pacing has given to others: staff may, guests not
        undone = services.reservation_undo(reservation_id=one, actor=STAFF, now=self.now)
        if undone.status == "cancelled_by_restaurant":
            self.ended[one] = "cancelled"  # a walk-in that never was

    def walk_in(self) -> None:
        place = self.rng.choice(self.places)
        own = self.tables[place]
        named = tuple(self.rng.sample(own, self.rng.choice((0, 0, 1, 1, 2))))
        self.keep(
            services.walk_in_create(
                restaurant_id=place,
                table_ids=named,
                party_size=self.rng.choice(SIZES),
                actor=STAFF,
                now=self.now,
                overrides=frozenset({"capacity", "due_soon"}) if named else frozenset(),
            )
        )

    def partly_seat(self) -> None:
        self.step(services.reservation_partly_seat)

    def stay_longer(self) -> None:
        minutes = self.rng.choice((-30, 15, 15, 30, 60))
        services.reservation_extend(
            reservation_id=self.some_tonight(), minutes=minutes, actor=STAFF, now=self.now
        )

    def note(self) -> None:
        one = self.some_tonight()
        if self.rng.random() < 0.5:
            services.reservation_party_set(
                reservation_id=one,
                actual_party_size=self.rng.choice(SIZES),
                actor=STAFF,
                now=self.now,
            )
        else:
            eta_at = self.now + timedelta(minutes=20)
            services.reservation_eta_set(
                reservation_id=one, eta_at=eta_at, actor=STAFF, now=self.now
            )

    def swap(self) -> None:
        first = self.some_tonight()
        place = Reservation.objects.values_list("restaurant_id", flat=True).get(pk=first)
        services.reservations_swap(
            first_id=first,
            second_id=self.some(restaurant_id=place),
            actor=STAFF,
            now=self.now,
            overrides=frozenset({"capacity"}),
        )

    def clean(self) -> None:
        place = self.rng.choice(self.places)
        services.table_clean(
            table_id=self.rng.choice(self.tables[place]),
            restaurant_id=place,
            actor=STAFF,
            now=self.now,
        )

    def overtime(self) -> None:
        services.stays_extend(now=self.now)

    def assign(self) -> None:
        one = self.some()
        place = Reservation.objects.values_list("restaurant_id", flat=True).get(pk=one)
        tables = self.rng.sample(self.tables[place], self.rng.choice((1, 1, 2)))
        services.reservation_assign_tables(
            reservation_id=one,
            table_ids=tuple(tables),
            actor=STAFF,
            now=self.now,
            overrides=frozenset({"capacity"}),
        )

    def auto_assign(self) -> None:
        services.reservation_auto_assign(reservation_id=self.some(), actor=STAFF, now=self.now)

    def block(self) -> None:
        place = self.rng.choice(self.places)
        starts_at = self.now + timedelta(minutes=15 * self.rng.randrange(200))
        services.table_block(
            restaurant_id=place,
            table_ids=tuple(self.rng.sample(self.tables[place], 2)),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            actor=STAFF,
            now=self.now,
        )

    def optimise(self) -> None:
        service_optimise(
            restaurant_id=self.rng.choice(self.places),
            date=OPENS.date() + timedelta(days=self.rng.randrange(2)),
            apply=True,
            actor=STAFF,
            now=self.now,
        )

    def expire(self) -> None:
        due = Reservation.objects.filter(expires_at__lte=self.now, status="pending")
        one = due.values_list("pk", flat=True).first()
        if one is not None:
            services.reservation_expire(reservation_id=one, actor=SYSTEM, now=self.now)

    def tidy(self) -> None:
        services.holds_tidy(now=self.now)

    # ------------------------------------------------------------------ whom
    def some(self, **which: Any) -> int:
        """A reservation at random, most often a recent one.

        :raises NotFound: while there is none
        """
        rows = Reservation.objects.filter(**which).order_by("-pk").values_list("pk", flat=True)
        recent = list(rows[: self.rng.choice((5, 60))])
        if not recent:
            raise NotFound
        return self.rng.choice(recent)

    def some_tonight(self) -> int:
        near = timedelta(minutes=45)
        return self.some(starts_at__range=(self.now - near * 3, self.now + near))

    acts: ClassVar[dict[Callable[[Worker], None], int]] = {
        create: 24, hold: 8, book_held: 7, extend: 3, release: 2, modify: 12, cancel: 10,
        by_phone: 5, approve: 4, decline: 1, arrive: 5, seat: 7, complete: 5, no_show: 3, undo: 4,
        assign: 4, auto_assign: 3, block: 1, optimise: 1, expire: 1, tidy: 1, walk_in: 4,
        partly_seat: 3, stay_longer: 4, note: 2, swap: 3, clean: 2, overtime: 1,
    }  # fmt: skip
    """What is done, and how often."""


def main(seed: int, operations: int, process: int, processes: int) -> dict[str, Any]:
    """Run this process's share of the storm."""
    total = WORKERS * processes
    workers = [Worker(process * WORKERS + n, operations, total, seed) for n in range(WORKERS)]
    connection.close()
    with ThreadPoolExecutor(WORKERS) as pool:
        for running in [pool.submit(worker.run) for worker in workers]:
            running.result()
    return {
        "done": dict(sum((w.done for w in workers), Counter())),
        "refused": dict(sum((w.refused for w in workers), Counter())),
        "unexpected": [one for worker in workers for one in worker.unexpected],
        "created": [one for worker in workers for one in worker.created],
        "ended": {one: how for worker in workers for one, how in worker.ended.items()},
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*map(int, sys.argv[1:]))))
