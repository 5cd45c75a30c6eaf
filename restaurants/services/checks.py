"""Rules that concern all rows of a restaurant together; they read what the transaction has
written."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from django.db.models import Model
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from restaurants import hours, turn_times
from restaurants.models import (
    Combination,
    CombinationMember,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TurnTimeRule,
)
from restaurants.services.rows import refused
from restaurants.slugs import RESERVED


def check_restaurant(restaurant_id: int) -> None:
    """What the columns of a restaurant cannot say by themselves."""
    restaurant = Restaurant.objects.get(pk=restaurant_id)
    if not re.fullmatch("[A-Z]{2}", restaurant.country):
        raise refused(
            "country", "bad_country", _("Use the two capital letters of the country, such as NL.")
        )
    if restaurant.slug.isdigit():
        raise refused(
            "slug", "only_digits", _("Add a letter: an address of digits looks like a number.")
        )
    if restaurant.slug in RESERVED:
        raise refused("slug", "reserved", _("This word is taken; add another to it."))


def check_periods(restaurant_id: int) -> None:
    """Hours in order and without contradiction (rules 13, 14)."""
    periods = list(ServicePeriod.objects.filter(restaurant_id=restaurant_id, is_active=True))
    for period in periods:
        _check_period(period)
    names = {p.pk: p.name for p in periods}
    special: dict[int, list[hours.Shift]] = {}
    for p in periods:
        if p.special_day_id is not None:
            special.setdefault(p.special_day_id, []).append(_shift(p))
    weekly = [_shift(p) for p in periods if p.special_day_id is None and p.date_from is None]
    dated = [_shift(p) for p in periods if p.special_day_id is None and p.date_from is not None]
    clash = hours.recurring_clash(weekly)
    if clash is not None:
        raise _clash(clash, names)
    tie = hours.dated_tie(dated)
    if tie is not None:
        raise refused(
            "date_from",
            "dated_periods_tie",
            _(
                "“%(first)s” and “%(second)s” overlap and neither is more specific. Change the"
                " hours of one, or make its dates narrower than those of the other."
            )
            % _named(tie.first.key, tie.second.key, names),
        )
    for shifts in special.values():
        clash = hours.same_day_clash(shifts)
        if clash is not None:
            raise _clash(clash, names)


def _shift(period: ServicePeriod) -> hours.Shift:
    return hours.Shift(
        key=period.pk,
        first_seating=period.first_seating,
        last_seating=period.last_seating,
        weekdays=frozenset(period.weekdays),
        date_from=period.date_from,
        date_to=period.date_to,
    )


def _check_period(period: ServicePeriod) -> None:
    if period.special_day_id is not None and period.date_from is not None:
        raise refused(
            "date_from",
            "dates_of_special_day",
            _("A period of a special day takes its dates from that day: leave both dates empty."),
        )
    if period.special_day_id is None and period.date_from is None and not period.weekdays:
        raise refused("weekdays", "required", _("Choose at least one weekday."))
    first, last = hours.seating_span(period.first_seating, period.last_seating)
    if first % 5 or last % 5:
        raise refused("first_seating", "off_grid", _("Use times on whole five minutes."))
    if last - first > hours.open_minutes(period.first_seating, period.closes):
        raise refused(
            "last_seating",
            "after_closing",
            _("The last seating lies after closing time. Seat earlier or close later."),
        )
    _check_pacing(period)


def _check_pacing(period: ServicePeriod) -> None:
    for name in ("arriving_covers", "arriving_parties", "seated_covers", "seated_parties"):
        total = getattr(period, f"max_{name}")
        online = getattr(period, f"online_max_{name}")
        if total is not None and online is not None and online > total:
            raise refused(
                f"online_max_{name}",
                "above_total",
                _("Online guests cannot get more than the total of %(total)s; lower this limit.")
                % {"total": total},
            )


def _clash(clash: hours.Clash, names: Mapping[Any, str]) -> Exception:
    words = _named(clash.first.key, clash.second.key, names)
    if clash.weekday is None:
        text = _("“%(first)s” and “%(second)s” overlap. Change the hours of one of them.") % words
    else:
        text = _(
            "“%(first)s” and “%(second)s” overlap, seen from %(weekday)s. Change the hours or the"
            " weekdays of one of them."
        ) % {**words, "weekday": WEEKDAYS[clash.weekday]}
    return refused("first_seating", "periods_overlap", text)


def _named(first: Hashable, second: Hashable, names: Mapping[Any, str]) -> dict[str, str]:
    return {"first": names[first], "second": names[second]}


def check_special_days(restaurant_id: int) -> None:
    """A closed day has no hours of its own (dates that overlap are refused by the database)."""
    day = SpecialDay.objects.filter(
        restaurant_id=restaurant_id, is_closed=True, periods__is_active=True
    ).first()
    if day is not None:
        raise refused(
            "is_closed",
            "closed_with_periods",
            _("“%(name)s” is closed but has service periods. Remove them or untick “closed”.")
            % {"name": day.name},
        )


def check_overrides(restaurant_id: int) -> None:
    """Overrides of one date and area do not overlap (rule 14)."""
    rows = SlotOverride.objects.filter(restaurant_id=restaurant_id)
    clash = hours.closure_clash(
        [
            hours.Closure(key=o.pk, date=o.date, starts=o.starts, ends=o.ends, area_id=o.area_id)
            for o in rows
        ]
    )
    if clash is not None:
        other = clash[0]
        raise refused(
            "starts",
            "overrides_overlap",
            _(
                "On %(date)s another override already covers a part of %(starts)s-%(ends)s. Change"
                " the hours of one of them or put both into one."
            )
            % {
                "date": other.date.isoformat(),
                "starts": f"{other.starts:%H:%M}",
                "ends": f"{other.ends:%H:%M}",
            },
        )
    for o in rows:
        if o.min_party and o.max_party and o.min_party > o.max_party:
            raise refused(
                "max_party", "out_of_order", _("The largest party cannot be below the smallest.")
            )


def check_turn_times(restaurant_id: int) -> None:
    """One default, and never two equally specific rules for the same party (rule 22)."""
    rules = list(TurnTimeRule.objects.filter(restaurant_id=restaurant_id))
    conditions = [
        turn_times.Conditions(
            key=rule.pk,
            date_from=rule.date_from,
            date_to=rule.date_to,
            period_id=rule.service_period_id,
            weekdays=frozenset(rule.weekdays),
            time_from=rule.time_from,
            time_to=rule.time_to,
            area_id=rule.area_id,
        )
        for rule in rules
    ]
    defaults = [c for c in conditions if c.is_unconditional]
    if not defaults:
        raise refused(
            "bands",
            "default_missing",
            _("One turn time without conditions is needed for everything the others leave out."),
        )
    tie = turn_times.tie(conditions)
    if tie is not None:
        names = {rule.pk: rule.name for rule in rules}
        raise refused(
            "name",
            "turn_times_tie",
            _(
                "“%(first)s” and “%(second)s” apply to the same parties and neither is more"
                " specific. Add a condition to one of them or delete it."
            )
            % _named(tie[0].key, tie[1].key, names),
        )


def check_combinations(restaurant_id: int) -> None:
    """At least two tables of one area, with a capacity that the tables can explain (rules 28,
    29)."""
    members: dict[int, list[Table]] = {}
    for member in CombinationMember.objects.filter(
        combination__restaurant_id=restaurant_id
    ).select_related("table"):
        members.setdefault(member.combination_id, []).append(member.table)
    for combination in Combination.objects.filter(restaurant_id=restaurant_id, is_active=True):
        _check_combination(combination, members.get(combination.pk, []))


def _check_combination(combination: Combination, tables: list[Table]) -> None:
    words = {"name": combination.name}
    if len(tables) < 2:
        raise refused(
            "tables",
            "too_few_tables",
            _("“%(name)s” needs at least two tables. Add tables or make it inactive.") % words,
        )
    if any(table.restaurant_id != combination.restaurant_id for table in tables):
        raise refused(
            "tables", "other_restaurant", _("Choose tables that belong to this restaurant.")
        )
    if len({table.area_id for table in tables}) > 1:
        raise refused(
            "tables",
            "other_area",
            _("The tables of “%(name)s” stand in different areas. Choose tables of one area.")
            % words,
        )
    most = 2 * sum(table.max_party for table in tables)
    if combination.max_party > most:
        raise refused(
            "max_party",
            "too_large",
            _("“%(name)s” cannot seat %(given)s: its tables take %(sum)s. Enter %(most)s at most.")
            % {**words, "given": combination.max_party, "sum": most // 2, "most": most},
        )


CHECKS: Mapping[type[Model], tuple[Callable[[int], None], ...]] = {
    Restaurant: (check_restaurant,),
    ServicePeriod: (check_periods, check_special_days),
    SpecialDay: (check_periods, check_special_days),
    SlotOverride: (check_overrides,),
    TurnTimeRule: (check_turn_times,),
    Combination: (check_combinations,),
    CombinationMember: (check_combinations,),
    Table: (check_combinations,),
}
"""What has to hold after a row of this kind was saved or deleted."""
