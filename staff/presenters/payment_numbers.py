"""What payments add up to, by day and by rule: as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from tablib import Dataset

from bookings.presenters.clock import short_date
from bookings.selectors.money import Analysis, Figures
from reservehub.core.money import Money
from staff.presenters.deposits import amount_text

COLUMNS = ("taken", "refunded", "disputed", "kept", "fees", "net")
FILE_HEADERS = ("by", "day", "rule", "currency", *COLUMNS)


@dataclass(frozen=True)
class Line:
    """One day or rule with its sums, in the order of `COLUMNS`."""

    label: str
    amounts: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One currency."""

    currency: str
    total: tuple[tuple[str, str], ...]
    days: tuple[Line, ...]
    rules: tuple[Line, ...]


def headings() -> tuple[str, ...]:
    """Of the columns."""
    return (_("Taken"), _("Given back"), _("Disputed"), _("Kept"), _("Fees"), _("Left"))


def blocks_of(analyses: Iterable[Analysis], names: Mapping[int, str]) -> list[Block]:
    return [
        Block(
            currency=one.currency,
            total=tuple(zip(headings(), _amounts(one.total, one.currency), strict=True)),
            days=tuple(
                Line(short_date(day), _amounts(figures, one.currency))
                for day, figures in sorted(one.days.items(), reverse=True)
            ),
            rules=tuple(
                Line(rule_name(rule, names), _amounts(figures, one.currency))
                for rule, figures in _by_name(one, names)
            ),
        )
        for one in analyses
    ]


def _by_name(analysis: Analysis, names: Mapping[int, str]) -> Sequence[tuple[int | None, Figures]]:
    """In the order of their names, what belongs to no rule last."""
    return sorted(
        analysis.rules.items(), key=lambda one: (one[0] is None, rule_name(one[0], names))
    )


def rule_name(rule_id: int | None, names: Mapping[int, str]) -> str:
    if rule_id is None:
        return _("No rule")
    return names.get(rule_id, _("A rule that has been deleted"))


def _amounts(figures: Figures, currency: str) -> tuple[str, ...]:
    return tuple(amount_text(getattr(figures, name), currency) for name in COLUMNS)


def dataset_of(analyses: Iterable[Analysis], names: Mapping[int, str]) -> Dataset:
    """One line per day and one per rule, amounts in the currency's own units."""
    data = Dataset(headers=FILE_HEADERS)
    for one in analyses:
        for day, figures in one.days.items():
            data.append(["day", day.isoformat(), "", one.currency, *_plain(figures, one.currency)])
        for rule, figures in _by_name(one, names):
            name = rule_name(rule, names)
            data.append(["rule", "", name, one.currency, *_plain(figures, one.currency)])
    return data


def _plain(figures: Figures, currency: str) -> list[str]:
    return [str(Money(getattr(figures, name), currency).to_decimal()) for name in COLUMNS]
