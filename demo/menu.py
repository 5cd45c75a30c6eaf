"""Which tables a party may have: from the engine that also seats real guests, or by size alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from django.db.models import Q

from bookings.availability import (
    PacingCaps,
    Period,
    PreparedDay,
    Query,
    ServiceDay,
    seatings,
)
from bookings.loading import prepared_day
from demo.houses.blueprint import Shift, clock_time
from demo.wish import Place, Wish, wish_of
from restaurants.models import ServicePeriod, SlotOverride, SpecialDay, Table, TurnTimeRule
from restaurants.turn_times import Band


class Option(NamedTuple):
    """Tables for a party: how long it stays, and how long they are taken by it."""

    table_ids: tuple[int, ...]
    stay: timedelta
    taken: timedelta


class Menu(Protocol):
    """The tables for parties of one restaurant."""

    def period(self, wish: Wish) -> Period:
        """The service period that a wish falls into; its id is 0 outside of all."""
        ...

    def options(self, wish: Wish) -> tuple[Option, ...]:
        """Where the party could sit if the house were empty, best first."""
        ...


class EngineMenu:
    """What the engine says, by rule 32.

    Where the settings say the same for every ordinary day, one day is asked for all of them.

    :param reference: the latest day to choose for that
    """

    def __init__(self, place: Place, *, reference: date) -> None:
        self._place = place
        self._extraordinary = _extraordinary_days(place)
        while reference in self._extraordinary:
            reference -= timedelta(days=1)
        self._reference = reference if _is_uniform(place) else None
        self._known: dict[tuple[object, ...], tuple[Option, ...]] = {}

    def period(self, wish: Wish) -> Period:
        """See `Menu`."""
        prepared, starts_at = self._asked(wish)
        return prepared.slot_for(starts_at).period

    def options(self, wish: Wish) -> tuple[Option, ...]:
        """See `Menu`."""
        prepared, starts_at = self._asked(wish)
        area_id = self._place.area_id(wish.visit)
        period_id = prepared.slot_for(starts_at).period.id
        key: tuple[object, ...] = (period_id, wish.visit.party, wish.channel, area_id)
        if prepared.config.date != self._reference:
            key = (*key, starts_at)
        if key not in self._known:
            self._known[key] = self._ask(prepared, starts_at, wish, area_id)
        return self._known[key]

    def _asked(self, wish: Wish) -> tuple[PreparedDay, datetime]:
        restaurant = self._place.restaurant
        if self._reference is None or wish.date in self._extraordinary:
            return prepared_day(restaurant, wish.date), wish.starts_at
        same = wish_of(wish.visit, self._reference, self._place.zone) or wish
        return prepared_day(restaurant, self._reference), same.starts_at

    def _ask(
        self, prepared: PreparedDay, starts_at: datetime, wish: Wish, area_id: int | None
    ) -> tuple[Option, ...]:
        query = Query(
            party_size=wish.visit.party,
            now=starts_at - timedelta(hours=2),
            channel=wish.channel,
            area_id=area_id,
            is_notice_exempt=True,
            allows_moves=False,
        )
        return tuple(
            Option(seat.table_ids, seat.ends_at - starts_at, seat.occupied_until - starts_at)
            for seat in seatings(ServiceDay(prepared), query, starts_at)
        )


class PlainMenu:
    """The smallest single table, for restaurants whose engine need not be warmed up for a few rows.

    Right as long as the settings are those of the blueprint.
    """

    def __init__(
        self, place: Place, *, tables: Sequence[Table], periods: Sequence[ServicePeriod]
    ) -> None:
        self._place = place
        self._tables = sorted(tables, key=lambda table: (table.seats, table.pk))
        by_name = {period.name: period.pk for period in periods}
        self._shifts = [(shift, by_name.get(shift.name, 0)) for shift in place.house.shifts]

    def period(self, wish: Wish) -> Period:
        """See `Menu`."""
        shift, period_id = self._shift(wish)
        return Period(
            period_id,
            shift.name,
            clock_time(shift.first),
            clock_time(shift.last),
            clock_time(shift.closes),
            pacing_total=PacingCaps(arriving_covers=shift.covers),
        )

    def options(self, wish: Wish) -> tuple[Option, ...]:
        """See `Menu`."""
        shift, _period_id = self._shift(wish)
        party = wish.visit.party
        stay = timedelta(minutes=_minutes(shift.turns or self._place.house.turns, party))
        taken = stay + timedelta(minutes=self._place.restaurant.policy.buffer_minutes)
        return tuple(
            Option((table.pk,), stay, taken)
            for table in self._tables
            if table.min_party <= party <= table.max_party and table.seats - party <= 2
        )

    def _shift(self, wish: Wish) -> tuple[Shift, int]:
        minute = wish.visit.minute
        return next(
            (known for known in self._shifts if known[0].first <= minute <= known[0].last),
            self._shifts[-1],
        )


def _minutes(bands: Sequence[Band], party: int) -> int:
    for band in bands:
        up_to, minutes = band["up_to"], band["minutes"]
        if minutes is not None and (up_to is None or party <= up_to):
            return minutes
    raise ValueError("turn times end with an open band")


def _is_uniform(place: Place) -> bool:
    """Whether hours and turn times depend on nothing but the time of day, as in the blueprints."""
    periods = ServicePeriod.objects.filter(
        restaurant=place.restaurant, special_day=None, is_active=True
    )
    picky_turns = Q(date_from__isnull=False) | Q(time_from__isnull=False) | ~Q(weekdays=[])
    turns = TurnTimeRule.objects.filter(picky_turns, restaurant=place.restaurant)
    return not periods.exclude(date_from=None, weekdays__len=7).exists() and not turns.exists()


def _extraordinary_days(place: Place) -> frozenset[date]:
    found = set(
        SlotOverride.objects.filter(restaurant=place.restaurant).values_list("date", flat=True)
    )
    days = SpecialDay.objects.filter(restaurant=place.restaurant)
    for first, last in days.values_list("date_from", "date_to"):
        found |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return frozenset(found)
