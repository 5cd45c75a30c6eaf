"""A small house at 19:40 in which every table is in another state."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bookings.floor import TableState
from bookings.lifecycle import Status
from bookings.models import Hold, Occupancy, OccupancyKind, Reservation, TableBlock
from bookings.services import reservation_create
from restaurants.models import Restaurant, Table
from tests.factories import FRIDAY, NOW, STAFF, a_request, make_restaurant
from tests.staff.evening import EVENING

_T = TableState
MINUTE = timedelta(minutes=1)


def make_states(*, now: datetime = EVENING, **fields: Any) -> tuple[Restaurant, dict[str, Table]]:
    """The restaurant, and its tables by the state they are in."""
    house = make_restaurant(tables=(4,) * len(_T), name="Bistro Anna", slug="bistro-anna", **fields)
    tables = dict(zip([state.value for state in _T], house.tables.order_by("pk"), strict=True))
    model = reservation_create(
        request=a_request(house, time=time(22)), actor=STAFF, now=NOW
    ).reservation
    Occupancy.objects.filter(reservation=model).delete()
    Reservation.objects.filter(pk=model.pk).update(status=Status.CANCELLED_BY_GUEST)
    parties: dict[str, tuple[Status, int, int]] = {
        _T.SOON: (Status.CONFIRMED, 60, 165),
        _T.PENDING: (Status.PENDING, -5, 100),
        _T.CONFIRMED: (Status.CONFIRMED, 5, 110),
        _T.LATE: (Status.CONFIRMED, -12, 93),
        _T.ARRIVED: (Status.ARRIVED, -5, 100),
        _T.SEATED: (Status.SEATED, -30, 75),
        _T.FINISHING: (Status.SEATED, -95, 10),
        _T.OVERTIME: (Status.SEATED, -115, -10),
        _T.CLEANING: (Status.COMPLETED, -100, 5),
        _T.CONFLICT: (Status.SEATED, -110, -5),
    }
    names = iter(
        ("Anna", "Bram", "Chiara", "Dmitri", "Élise", "Famke", "Giorgos", "Ольга", "Jan", "Kim")
    )
    for state, (status, start, end) in parties.items():
        party = _party(model, next(names), status, now, start, end)
        until = {_T.OVERTIME: 5, _T.CLEANING: 10}.get(TableState(state), end)
        since = -5 if state == _T.CONFIRMED else start
        _take(tables[state], party, now + since * MINUTE, now + until * MINUTE)
    waits = _party(model, "Lena", Status.ARRIVED, now, -5)
    _take(tables[_T.CONFLICT], waits, now - 5 * MINUTE, now + 100 * MINUTE)
    _hold_and_block(house, tables, now)
    _party(model, "Mila", Status.CONFIRMED, now, 20)
    return house, tables


def _party(  # noqa: PLR0917
    model: Reservation, name: str, status: Status, now: datetime, start: int, end: int = 100
) -> Reservation:
    """:param start, end: minutes from now"""
    starts, ends = now + start * MINUTE, now + end * MINUTE
    party = Reservation.objects.get(pk=model.pk)
    party.pk = None
    party._state.adding = True
    nonce = f"state-{name}-{model.pk}"
    party.reference = f"RES-2026-{nonce[:11]}"
    party.manage_token_hash, party.view_token_hash, party.link_nonce = nonce, nonce + "v", nonce
    party.guest, party.guest_name = None, f"{name} de Vries"
    party.party_size, party.status = 4, status
    party.starts_at, party.ends_at, party.service_date = starts, ends, FRIDAY
    at_table = status in (Status.SEATED, Status.COMPLETED)
    party.arrived_at = starts if at_table or status is Status.ARRIVED else None
    party.seated_at = starts if at_table else None
    party.completed_at = now - 2 * MINUTE if status is Status.COMPLETED else None
    party.cancelled_at = None
    party.is_vip = name == "Anna"
    party.dietary_restrictions = ["nut_allergy"] if name == "Famke" else []
    party.save()
    return party


def _take(table: Table, party: Reservation, starts: datetime, ends: datetime) -> None:
    Occupancy.objects.create(
        table=table,
        restaurant_id=table.restaurant_id,
        reservation=party,
        kind=OccupancyKind.RESERVATION,
        period=(starts, ends),
    )


def _hold_and_block(house: Restaurant, tables: dict[str, Table], now: datetime) -> None:
    hold = Hold.objects.create(
        restaurant=house,
        token_hash="held",
        owner_key="somebody",
        service_date=FRIDAY,
        starts_at=now - MINUTE,
        ends_at=now + 90 * MINUTE,
        party_size=2,
        created_at=now,
        expires_at=now + 5 * MINUTE,
    )
    block = TableBlock.objects.create(restaurant=house, reason="Broken leg", created_at=now)
    period = (now - MINUTE, now + 90 * MINUTE)
    Occupancy.objects.create(
        table=tables[_T.HELD], restaurant=house, hold=hold, kind="hold", period=period,
        expires_at=hold.expires_at,
    )  # fmt: skip
    Occupancy.objects.create(
        table=tables[_T.BLOCKED], restaurant=house, block=block, kind="block", period=period
    )
