"""Deposit rules as the pure modules know them, from what the snapshot reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from bookings.deposits import Kind, Rule
from bookings.models import DepositRule

RULE_FIELDS = [f.attname for f in DepositRule._meta.concrete_fields]


def deposit_rules_from(rows: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Rows of JSON, in their order."""
    return tuple(_rule(row) for row in rows)


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        pk=row["id"],
        kind=Kind(row["kind"]),
        amount_minor=row["amount_minor"],
        is_per_person=row["is_per_person"],
        percent=row["percent"],
        min_party=row["min_party"],
        max_party=row["max_party"],
        weekdays=frozenset(row["weekdays"]),
        valid_from=_date(row["valid_from"]),
        valid_until=_date(row["valid_until"]),
        service_period_id=row["service_period_id"],
        area_id=row["area_id"],
        sources=frozenset(row["sources"]),
        min_no_shows=row["min_no_shows"],
        tag_id=row["tag_id"],
        cutoff_minutes=row["cutoff_minutes"],
        late_cancel_percent=row["late_cancel_percent"],
        no_show_percent=row["no_show_percent"],
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
