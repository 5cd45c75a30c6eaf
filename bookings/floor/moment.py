"""What a table looks like at one moment: thirteen states, four colours.

Pure: stays go in, views come out. No database and no clock. Rules 11, 61-65.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bookings.floor.model import COLOURS, Stay, TableState, TableView, Visit, signs_of
from bookings.lifecycle import AT_TABLE, AWAITING, OCCUPYING, Status

SOON_BEFORE = timedelta(minutes=90)
"""A free table that somebody takes within this time is not given to the next party unwarned."""
FINISHING_BEFORE = timedelta(minutes=15)

_T = TableState


def table_view(
    stays: Sequence[Stay], *, at: datetime, is_live: bool, table_id: int = 0
) -> TableView:
    """The state of a table at a moment.

    Live, facts count: who sits there sits there, whatever was planned. At another time the plan
    counts: nobody is late or over time, and past visits show as they were.

    :param stays: of one table, in any order
    :param table_id: only used if there are no stays
    """
    table_id = stays[0].table_id if stays else table_id
    counted = sorted((s for s in stays if _counts(s, at, is_live)), key=_start)
    covering = next((s for s in counted if s.starts_at <= at < s.ends_at), None)
    coming = [s for s in counted if s.starts_at > at]
    following = next((s.visit for s in coming if s.visit), None)
    lingering = _lingering(counted, covering, at) if is_live else None
    if lingering is not None:
        return _lingers(lingering, covering, following)
    if covering is not None:
        return _covered(covering, following, at=at, is_live=is_live)
    before = [s.ends_at for s in counted if s.ends_at <= at]
    return _free(table_id, coming, following, since=max(before, default=None), at=at, live=is_live)


def _start(stay: Stay) -> datetime:
    return stay.starts_at


def _counts(stay: Stay, at: datetime, is_live: bool) -> bool:
    """Holds until they expire; reservations unless they were cancelled or refused."""
    if stay.kind == "hold":
        return not is_live or stay.expires_at is None or stay.expires_at > at
    if stay.visit is None:
        return True
    status = stay.visit.status
    past = (Status.COMPLETED, Status.NO_SHOW)
    return status in OCCUPYING or (status in past and stay.starts_at <= at)


def _is_at_table(stay: Stay) -> bool:
    return stay.visit is not None and stay.visit.status in AT_TABLE


def _lingering(counted: Sequence[Stay], covering: Stay | None, at: datetime) -> Stay | None:
    """Who still sits there although the row of the stay has ended; not if the next party sits there
    already: then somebody forgot to say that they left."""
    if covering is not None and _is_at_table(covering):
        return None
    return next((s for s in reversed(counted) if s.ends_at <= at and _is_at_table(s)), None)


def _view(
    stay: Stay,
    state: TableState,
    following: Visit | None,
    *,
    since: datetime,
    until: datetime,
    signs: tuple[str, ...] = (),
) -> TableView:
    visit = stay.visit
    return TableView(
        table_id=stay.table_id,
        state=state,
        colour=COLOURS[state],
        signs=(*signs_of(visit), *signs),
        since=since,
        until=until,
        visit=visit,
        next=following,
        starts_at=visit.starts_at if visit else None,
        reason=stay.reason,
        party_size=visit.party_size if visit else stay.party_size,
        block_id=stay.block_id,
    )


def _lingers(stay: Stay, covering: Stay | None, following: Visit | None) -> TableView:
    waiting = covering.visit if covering is not None else None
    is_wanted = waiting is not None and waiting.status in OCCUPYING
    visit = stay.visit
    since = (visit.seated_at if visit else None) or stay.starts_at
    return _view(
        stay,
        _T.CONFLICT if is_wanted else _T.OVERTIME,
        waiting if is_wanted else following,
        since=since,
        until=visit.ends_at if visit else stay.ends_at,
    )


def _covered(stay: Stay, following: Visit | None, *, at: datetime, is_live: bool) -> TableView:
    visit = stay.visit
    if visit is None:
        state = _T.BLOCKED if stay.kind == "block" else _T.HELD
        return _view(stay, state, following, since=stay.starts_at, until=stay.ends_at)
    state = _state_of(visit, at=at, is_live=is_live)
    since, until = stay.starts_at, visit.ends_at
    if state in (_T.SEATED, _T.FINISHING, _T.OVERTIME):
        since = visit.seated_at or stay.starts_at
    elif state is _T.CLEANING:
        since, until = visit.completed_at or stay.starts_at, stay.ends_at
    elif state is _T.ARRIVED:
        since = visit.arrived_at or stay.starts_at
    signs = ("eta",) if state is _T.LATE and visit.eta_at else ()
    return _view(stay, state, following, since=since, until=until, signs=signs)


def _state_of(visit: Visit, *, at: datetime, is_live: bool) -> TableState:
    """Of the party whose row covers the moment."""
    status = visit.status
    if status in AWAITING:
        return _T.PENDING
    if status is Status.ARRIVED:
        return _T.ARRIVED
    if status is Status.COMPLETED:
        has_left = is_live or visit.completed_at is None or visit.completed_at <= at
        return _T.CLEANING if has_left else _T.SEATED
    if status in AT_TABLE:
        return _seated(visit, at=at, is_live=is_live)
    return _T.LATE if is_live and at >= visit.starts_at else _T.CONFIRMED


def _seated(visit: Visit, *, at: datetime, is_live: bool) -> TableState:
    if at >= visit.ends_at:
        return _T.OVERTIME if is_live else _T.FINISHING
    return _T.FINISHING if visit.ends_at - at <= FINISHING_BEFORE else _T.SEATED


def _free(
    table_id: int,
    coming: Sequence[Stay],
    following: Visit | None,
    *,
    since: datetime | None,
    at: datetime,
    live: bool,
) -> TableView:
    first = coming[0] if coming else None
    if first is None or first.kind == "block" or first.starts_at - at > SOON_BEFORE:
        return TableView(
            table_id=table_id,
            state=_T.AVAILABLE,
            colour=COLOURS[_T.AVAILABLE],
            since=since,
            until=first.starts_at if first else None,
            next=following,
            starts_at=following.starts_at if following else None,
        )
    if live and first.visit is not None and first.visit.status is Status.ARRIVED:
        after = next((s.visit for s in coming[1:] if s.visit), None)
        since = first.visit.arrived_at or first.starts_at
        return _view(first, _T.ARRIVED, after, since=since, until=first.visit.ends_at)
    return TableView(
        table_id=table_id,
        state=_T.SOON,
        colour=COLOURS[_T.SOON],
        signs=signs_of(first.visit) if first.visit else ("hold",),
        since=since,
        until=first.starts_at,
        next=following,
        starts_at=first.starts_at,
        party_size=first.visit.party_size if first.visit else first.party_size,
    )


def next_change_at(
    stays: Sequence[Stay],
    *,
    at: datetime,
    is_live: bool,
    view: TableView | None = None,
    before: datetime | None = None,
) -> datetime | None:
    """The first moment after `at` when the view of a table differs although nobody does anything:
    a party becomes late, a stay ends, a hold expires. None if it stays as it is.

    :param view: the view at `at`, if it is known already
    :param before: changes from then on are not asked for
    """
    if view is None:
        view = table_view(stays, at=at, is_live=is_live)
    moments = {m for stay in stays for m in _moments(stay) if m > at}
    if before is not None:
        moments = {m for m in moments if m < before}
    return next(
        (m for m in sorted(moments) if table_view(stays, at=m, is_live=is_live) != view), None
    )


def _moments(stay: Stay) -> Iterable[datetime]:
    yield from (stay.starts_at - SOON_BEFORE, stay.starts_at, stay.ends_at)
    if stay.expires_at is not None:
        yield stay.expires_at
    if stay.visit is not None:
        visit = stay.visit
        yield from (visit.starts_at, visit.ends_at - FINISHING_BEFORE, visit.ends_at)
        if visit.completed_at is not None:
            yield visit.completed_at
