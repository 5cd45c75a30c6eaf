"""Conditions as questions to the database: the one place that translates them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from guests.conditions import FIELDS as KINDS
from guests.conditions import Condition, Kind, holds_for_zero
from guests.models import Guest, GuestTag

_COLUMNS: Mapping[str, str] = {
    "visits": "figures__visits",
    "no_shows": "figures__no_shows",
    "late_cancellations": "figures__late_cancellations",
    "cancellations": "figures__cancellations",
    "bookings": "figures__bookings",
    "upcoming": "figures__upcoming",
    "spend_minor": "figures__spend_minor",
    "last_visit_days": "figures__last_visit_on",
    "first_visit_days": "figures__first_visit_on",
    "next_visit_days": "figures__next_visit_on",
    "usual_party": "figures__usual_party_size",
    "usual_hour": "figures__usual_hour",
    "usual_weekday": "figures__usual_weekday",
    "lead_hours": "figures__lead_hours",
    "language": "language",
    "vip": "is_vip",
    "blocked": "is_blocked",
    "marketing_consent": "has_marketing_consent",
}
_LOOKUPS: Mapping[str, str] = {"gte": "gte", "lte": "lte", "eq": "exact"}
_TURNED: Mapping[str, str] = {"gte": "lte", "lte": "gte"}


def guests_meeting(
    guests: QuerySet[Guest], conditions: Sequence[Condition], *, on: date
) -> QuerySet[Guest]:
    """Those of the guests who meet all conditions on a day."""
    return guests.filter(meets_all(conditions, on=on))


def meets_all(conditions: Sequence[Condition], *, on: date) -> Q:
    """The same as a condition of a query about guests, such as the filter of a count."""
    asked = Q()
    for condition in conditions:
        asked &= _question(condition, on=on)
    return asked


def _question(condition: Condition, *, on: date) -> Q:
    return _ASKED[KINDS[condition.field]](condition, on)


def _count(condition: Condition, _on: date) -> Q:
    asked = Q((f"{_COLUMNS[condition.field]}__{_LOOKUPS[condition.op]}", condition.value))
    return asked | Q(figures=None) if holds_for_zero(condition) else asked


def _number(condition: Condition, _on: date) -> Q:
    return Q((f"{_COLUMNS[condition.field]}__{_LOOKUPS[condition.op]}", condition.value))


def _days(condition: Condition, on: date) -> Q:
    days = timedelta(days=condition.value)
    if condition.field == "known_days":
        # Known for at least one day: since the beginning of yesterday or before.
        edge = datetime.combine(on - days, time(), tzinfo=UTC)
        if condition.op == "gte":
            return Q(created_at__lt=edge + timedelta(days=1))
        return Q(created_at__gte=edge)
    column = _COLUMNS[condition.field]
    if condition.field == "next_visit_days":
        ahead = Q((f"{column}__{_LOOKUPS[condition.op]}", on + days))
        return ahead & Q((f"{column}__gte", on))
    return Q((f"{column}__{_TURNED[condition.op]}", on - days))


def _list(condition: Condition, _on: date) -> Q:
    return Q((f"{_COLUMNS[condition.field]}__in", condition.value))


def _tag(condition: Condition, _on: date) -> Q:
    carries = Exists(GuestTag.objects.filter(guest=OuterRef("pk"), tag=condition.value))
    return Q(carries) if condition.op == "has" else ~Q(carries)


def _yes_no(condition: Condition, _on: date) -> Q:
    return Q((_COLUMNS[condition.field], condition.value))


_ASKED: Mapping[Kind, Callable[[Condition, date], Q]] = {
    Kind.COUNT: _count,
    Kind.MONEY: _count,
    Kind.DAYS: _days,
    Kind.NUMBER: _number,
    Kind.WEEKDAYS: _list,
    Kind.LANGUAGES: _list,
    Kind.TAG: _tag,
    Kind.YES_NO: _yes_no,
}
