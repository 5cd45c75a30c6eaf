"""Dry runs: which future bookings would a change strand? (rules 16, 17, requirement B8)

Bookings live on a higher floor: it registers its check here. Nothing registered means nothing is
stranded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction


@dataclass(frozen=True)
class Stranded:
    """A future booking that the settings no longer allow as it stands.

    :param label: its local date and time, ready to be shown
    :param reason: stable word, such as `closed`
    :param detail: translated sentence
    """

    reservation_id: int
    reference: str
    starts_at: datetime
    label: str
    guest_name: str
    party_size: int
    reason: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "starts_at": self.starts_at.isoformat(),
            "detail": str(self.detail),
        }


Check = Callable[[int, datetime], list[Stranded]]
"""`(restaurant_id, now)` -> the misfits as the database is now; must read uncommitted settings, not
a cache."""

TableUse = Callable[[Sequence[int], datetime], list[Stranded]]
"""`(table_ids, now)` -> the bookings that sit or will sit at one of these tables (rule 40)."""

_checks: list[Check] = []
_table_uses: list[TableUse] = []


def register_impact_check(check: Check) -> Check:
    """Add a check (once); call it from `AppConfig.ready`."""
    if check not in _checks:
        _checks.append(check)
    return check


def unregister_impact_check(check: Check) -> None:
    """Take it away again."""
    _checks.remove(check)


def register_table_use(use: TableUse) -> TableUse:
    """Add a source of bookings on tables (once); call it from `AppConfig.ready`."""
    if use not in _table_uses:
        _table_uses.append(use)
    return use


def bookings_on_tables(*, table_ids: Sequence[int], now: datetime) -> list[Stranded]:
    """The bookings that still need one of these tables."""
    return [found for use in _table_uses for found in use(table_ids, now)]


def stranded_now(*, restaurant_id: int, now: datetime) -> list[Stranded]:
    """The misfits of the settings as they are, in the caller's transaction."""
    return [found for check in _checks for found in check(restaurant_id, now)]


def newly_stranded(*, before: list[Stranded], after: list[Stranded]) -> list[Stranded]:
    """What a change added: misfits of old are not its fault."""
    known = {(s.reservation_id, s.reason) for s in before}
    return [s for s in after if (s.reservation_id, s.reason) not in known]


def preview(*, restaurant_id: int, apply: Callable[[], object], now: datetime) -> list[Stranded]:
    """Run `apply` in a savepoint, list the bookings it would newly strand, and undo it.

    Whatever `apply` raises comes through, with nothing changed.
    """
    with transaction.atomic():
        before = stranded_now(restaurant_id=restaurant_id, now=now)
        with transaction.atomic():
            apply()
            after = stranded_now(restaurant_id=restaurant_id, now=now)
            transaction.set_rollback(True)
    return newly_stranded(before=before, after=after)
