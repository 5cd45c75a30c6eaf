"""From blueprints to rows. A dozen statements for all restaurants together.

Written in bulk, as validating two thousand rows one by one would take half a minute; the tests hold
the result against the same rules as the settings pages do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.utils.text import slugify

from demo import art
from demo.bulk import rows_insert
from demo.houses.blueprint import House, Shift, Tables, clock_time
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
from restaurants.slugs import transliterate


def organisations_create(houses: Iterable[House]) -> dict[str, Organisation]:
    """The organisations of these restaurants by name."""
    names = dict.fromkeys(house.organisation for house in houses)
    rows = [Organisation(name=name, slug=organisation_slug(name)) for name in names]
    return {row.name: row for row in Organisation.objects.bulk_create(rows)}


def organisation_slug(name: str) -> str:
    return slugify(transliterate(name))


def restaurants_create(
    houses: Sequence[House], organisations: Mapping[str, Organisation]
) -> dict[str, Restaurant]:
    """The restaurants by slug, complete with hours, tables, turn times and pictures."""
    restaurants = Restaurant.objects.bulk_create(
        [
            Restaurant(
                organisation=organisations[house.organisation],
                cover=art.cover_name(house.art),
                **house.profile,
            )
            for house in houses
        ]
    )
    pairs = list(zip(houses, restaurants, strict=True))
    BookingPolicy.objects.bulk_create(
        [BookingPolicy(restaurant=restaurant, **house.policy) for house, restaurant in pairs]
    )
    _hours_create(pairs)
    _tables_create(pairs)
    return {restaurant.slug: restaurant for restaurant in restaurants}


Pairs = Sequence[tuple[House, Restaurant]]


def _hours_create(pairs: Pairs) -> None:
    shifts = [(shift, restaurant) for house, restaurant in pairs for shift in house.shifts]
    periods = ServicePeriod.objects.bulk_create(
        [_period(shift, restaurant) for shift, restaurant in shifts]
    )
    own = [
        TurnTimeRule(
            restaurant=restaurant,
            name=shift.name,
            bands=shift.turns,
            service_period=period,
        )
        for (shift, restaurant), period in zip(shifts, periods, strict=True)
        if shift.turns is not None
    ]
    usual = [TurnTimeRule(restaurant=place, bands=house.turns) for house, place in pairs]
    TurnTimeRule.objects.bulk_create([*usual, *own])


def _period(shift: Shift, restaurant: Restaurant) -> ServicePeriod:
    return ServicePeriod(
        restaurant=restaurant,
        name=shift.name,
        weekdays=list(shift.weekdays),
        first_seating=clock_time(shift.first),
        last_seating=clock_time(shift.last),
        closes=clock_time(shift.closes),
        slot_interval_minutes=shift.interval,
        max_arriving_covers=shift.covers,
        **shift.fields,
    )


def _tables_create(pairs: Pairs) -> None:
    areas = Area.objects.bulk_create(
        [
            Area(restaurant=restaurant, name=name, is_outdoor=is_outdoor, position=position)
            for house, restaurant in pairs
            for position, (name, is_outdoor) in enumerate(house.areas)
        ]
    )
    area_of = {(area.restaurant_id, area.name): area for area in areas}
    tables = rows_insert(
        [
            row
            for house, restaurant in pairs
            for group in house.tables
            for row in _tables(group, restaurant, area_of[restaurant.pk, group.area])
        ]
    )
    table_of = {(table.restaurant_id, table.number): table for table in tables}
    _combinations_create(pairs, table_of)


def _tables(group: Tables, restaurant: Restaurant, area: Area) -> Iterator[Table]:
    for index, number in enumerate(group.numbers):
        yield Table(
            restaurant=restaurant,
            area=area,
            number=number,
            name=group.names[index] if group.names else "",
            min_party=group.min_party,
            seats=group.seats,
            max_party=group.seats + group.squeeze,
            table_type=group.type,
            features=list(group.features),
            priority=group.priority,
            access=group.access,
            notes=group.notes,
        )


def _combinations_create(pairs: Pairs, table_of: Mapping[tuple[int, str], Table]) -> None:
    together = [(one, restaurant) for house, restaurant in pairs for one in house.together]
    combinations = Combination.objects.bulk_create(
        [
            Combination(
                restaurant=restaurant,
                name=one.name,
                is_row=one.is_row,
                min_party=one.min_party,
                max_party=one.max_party,
            )
            for one, restaurant in together
        ]
    )
    CombinationMember.objects.bulk_create(
        [
            CombinationMember(
                combination=combination, table=table_of[restaurant.pk, number], position=position
            )
            for (one, restaurant), combination in zip(together, combinations, strict=True)
            for position, number in enumerate(one.numbers)
        ]
    )
