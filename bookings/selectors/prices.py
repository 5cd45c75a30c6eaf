"""What the times of a day cost a guest who is not known yet (rule 77)."""

from __future__ import annotations

from datetime import date, datetime

from bookings.availability import Channel, Query, SlotAnswer, seatings
from bookings.deposits import Rule, Terms
from bookings.loading import load_day
from bookings.models import Occupancy
from bookings.selectors.deposits import deposit_rules_in_force, deposit_terms
from restaurants.models import Restaurant


def slot_terms(
    answer: SlotAnswer,
    *,
    restaurant: Restaurant,
    day: date,
    party_size: int,
    area_id: int | None,
    rules: tuple[Rule, ...],
    source: str = "web",
) -> Terms | None:
    """The terms of a time; where the guest has not named an area and areas differ, those of the
    cheapest one that is free. No query.

    :param rules: of `deposit_rules_in_force`
    """
    if not rules or not answer.available:
        return None
    areas: tuple[int | None, ...] = (area_id,)
    if area_id is None and any(rule.area_id is not None for rule in rules):
        areas = answer.area_ids or (None,)
    found = [
        deposit_terms(
            restaurant=restaurant,
            service_date=day,
            starts_at=answer.starts_at,
            service_period_id=answer.period_id,
            party_size=party_size,
            area_id=area,
            source=source,
            rules=rules,
        )
        for area in areas
    ]
    return min(found, key=lambda terms: terms["limit_minor"] if terms else 0, default=None)


def chosen_terms(
    answer: SlotAnswer,
    *,
    restaurant: Restaurant,
    day: date,
    party_size: int,
    area_id: int | None,
    hold_id: int | None,
    now: datetime,
    source: str = "web",
) -> Terms | None:
    """The terms of the time a guest has chosen: by the table that is held for them, else by the one
    they would get now.
    """
    rules = deposit_rules_in_force(restaurant)
    if area_id is None and any(rule.area_id is not None for rule in rules):
        area_id = _area_of_hold(hold_id) or _area_of_best(
            answer, restaurant=restaurant, day=day, party_size=party_size, now=now
        )
    return slot_terms(
        answer,
        restaurant=restaurant,
        day=day,
        party_size=party_size,
        area_id=area_id,
        rules=rules,
        source=source,
    )


def _area_of_hold(hold_id: int | None) -> int | None:
    if hold_id is None:
        return None
    tables = Occupancy.objects.filter(hold_id=hold_id).order_by("table_id")
    return tables.values_list("table__area_id", flat=True).first()


def _area_of_best(
    answer: SlotAnswer, *, restaurant: Restaurant, day: date, party_size: int, now: datetime
) -> int | None:
    loaded = load_day(restaurant, day, now=now)
    query = Query(party_size=party_size, now=now, channel=Channel.ONLINE)
    seat = next(iter(seatings(loaded.service, query, answer.starts_at)), None)
    label = loaded.snapshot.labels.get(min(seat.table_ids)) if seat else None
    return label.area_id if label else None
