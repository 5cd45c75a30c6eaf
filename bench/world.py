"""The data under test: restaurants of 40 tables, one with a busy evening, and years of history."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from bookings.errors import SlotUnavailable
from bookings.models import Reservation
from bookings.services import BookingRequest, reservation_create
from reservehub.core.actors import Actor, ActorKind
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Organisation,
    Restaurant,
    ServicePeriod,
    Table,
    TurnTimeRule,
)

GUEST = Actor(kind=ActorKind.GUEST, label="guest", channel="api")
SIZES = (1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 4, 5, 6)
MIX = (2,) * 16 + (4,) * 16 + (6,) * 6 + (8,) * 2
BUSY_DAY_BOOKINGS = 120
HORIZON = 14
"""Days ahead that guests of the measurement book."""
SLOTS = [time(h, m) for h in (12, 13, 18, 19, 20, 21) for m in (0, 15, 30, 45)]


class World(NamedTuple):
    """The busy restaurant, its busy day, and all restaurants."""

    busy: Restaurant
    day: date
    restaurants: list[Restaurant]


def build(*, restaurants: int) -> World:
    """Make the restaurants and book the busy evening through the service."""
    made = [restaurant(number) for number in range(restaurants)]
    day = timezone.now().date() + timedelta(days=HORIZON + 7)
    fill(made[0], day, BUSY_DAY_BOOKINGS)
    return World(made[0], day, made)


def restaurant(number: int) -> Restaurant:
    """40 tables in three areas, 6 combinations, lunch and dinner, paced as usual."""
    house = Organisation.objects.create(name=f"House {number}", slug=f"bench-{number}")
    place = Restaurant.objects.create(
        organisation=house,
        name=f"Bench {number}",
        slug=f"bench-{number}",
        country="NL",
        timezone="Europe/Amsterdam",
    )
    BookingPolicy.objects.create(restaurant=place, buffer_minutes=5, instant_up_to=12)
    TurnTimeRule.objects.create(
        restaurant=place,
        bands=[
            {"up_to": 2, "minutes": 90},
            {"up_to": 4, "minutes": 105},
            {"up_to": None, "minutes": 120},
        ],
    )
    for name, first, last, closes in (
        ("Lunch", time(12), time(14, 30), time(17)),
        ("Dinner", time(18), time(22), time(0)),
    ):
        ServicePeriod.objects.create(
            restaurant=place,
            name=name,
            weekdays=list(range(7)),
            first_seating=first,
            last_seating=last,
            closes=closes,
            max_arriving_covers=40,
        )
    areas = [Area.objects.create(restaurant=place, name=f"Room {n}") for n in (1, 2, 3)]
    tables = [
        Table.objects.create(
            restaurant=place, area=areas[n % 3], number=str(n + 1), seats=seats, max_party=seats
        )
        for n, seats in enumerate(MIX)
    ]
    for area in areas:
        fours = [table for table in tables if table.area_id == area.pk and table.seats == 4]
        for a, b in pairwise(fours[:3]):
            combine(place, a, b)
    place.refresh_from_db()
    return place


def combine(place: Restaurant, *tables: Table) -> None:
    combination = Combination.objects.create(
        restaurant=place, name="+".join(t.number for t in tables), min_party=5, max_party=8
    )
    for position, table in enumerate(tables):
        CombinationMember.objects.create(combination=combination, table=table, position=position)


def fill(place: Restaurant, day: date, bookings: int) -> None:
    """Book until so many parties have a table that evening."""
    rng, booked, number = random.Random(1), 0, 0
    while booked < bookings:
        number += 1
        request = BookingRequest(
            restaurant_id=place.pk,
            date=day,
            time=rng.choice(SLOTS),
            party_size=rng.choice(SIZES),
            guest_name=f"Guest {number}",
            guest_email=f"filling-{number}@example.com",
        )
        try:
            reservation_create(request=request, actor=GUEST, now=timezone.now())
        except SlotUnavailable:
            if number > bookings * 20:
                raise
            continue
        booked += 1


def add_history(world: World, *, rows: int) -> None:
    """Past evenings of all tables, straight into the tables, for the planner to wade through."""
    past = datetime.combine(timezone.now().date() - timedelta(days=2), time(17), UTC)
    model = Reservation.objects.filter(restaurant=world.busy).latest("pk")
    per_table = rows // Table.objects.count() + 1
    own = {
        "reference": "'OLD-' || t.id || '-' || n",
        "restaurant_id": "t.restaurant_id",
        "guest_id": "NULL",
        "status": "'completed'",
        "service_date": "(%(past)s - n * interval '12 hours')::date",
        "starts_at": "%(past)s - n * interval '12 hours'",
        "ends_at": "%(past)s - n * interval '12 hours' + interval '90 minutes'",
        "service_period_id": "NULL",
        "manage_token_hash": "md5('manage' || t.id || '-' || n)",
        "view_token_hash": "md5('view' || t.id || '-' || n)",
    }
    names = [str(f.column) for f in Reservation._meta.concrete_fields if not f.primary_key]
    values = ", ".join(own.get(name, f"m.{name}") for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {Reservation._meta.db_table} ({', '.join(names)}) SELECT {values} "  # noqa: S608 - column names
            "FROM restaurants_table t, generate_series(1, %(n)s) AS n, bookings_reservation m "
            "WHERE m.id = %(model)s",
            {"past": past, "n": per_table, "model": model.pk},
        )
        cursor.execute(
            "INSERT INTO bookings_occupancy "
            "(table_id, restaurant_id, period, kind, reservation_id) "
            "SELECT split_part(reference, '-', 2)::bigint, restaurant_id, "
            "tstzrange(starts_at, ends_at), 'reservation', id "
            "FROM bookings_reservation WHERE reference LIKE 'OLD-%'"
        )
        cursor.execute("VACUUM ANALYZE bookings_reservation, bookings_occupancy, guests_guest")


@contextmanager
def changing(world: World, *, per_second: int) -> Iterator[None]:
    """Meanwhile something about the busy evening changes so often."""
    is_over = threading.Event()
    evening = Reservation.objects.filter(restaurant=world.busy, service_date=world.day)

    def change() -> None:
        while not is_over.wait(1 / per_second):
            evening.filter(pk=evening.order_by("?").values("pk")[:1]).update(
                updated_at=timezone.now()
            )
        connection.close()

    thread = threading.Thread(target=change)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def questions(world: World, number: int) -> Iterator[list[Any]]:
    """Availability of the busy evening for parties of 1 to 6."""
    path = f"/api/v1/restaurants/{world.busy.slug}/availability?date={world.day}&party_size="
    for n in range(number):
        yield ["GET", f"{path}{1 + n % 6}", None]


def wishes(world: World, number: int, *, seed: int) -> Iterator[list[Any]]:
    """Bookings by ever new guests, spread over the restaurants and the next weeks."""
    rng, today = random.Random(seed), timezone.now().date()
    for n in range(number):
        body = {
            "restaurant": rng.choice(world.restaurants).slug,
            "date": str(today + timedelta(days=rng.randrange(1, HORIZON))),
            "time": f"{rng.choice(SLOTS):%H:%M}",
            "party_size": rng.choice(SIZES),
            "guest_name": f"Guest {n}",
            "guest_email": f"guest-{seed}-{n}@example.com",
        }
        yield ["POST", "/api/v1/reservations", body]
