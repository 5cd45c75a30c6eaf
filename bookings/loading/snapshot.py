"""The configuration of a restaurant, read in one statement and kept in this process by its version.

`Restaurant.config_version` grows with every change (a database trigger sees to it), so a cached
snapshot is right as long as its version is the row's. One statement sees one state of the database:
a snapshot is never half old.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Model, OuterRef, QuerySet
from django.db.models.functions import JSONObject

from bookings.availability import (
    Access,
    ComboSpec,
    DatedShift,
    DayConfig,
    NoticeCutoff,
    Override,
    OverrideState,
    PacingCaps,
    Period,
    RecurringShift,
    Rules,
    SpecialDay,
    TableSpec,
    TurnBand,
    TurnRule,
    expand_row,
    resolve_periods,
)
from bookings.deposits import Rule as DepositRule
from bookings.loading.deposit_rules import RULE_FIELDS, deposit_rules_from
from bookings.models import DepositRule as DepositRuleRow
from reservehub.core.errors import NotFound
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)
from restaurants.models import SpecialDay as SpecialDayRow

Row = Mapping[str, Any]

KEPT_RESTAURANTS = 512
KEPT_DAYS = 64
ROW_IDS = 10_000
"""The runs of row n are numbered from -10000 n upwards, apart from the ids of declared
combinations.
"""


class TableLabel(NamedTuple):
    """What a table is called."""

    pk: int
    number: str
    name: str
    area_id: int | None


@dataclass(frozen=True)
class Snapshot:
    """All that decides availability except bookings, and what a booking costs.

    `days` caches what was prepared per service date.
    """

    version: int
    rules: Rules
    default_buffer: int
    recurring: tuple[RecurringShift, ...]
    dated: tuple[DatedShift, ...]
    special_days: tuple[tuple[date, date, str, str, SpecialDay], ...]
    overrides: Mapping[date, tuple[Override, ...]]
    turn_rules: tuple[TurnRule, ...]
    tables: tuple[TableSpec, ...]
    combos: tuple[ComboSpec, ...]
    area_names: Mapping[int, str]
    labels: Mapping[int, TableLabel]
    deposit_rules: tuple[DepositRule, ...] = ()
    days: OrderedDict[date, Any] = field(default_factory=OrderedDict, compare=False, repr=False)

    def special_day(self, day: date) -> tuple[str, str, SpecialDay] | None:
        """Name, note and rules of the special day that covers a date."""
        for first, last, name, note, special in self.special_days:
            if first <= day <= last:
                return name, note, special
        return None


_snapshots: OrderedDict[int, Snapshot] = OrderedDict()


def snapshot_of(restaurant: Restaurant) -> Snapshot:
    """The configuration at least as new as this restaurant row; one query when it is not cached.

    Versions come from a sequence, so one that a dry run made and rolled back never stands for
    anything else.
    """
    cached = _snapshots.get(restaurant.pk)
    if cached is not None and cached.version == restaurant.config_version:
        return cached
    fresh = _read(restaurant.pk)
    _snapshots[restaurant.pk] = fresh
    while len(_snapshots) > KEPT_RESTAURANTS:
        _snapshots.popitem(last=False)
    return fresh


def day_config(restaurant_id: int, snapshot: Snapshot, day: date) -> DayConfig:
    """What is in force on one service date (rule 14)."""
    special = snapshot.special_day(day)
    open_periods = resolve_periods(
        day,
        recurring=snapshot.recurring,
        dated=snapshot.dated,
        special_day=special[2] if special else None,
    )
    return DayConfig(
        restaurant_id=restaurant_id,
        date=day,
        rules=snapshot.rules,
        periods=open_periods.periods,
        turn_rules=snapshot.turn_rules,
        tables=snapshot.tables,
        combos=snapshot.combos,
        overrides=snapshot.overrides.get(day, ()),
        is_closed=open_periods.is_closed,
        closed_reason=open_periods.reason,
    )


def _rows(model: type[Model], *fields: str, **where: Any) -> ArraySubquery:
    queryset: QuerySet[Any] = QuerySet(model).filter(restaurant=OuterRef("pk"), **where)
    return ArraySubquery(
        queryset.order_by("pk").values_list(JSONObject(**{name: name for name in fields}))
    )


PERIOD_FIELDS = [f.attname for f in ServicePeriod._meta.concrete_fields]
OVERRIDE_FIELDS = [f.attname for f in SlotOverride._meta.concrete_fields]
TURN_FIELDS = [f.attname for f in TurnTimeRule._meta.concrete_fields]
POLICY_FIELDS = [f.attname for f in BookingPolicy._meta.concrete_fields]


def _read(restaurant_id: int) -> Snapshot:
    """:raises NotFound: if there is no such restaurant"""
    row = (
        Restaurant.objects.filter(pk=restaurant_id)
        .values(
            "config_version",
            "timezone",
            "is_accepting_reservations",
            "is_active",
            "paused_until",
            policies=_rows(BookingPolicy, *POLICY_FIELDS),
            periods=_rows(ServicePeriod, *PERIOD_FIELDS, is_active=True),
            specials=_rows(
                SpecialDayRow, "id", "date_from", "date_to", "name", "note", "is_closed"
            ),
            slot_states=_rows(SlotOverride, *OVERRIDE_FIELDS),
            turns=_rows(TurnTimeRule, *TURN_FIELDS),
            area_rows=_rows(Area, "id", "name"),
            table_rows=_rows(
                Table,
                *("id", "area_id", "min_party", "seats", "max_party"),
                *("features", "priority", "access", "number", "name"),
                is_active=True,
            ),
            access_rows=ArraySubquery(
                TableAccessInPeriod.objects.filter(table__restaurant=OuterRef("pk")).values_list(
                    JSONObject(table="table_id", period="service_period_id", access="access")
                )
            ),
            combo_rows=_rows(
                Combination, "id", "is_row", "min_party", "max_party", "priority", is_active=True
            ),
            member_rows=ArraySubquery(
                CombinationMember.objects.filter(combination__restaurant=OuterRef("pk"))
                .order_by("combination_id", "position", "id")
                .values_list(JSONObject(combo="combination_id", table="table_id"))
            ),
            deposit_rows=_rows(DepositRuleRow, *RULE_FIELDS, is_active=True),
        )
        .first()
    )
    if row is None:
        raise NotFound
    return _snapshot(row)


def _snapshot(row: Row) -> Snapshot:
    policy = row["policies"][0]
    buffer_minutes = policy["buffer_minutes"]
    tables = _tables(row)
    periods = [(p, _period(p, buffer_minutes)) for p in row["periods"]]
    return Snapshot(
        version=row["config_version"],
        rules=_rules(row, policy),
        default_buffer=buffer_minutes,
        recurring=tuple(
            RecurringShift(period, frozenset(p["weekdays"]))
            for p, period in periods
            if p["special_day_id"] is None and p["date_from"] is None
        ),
        dated=tuple(
            DatedShift(period, _date(p["date_from"]), _date(p["date_to"]), frozenset(p["weekdays"]))
            for p, period in periods
            if p["special_day_id"] is None and p["date_from"] is not None
        ),
        special_days=tuple(_special(s, periods) for s in row["specials"]),
        overrides=_overrides(row["slot_states"]),
        turn_rules=tuple(_turn_rule(t) for t in row["turns"]),
        tables=tables,
        combos=_combos(row, {table.id: table for table in tables}),
        area_names={area["id"]: area["name"] for area in row["area_rows"]},
        labels={
            t["id"]: TableLabel(t["id"], t["number"], t["name"], t["area_id"])
            for t in row["table_rows"]
        },
        deposit_rules=deposit_rules_from(row["deposit_rows"]),
    )


def _special(s: Row, periods: list[tuple[Row, Period]]) -> tuple[date, date, str, str, SpecialDay]:
    own = tuple(period for p, period in periods if p["special_day_id"] == s["id"])
    special = SpecialDay(is_closed=s["is_closed"], periods=own)
    return _date(s["date_from"]), _date(s["date_to"]), s["name"], s["note"], special


def _rules(row: Row, policy: Row) -> Rules:
    cutoff = None
    if policy["notice_cutoff_days"] is not None:
        cutoff = NoticeCutoff(policy["notice_cutoff_days"], _time(policy["notice_cutoff_time"]))
    return Rules(
        zone=ZoneInfo(row["timezone"]),
        min_notice_minutes=policy["min_notice_minutes"],
        notice_cutoff=cutoff,
        horizon_days=policy["horizon_days"],
        horizon_release=_time(policy["horizon_release_time"]),
        min_party=policy["min_party"],
        max_party=policy["max_party"],
        oversize_cap=policy["oversize_cap"],
        oversize_relaxed_minutes=policy["oversize_relaxed_minutes"] or None,
        bucket_minutes=policy["pacing_bucket_minutes"],
        offers_ambiguous_twice=policy["offers_ambiguous_times_twice"],
        accepts_reservations=row["is_accepting_reservations"] and row["is_active"],
        paused_until=row["paused_until"],
    )


def _period(p: Row, default_buffer: int) -> Period:
    return Period(
        id=p["id"],
        name=p["name"],
        first_seating=_time(p["first_seating"]),
        last_seating=_time(p["last_seating"]),
        closes=_time(p["closes"]),
        slot_interval_minutes=p["slot_interval_minutes"],
        must_finish_by_close=p["must_finish_by_close"],
        buffer_minutes=default_buffer if p["buffer_minutes"] is None else p["buffer_minutes"],
        pacing_total=_caps(p, "max_"),
        pacing_online=_caps(p, "online_max_"),
        walk_in_quota_covers=p["walk_in_quota_covers"],
        walk_in_quota_percent=p["walk_in_quota_percent"],
        walk_in_release_minutes=p["walk_in_release_minutes"],
    )


def _caps(p: Row, prefix: str) -> PacingCaps:
    return PacingCaps(
        arriving_covers=p[f"{prefix}arriving_covers"],
        arriving_parties=p[f"{prefix}arriving_parties"],
        seated_covers=p[f"{prefix}seated_covers"],
        seated_parties=p[f"{prefix}seated_parties"],
    )


def _overrides(rows: list[Row]) -> dict[date, tuple[Override, ...]]:
    found: dict[date, tuple[Override, ...]] = {}
    for o in rows:
        day = _date(o["date"])
        override = Override(
            starts=_time(o["starts"]),
            ends=_time(o["ends"]),
            state=OverrideState(o["state"]),
            min_party=o["min_party"],
            max_party=o["max_party"],
            arriving_covers=o["max_arriving_covers"],
            arriving_parties=o["max_arriving_parties"],
            area_id=o["area_id"],
        )
        found[day] = (*found.get(day, ()), override)
    return found


def _turn_rule(t: Row) -> TurnRule:
    return TurnRule(
        bands=tuple(TurnBand(band["up_to"], band["minutes"]) for band in t["bands"]),
        date_from=_date(t["date_from"]) if t["date_from"] else None,
        date_to=_date(t["date_to"]) if t["date_to"] else None,
        period_id=t["service_period_id"],
        weekdays=frozenset(t["weekdays"]),
        time_from=_time(t["time_from"]) if t["time_from"] else None,
        time_to=_time(t["time_to"]) if t["time_to"] else None,
        area_id=t["area_id"],
    )


def _tables(row: Row) -> tuple[TableSpec, ...]:
    in_periods: dict[int, dict[int, Access]] = {}
    for access in row["access_rows"]:
        in_periods.setdefault(access["table"], {})[access["period"]] = Access(access["access"])
    return tuple(
        TableSpec(
            id=t["id"],
            area_id=t["area_id"],
            min_party=t["min_party"],
            seats=t["seats"],
            max_party=t["max_party"],
            features=frozenset(t["features"]),
            priority=t["priority"],
            access=Access(t["access"]),
            access_by_period=in_periods.get(t["id"], {}),
        )
        for t in row["table_rows"]
    )


def _combos(row: Row, tables: dict[int, TableSpec]) -> tuple[ComboSpec, ...]:
    """Combinations whose members are all active; rows become their contiguous runs (rule 29)."""
    members: dict[int, list[int]] = {}
    for member in row["member_rows"]:
        members.setdefault(member["combo"], []).append(member["table"])
    found: list[ComboSpec] = []
    for c in row["combo_rows"]:
        ids = members.get(c["id"], [])
        if len(ids) < 2 or any(i not in tables for i in ids):
            continue
        if c["is_row"]:
            found += expand_row(
                [tables[i] for i in ids],
                first_id=-ROW_IDS * c["id"],
                max_party_by_length={len(ids): c["max_party"]},
                priority=c["priority"],
            )
        else:
            found.append(_combo(c, ids, area_id=tables[ids[0]].area_id))
    return tuple(found)


def _combo(c: Row, ids: list[int], *, area_id: int | None) -> ComboSpec:
    return ComboSpec(
        id=c["id"],
        table_ids=tuple(ids),
        min_party=c["min_party"],
        max_party=c["max_party"],
        area_id=area_id,
        priority=c["priority"],
    )


def _date(value: str) -> date:
    return date.fromisoformat(value)


def _time(value: str) -> time:
    return time.fromisoformat(value)
