"""The deposit rules of a restaurant, as rows and as the pure modules know them."""

from __future__ import annotations

from django.db.models import QuerySet

from bookings.deposits import Kind, Rule
from bookings.models import DepositRule
from restaurants.models import Restaurant


def deposit_rules_of(restaurant: Restaurant) -> QuerySet[DepositRule]:
    """All rules, those in use first."""
    return (
        DepositRule.objects.filter(restaurant=restaurant)
        .select_related("service_period", "area", "tag", "restaurant")
        .order_by("-is_active", "name", "pk")
    )


def rule_of(row: DepositRule) -> Rule:
    """A row without the database."""
    return Rule(
        pk=row.pk,
        kind=Kind(row.kind),
        amount_minor=row.amount_minor,
        is_per_person=row.is_per_person,
        percent=row.percent,
        min_party=row.min_party,
        max_party=row.max_party,
        weekdays=frozenset(row.weekdays),
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        service_period_id=row.service_period_id,
        area_id=row.area_id,
        sources=frozenset(row.sources),
        min_no_shows=row.min_no_shows,
        tag_id=row.tag_id,
        cutoff_minutes=row.cutoff_minutes,
        late_cancel_percent=row.late_cancel_percent,
        no_show_percent=row.no_show_percent,
    )
