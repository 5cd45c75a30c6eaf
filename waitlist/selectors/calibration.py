"""What guests at the door were told, against what happened (rule 94, requirement G6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from restaurants.models import Restaurant
from waitlist.models import IN_QUEUE, QueueEntry, QueueStatus
from waitlist.prediction import Daypart, daypart_of
from waitlist.prediction.quote import GRACE

WITHIN = 5.0
BIN = 10
BINS = range(-40, 31, BIN)
"""Lower ends of the differences that are drawn; what lies beyond counts to the last."""
GROUPS = ((1, 2), (3, 4), (5, 6), (7, 500))
_MINUTE = timedelta(minutes=1)

K = TypeVar("K")


class Wait(NamedTuple):
    """One party that had to wait and got its table. Minutes since joining."""

    size: int
    daypart: Daypart
    promised: int
    middle: int
    waited: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """Shares from 0 to 1, minutes on the mean over `parties`.

    `kept`: the table was ready no later than five minutes after the promise. `over`: how much
    sooner than promised, 0 for those who waited longer. `error`, `within`: of the middle estimate,
    and the share of parties for which it was wrong by at most five minutes.
    """

    parties: int
    kept: float
    over: float
    error: float
    within: float
    waited: float
    promised: float


class QueueNumbers(NamedTuple):
    """What became of everybody who joined. `at_once`: a table was free. `mean_wait` in minutes is
    over all who were seated; None without any.
    """

    joined: int
    waiting: int
    seated: int
    at_once: int
    left: int
    no_show: int
    removed: int
    skipped: int
    mean_wait: float | None


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """`histogram`: lower end of the minutes by which the wait differed from the promise, and how
    many parties; negative is sooner than promised.
    """

    numbers: QueueNumbers
    whole: Score | None
    by_daypart: Sequence[tuple[Daypart, Score]]
    by_size: Sequence[tuple[tuple[int, int], Score]]
    histogram: Sequence[tuple[int, int]]


class _Row(NamedTuple):
    status: str
    joined_at: datetime
    ready_at: datetime | None
    seated_at: datetime | None
    party_size: int
    quoted_high: int
    middle_minutes: int
    had_to_wait: bool
    skips: int


def queue_calibration(restaurant: Restaurant, first: date, last: date) -> Calibration:
    """The queue of the service dates from `first` to `last`; one query.

    The wait ends when the table is ready for the party, not when it has come back to the door.
    Judged are those who had to wait, were never skipped and sat down in the end.
    """
    rows = [
        _Row(*row)
        for row in QueueEntry.objects.filter(
            restaurant=restaurant, service_date__range=(first, last)
        ).values_list(*_Row._fields)
    ]
    zone = ZoneInfo(restaurant.timezone)
    waits = [
        Wait(
            size=row.party_size,
            daypart=daypart_of(row.joined_at.astimezone(zone).hour),
            promised=row.quoted_high,
            middle=row.middle_minutes,
            waited=minutes,
        )
        for row in rows
        if row.had_to_wait and not row.skips and (minutes := _waited(row)) is not None
    ]
    return Calibration(
        numbers=_numbers(rows),
        whole=score_of(waits),
        by_daypart=_scores(waits, list(Daypart), lambda one: one.daypart),
        by_size=_scores(waits, GROUPS, _group),
        histogram=_histogram(waits),
    )


def score_of(waits: Sequence[Wait]) -> Score | None:
    """None without any."""
    count = len(waits)
    if not count:
        return None
    errors = [abs(one.middle - one.waited) for one in waits]
    return Score(
        parties=count,
        kept=sum(one.waited <= one.promised + GRACE for one in waits) / count,
        over=sum(max(one.promised - one.waited, 0.0) for one in waits) / count,
        error=sum(errors) / count,
        within=sum(error <= WITHIN for error in errors) / count,
        waited=sum(one.waited for one in waits) / count,
        promised=sum(one.promised for one in waits) / count,
    )


def _scores(
    waits: Sequence[Wait], kinds: Iterable[K], kind_of: Callable[[Wait], K]
) -> list[tuple[K, Score]]:
    """Of every kind that occurs."""
    scores = ((kind, score_of([one for one in waits if kind_of(one) == kind])) for kind in kinds)
    return [(kind, score) for kind, score in scores if score is not None]


def _group(wait: Wait) -> tuple[int, int]:
    return next(group for group in GROUPS if group[0] <= wait.size <= group[1])


def _waited(row: _Row) -> float | None:
    """Minutes until the table was ready; None for those who never sat down."""
    if row.status != QueueStatus.SEATED or row.seated_at is None:
        return None
    return max(((row.ready_at or row.seated_at) - row.joined_at) / _MINUTE, 0.0)


def _numbers(rows: Sequence[_Row]) -> QueueNumbers:
    of = Counter(row.status for row in rows)
    waits = [minutes for row in rows if (minutes := _waited(row)) is not None]
    return QueueNumbers(
        joined=len(rows),
        waiting=sum(of[status] for status in IN_QUEUE),
        seated=of[QueueStatus.SEATED],
        at_once=sum(row.status == QueueStatus.SEATED and not row.had_to_wait for row in rows),
        left=of[QueueStatus.CANCELED],
        no_show=of[QueueStatus.NO_SHOW],
        removed=of[QueueStatus.REMOVED],
        skipped=sum(row.skips > 0 for row in rows),
        mean_wait=sum(waits) / len(waits) if waits else None,
    )


def _histogram(waits: Sequence[Wait]) -> list[tuple[int, int]]:
    found = Counter(
        min(max(int((one.waited - one.promised) // BIN) * BIN, BINS[0]), BINS[-1]) for one in waits
    )
    return [(low, found[low]) for low in BINS]
