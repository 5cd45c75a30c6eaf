"""What a table looks like for most of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from bookings.floor.model import COLOURS, Stay, TableState, TableView, signs_of
from bookings.lifecycle import AWAITING, OCCUPYING, Status

_T = TableState
_MOST_TAKEN_FIRST = (_T.CONFIRMED, _T.PENDING, _T.HELD, _T.BLOCKED, _T.AVAILABLE)


def day_view(
    stays: Sequence[Stay], *, opens_at: datetime, closes_at: datetime, table_id: int = 0
) -> TableView:
    """The state that a table has longest between opening and closing, in elapsed time (rule 3);
    the more taken one of equals. `next` is the first party of the day, `until` the first stay.

    :param stays: of one table; expired holds have been left out
    """
    table_id = stays[0].table_id if stays else table_id
    lasts = dict.fromkeys(_MOST_TAKEN_FIRST, timedelta(0))
    lasts[_T.AVAILABLE] = timedelta(microseconds=1)  # a day without hours is a free day
    for state, starts_at, ends_at in _day_spans(stays, opens_at, closes_at):
        lasts[state] += ends_at - starts_at
    state = max(_MOST_TAKEN_FIRST, key=lambda one: lasts[one])
    taken = sorted((s for s in stays if _day_state(s) is not None), key=lambda one: one.starts_at)
    first = next((s.visit for s in taken if s.visit), None)
    own = next((s for s in taken if _day_state(s) is state), None)
    return TableView(
        table_id=table_id,
        state=state,
        colour=COLOURS[state],
        signs=signs_of(own.visit) if own else (),
        until=taken[0].starts_at if taken else None,
        next=first,
        starts_at=first.starts_at if first else None,
        reason=own.reason if own else "",
        party_size=first.party_size if first else 0,
    )


def _day_state(stay: Stay) -> TableState | None:
    """How a stay counts for its day; None if it takes nothing (any more)."""
    if stay.visit is None:
        return _T.BLOCKED if stay.kind == "block" else _T.HELD
    status = stay.visit.status
    if status in AWAITING:
        return _T.PENDING
    return _T.CONFIRMED if status in OCCUPYING or status is Status.COMPLETED else None


def _day_spans(
    stays: Sequence[Stay], opens_at: datetime, closes_at: datetime
) -> Iterable[tuple[TableState, datetime, datetime]]:
    """Stays of one table never overlap, so what they leave over is free."""
    marks = {opens_at, closes_at}
    for stay in stays:
        marks |= {m for m in (stay.starts_at, stay.ends_at) if opens_at < m < closes_at}
    for starts_at, ends_at in pairwise(sorted(marks)):
        here = (_day_state(s) for s in stays if s.starts_at <= starts_at < s.ends_at)
        yield next((state for state in here if state), _T.AVAILABLE), starts_at, ends_at
