"""The kinds of configuration and their views."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from reservehub.core.actors import Actor
from restaurants import services
from restaurants.api import serializers as shapes
from restaurants.api.config import Data, Resource, config_views
from restaurants.models import (
    Area,
    Combination,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    Table,
    TableAccessInPeriod,
    TurnTimeRule,
)
from restaurants.selectors import (
    areas_of,
    combinations_of,
    service_periods_of,
    slot_overrides_of,
    special_days_of,
    table_access_of,
    tables_of,
    turn_times_of,
)


def _save_combination(
    instance: Combination, data: Data, *, actor: Actor, now: datetime
) -> Combination:
    fields = dict(data)
    tables = fields.pop("tables", None)
    if tables is None:
        tables = [member.table for member in instance.members.all()]
    for name, value in fields.items():
        setattr(instance, name, value)
    return services.combination_save(combination=instance, tables=tables, actor=actor, now=now)


def _archive_table(*, instance: Table, actor: Actor, now: datetime) -> None:
    services.table_archive(table_id=instance.pk, actor=actor, now=now)


def _all_tables(restaurant: Restaurant) -> QuerySet[Table]:
    return tables_of(restaurant, with_archived=True)


Areas, AreaItem = config_views(
    Resource("area", "areas", shapes.AreaSerializer, areas_of, lambda r: Area(restaurant=r))
)
Tables, TableItem = config_views(
    Resource(
        "table",
        "tables",
        shapes.TableSerializer,
        _all_tables,
        lambda r: Table(restaurant=r),
        delete=_archive_table,
    )
)
Combinations, CombinationItem = config_views(
    Resource(
        "combination",
        "combinations",
        shapes.CombinationSerializer,
        combinations_of,
        lambda r: Combination(restaurant=r),
        save=_save_combination,
    )
)
ServicePeriods, ServicePeriodItem = config_views(
    Resource(
        "service period",
        "service periods",
        shapes.ServicePeriodSerializer,
        service_periods_of,
        lambda r: ServicePeriod(restaurant=r),
    )
)
SpecialDays, SpecialDayItem = config_views(
    Resource(
        "special day",
        "special days",
        shapes.SpecialDaySerializer,
        special_days_of,
        lambda r: SpecialDay(restaurant=r),
    )
)
SlotOverrides, SlotOverrideItem = config_views(
    Resource(
        "slot override",
        "slot overrides",
        shapes.SlotOverrideSerializer,
        slot_overrides_of,
        lambda r: SlotOverride(restaurant=r),
    )
)
TurnTimes, TurnTimeItem = config_views(
    Resource(
        "turn time",
        "turn times",
        shapes.TurnTimeSerializer,
        turn_times_of,
        lambda r: TurnTimeRule(restaurant=r),
    )
)
TableAccesses, TableAccessItem = config_views(
    Resource(
        "table access",
        "table accesses",
        shapes.TableAccessSerializer,
        table_access_of,
        lambda _r: TableAccessInPeriod(),
    )
)
