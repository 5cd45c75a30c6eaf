"""A Friday evening in a large house, written in bulk: 19:40, sixty tables, 250 parties."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from bookings.lifecycle import Status
from bookings.models import Occupancy, OccupancyKind, Reservation
from bookings.services import reservation_create
from restaurants.models import Area, Restaurant, Table
from tests.factories import FRIDAY, NOW, STAFF, a_request, make_restaurant

EVENING = datetime(2026, 6, 5, 17, 40, tzinfo=UTC)
"""19:40 in Amsterdam."""

NAMES = (
    "Anna de Vries",
    "Bram Jansen",
    "Chiara Lombardi",
    "Dmitri Orlov",
    "Élise Fournier",
    "Famke van den Berg",
    "Giorgos Papadopoulos",
    "Hanneke Visser",
    "Ольга Смирнова",
    "Jan-Willem van Houten-Kuipers",
)


def make_house(tables: int = 60, *, slug: str = "bistro-anna") -> Restaurant:
    """Open from noon to half past midnight, three areas."""
    house = make_restaurant(
        name="Bistro Anna",
        slug=slug,
        city="Amsterdam",
        tables=(),
        period={
            "name": "All day",
            "first_seating": time(12),
            "last_seating": time(22, 30),
            "closes": time(0, 30),
            "max_arriving_covers": 40,
            "max_seated_covers": 200,
        },
    )
    areas = [house.areas.get(name="Main room")]
    areas += [
        Area.objects.create(restaurant=house, name=name, position=position)
        for position, name in enumerate(("Terrace", "Bar"), start=1)
    ]
    Table.objects.bulk_create(
        Table(
            restaurant=house,
            area=areas[index * 3 // tables],
            number=str(index + 1),
            seats=(2, 4, 4, 6)[index % 4],
            max_party=(2, 4, 4, 6)[index % 4],
        )
        for index in range(tables)
    )
    house.refresh_from_db()
    return house


def fill(house: Restaurant, parties: int = 250, *, now: datetime = EVENING) -> list[Reservation]:
    """Parties one after another at every table; states as they would be at `now`."""
    model = reservation_create(
        request=a_request(house, time=time(22, 30)), actor=STAFF, now=NOW
    ).reservation
    Occupancy.objects.filter(reservation=model).delete()
    tables = list(house.tables.order_by("pk"))
    first = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)
    rows = []
    for index in range(parties - 1):
        place, turn = index % len(tables), index // len(tables)
        start = first + timedelta(minutes=150 * turn + 15 * (place % 7))
        rows.append(_copy(model, index, start, now=now, seats=tables[place].seats))
    Reservation.objects.bulk_create(rows)
    Occupancy.objects.bulk_create(
        Occupancy(
            restaurant=house,
            table=tables[index % len(tables)],
            kind=OccupancyKind.RESERVATION,
            reservation=row,
            period=(row.starts_at, row.ends_at),
        )
        for index, row in enumerate(rows)
        if row.status not in (Status.NO_SHOW, Status.CANCELLED_BY_GUEST)
    )
    return [*rows, model]


def _copy(
    model: Reservation, index: int, start: datetime, *, now: datetime, seats: int
) -> Reservation:
    end = start + timedelta(minutes=120)
    status = _status(index, start, end, now)
    wall = start + timedelta(hours=2)
    return Reservation(
        **{
            field.attname: getattr(model, field.attname)
            for field in Reservation._meta.concrete_fields
            if field.attname != "id"
        }
        | {
            "reference": f"RES-2026-7{index:04d}5",
            "manage_token_hash": f"m{index}",
            "view_token_hash": f"v{index}",
            "guest_id": None,
            "guest_name": NAMES[index % len(NAMES)],
            "guest_phone": f"+3161234{index:04d}",
            "party_size": max(1, seats - index % 3),
            "status": status,
            "starts_at": start,
            "ends_at": end,
            "local_date": FRIDAY,
            "local_time": wall.time(),
            "service_period_id": model.service_period_id,
            "arrived_at": start if status in (Status.SEATED, Status.ARRIVED) else None,
            "seated_at": start if status in (Status.SEATED, Status.COMPLETED) else None,
            "completed_at": end if status == Status.COMPLETED else None,
            "is_vip": index % 17 == 0,
            "special_occasion": "birthday" if index % 13 == 0 else "none",
            "dietary_restrictions": ["nut_allergy"] if index % 11 == 0 else [],
            "special_requests": "A quiet table by the window, please." if index % 7 == 0 else "",
            "previous_visits": index % 4,
        }
    )


def _status(index: int, start: datetime, end: datetime, now: datetime) -> Status:
    if index % 40 == 39:
        return Status.CANCELLED_BY_GUEST
    if end <= now - timedelta(minutes=10):
        return Status.NO_SHOW if index % 29 == 0 else Status.COMPLETED
    if start <= now - timedelta(minutes=10):
        return Status.CONFIRMED if index % 9 == 0 else Status.SEATED
    if start <= now:
        return Status.ARRIVED if index % 2 else Status.CONFIRMED
    return Status.PENDING if index % 23 == 0 else Status.CONFIRMED
