"""What becomes of a party that was called, and who may be called before whom (rules 96, 97). Pure:
no database and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

HOLD = timedelta(minutes=10)
"""How long a table that is ready is kept for its party."""
NUDGE_AFTER = timedelta(minutes=5)
SKIPS_KEPT = 1
"""So often a party that did not come keeps its place; then it is a no-show."""
UNDO_FOR = timedelta(minutes=15)


class Lapse(StrEnum):
    """What a call that nobody answered turns into; the words of `QueueStatus`."""

    SKIPPED = "SKIPPED"
    NO_SHOW = "NO_SHOW"


class Passed(StrEnum):
    """Why a party that came earlier is not called now; the words of `QueueSkipReason`."""

    DOES_NOT_FIT = "does_not_fit"
    AHEAD_ABSENT = "ahead_absent"
    BY_HOST = "by_host"


def lapse_of(*, ready_at: datetime, skips: int, now: datetime) -> Lapse | None:
    """What a party called at `ready_at` is now, if it has not come; None while its table is kept.

    :param skips: how often it did not come before
    """
    if now < ready_at + HOLD:
        return None
    return lapse_next(skips)


def lapse_next(skips: int) -> Lapse:
    """What not coming once more makes of a party."""
    return Lapse.SKIPPED if skips < SKIPS_KEPT else Lapse.NO_SHOW


def is_nudge_due(*, ready_at: datetime, is_nudged: bool, is_coming: bool, now: datetime) -> bool:
    """Who has said to be coming need not be asked."""
    if is_nudged or is_coming:
        return False
    return ready_at + NUDGE_AFTER <= now < ready_at + HOLD


def why_passed(*, fits: bool, is_absent: bool) -> Passed:
    """Why a party ahead is not the one that gets these tables."""
    if not fits:
        return Passed.DOES_NOT_FIT
    return Passed.AHEAD_ABSENT if is_absent else Passed.BY_HOST


def competes(mine: Iterable[tuple[int, ...]], other: Iterable[tuple[int, ...]]) -> bool:
    """Whether two parties could want the same table: then the earlier one comes first."""
    wanted = {table for seat in mine for table in seat}
    return any(table in wanted for seat in other for table in seat)
