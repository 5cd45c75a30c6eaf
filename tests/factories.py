"""A small, complete restaurant for tests: the numbers are chosen to be easy to reason about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from django.db import connection

from accounts.models import User
from bookings.models import Reservation
from bookings.services import BookingRequest
from reservehub.core.actors import Actor, ActorKind
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Membership,
    Organisation,
    Restaurant,
    Role,
    ServicePeriod,
    Table,
    TurnTimeRule,
)

_number = count(1)

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
"""A Monday morning, 11:00 in Amsterdam."""

FRIDAY = date(2026, 6, 5)

GUEST = Actor(kind=ActorKind.GUEST, label="guest", channel="web")
STAFF = Actor(kind=ActorKind.STAFF, label="Maria", channel="web")

BANDS = [
    {"up_to": 2, "minutes": 90},
    {"up_to": 4, "minutes": 105},
    {"up_to": None, "minutes": 120},
]


def make_restaurant(
    *,
    tables: tuple[int, ...] = (2, 4),
    zone: str = "Europe/Amsterdam",
    policy: dict[str, Any] | None = None,
    period: dict[str, Any] | None = None,
    **fields: Any,
) -> Restaurant:
    """Dinner every day 18:00-22:00, closing at midnight; no pacing; tables of the given seats in
    one area.
    """
    number = next(_number)
    organisation = fields.pop("organisation", None) or Organisation.objects.create(
        name=f"Organisation {number}", slug=f"organisation-{number}"
    )
    restaurant = Restaurant.objects.create(
        organisation=organisation,
        **{
            "name": f"Restaurant {number}",
            "slug": f"restaurant-{number}",
            "country": "NL",
            "timezone": zone,
            "phone": "+31201234567",
            **fields,
        },
    )
    BookingPolicy.objects.create(restaurant=restaurant, **(policy or {}))
    area = Area.objects.create(restaurant=restaurant, name="Main room")
    TurnTimeRule.objects.create(restaurant=restaurant, bands=BANDS)
    ServicePeriod.objects.create(
        restaurant=restaurant,
        **{
            "name": "Dinner",
            "weekdays": [0, 1, 2, 3, 4, 5, 6],
            "first_seating": time(18),
            "last_seating": time(22),
            "closes": time(0),
            "max_arriving_covers": None,
            **(period or {}),
        },
    )
    for index, seats in enumerate(tables, start=1):
        make_table(restaurant, number=str(index), seats=seats, area=area)
    restaurant.refresh_from_db()
    return restaurant


def make_table(restaurant: Restaurant, *, number: str, seats: int, **fields: Any) -> Table:
    """A table for 1 to `seats`."""
    area = fields.pop("area", None) or restaurant.areas.get(name="Main room")
    return Table.objects.create(
        restaurant=restaurant,
        area=area,
        number=number,
        **{"seats": seats, "max_party": seats, **fields},
    )


def make_combination(restaurant: Restaurant, *tables: Table, **fields: Any) -> Combination:
    """The given tables pushed together, for parties too large for the largest of them."""
    combination = Combination.objects.create(
        restaurant=restaurant,
        **{
            "name": "+".join(table.number for table in tables),
            "min_party": max(table.max_party for table in tables) + 1,
            "max_party": sum(table.seats for table in tables),
            **fields,
        },
    )
    for position, table in enumerate(tables):
        CombinationMember.objects.create(combination=combination, table=table, position=position)
    return combination


def make_user(email: str = "", **fields: Any) -> User:
    """A person who can log in with the password `secret-enough-1`."""
    return User.objects.create_user(
        email or f"user-{next(_number)}@example.com", "secret-enough-1", **fields
    )


def make_member(restaurant: Restaurant, role: str = Role.HOST, **fields: Any) -> User:
    """Somebody with a role in the restaurant."""
    user = make_user(**fields)
    Membership.objects.create(
        user=user, organisation=restaurant.organisation, restaurant=restaurant, role=role
    )
    return user


def a_request(restaurant: Restaurant, **fields: Any) -> BookingRequest:
    """Two people, Friday 19:00, every time another guest."""
    return BookingRequest(
        restaurant_id=restaurant.pk,
        **{
            "date": FRIDAY,
            "time": time(19),
            "party_size": 2,
            "guest_name": "Anna de Vries",
            "guest_email": f"guest-{next(_number)}@example.com",
            **fields,
        },
    )


OWN = {"id", "reference", "starts_at", "ends_at", "manage_token_hash", "view_token_hash"}
"""What two reservations never share."""


def copy_reservation(template: Reservation, *, copies: int) -> None:
    """A large book in one statement: the same booking again every minute from its start on. They
    take no tables: this is for questions about the book.
    """
    fields = [field for field in Reservation._meta.concrete_fields if field.name not in OWN]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO bookings_reservation ({columns}, reference, starts_at, ends_at,
                    manage_token_hash, view_token_hash)
                SELECT {columns}, 'X-' || n, starts_at + n * interval '1 minute',
                       ends_at + n * interval '1 minute', 'm' || n, 'v' || n
                FROM bookings_reservation, generate_series(1, %s) AS n WHERE id = %s""",  # noqa: S608
            [copies, template.pk],
        )
        cursor.execute("ANALYZE bookings_reservation")
