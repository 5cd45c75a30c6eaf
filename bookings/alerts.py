"""What staff should notice during a service, most urgent first. Pure: no database and no clock
(rules 37, 54, 63-65).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from django.utils.translation import gettext as _

from bookings.floor import Stay, Visit
from bookings.lifecycle import AT_TABLE, OCCUPYING, LateState, Status, late_state

COMING_WITHIN = timedelta(minutes=60)
"""Who comes so soon is worth a look."""
THREATENED_WITHIN = timedelta(minutes=30)
ANSWER_WITHIN = timedelta(hours=3)
"""A request for so soon should be answered now."""
FORGOTTEN = timedelta(hours=12)
"""Nobody sits longer: that party was not marked as finished."""


class AlertKind(StrEnum):
    LATE = "late"
    ASK = "ask"
    NO_SHOW_DUE = "no_show_due"
    VIP = "vip"
    ALLERGY = "allergy"
    BIRTHDAY = "birthday"
    UNASSIGNED = "unassigned"
    OVERTIME_THREATENS = "overtime_threatens"
    REQUEST_WAITING = "request_waiting"


class Urgency(IntEnum):
    NOW = 1
    SOON = 2
    KNOW = 3


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One thing about one party. `at` is when it matters: the booked start, or the ETA. `other_id`
    is the party that is in the way. `words` are a translated sentence.
    """

    kind: AlertKind
    urgency: Urgency
    reservation_id: int
    table_ids: tuple[int, ...]
    at: datetime
    words: str
    other_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What the alerts of a restaurant depend on besides its parties.

    :param grace: how long late guests are waited for
    :param numbers: of tables, by id
    :param clock: an instant as the restaurant's wall clock shows it
    """

    now: datetime
    grace: timedelta
    numbers: Mapping[int, str]
    clock: Callable[[datetime], str]


def alerts(
    stays: Mapping[int, Sequence[Stay]], unassigned: Iterable[Visit], watch: Watch
) -> list[Alert]:
    """Everything worth noticing, most urgent first, then by time.

    :param stays: what takes each table
    :param unassigned: parties without a table
    """
    nowhere = list(unassigned)
    visits = {
        stay.visit.reservation_id: stay.visit
        for rows in stays.values()
        for stay in rows
        if stay.visit is not None
    }
    found: list[Alert] = []
    for visit in (*visits.values(), *nowhere):
        found += _lateness(visit, watch)
        found += _to_know(visit, watch)
        found += _request(visit, watch)
    found += (_unassigned(visit, watch) for visit in nowhere if visit.status in OCCUPYING)
    found += _threats(stays, watch)
    return sorted(found, key=lambda one: (one.urgency, one.at, one.reservation_id, one.kind))


def _alert(
    kind: AlertKind,
    urgency: Urgency,
    visit: Visit,
    words: str,
    *,
    at: datetime | None = None,
    other_id: int | None = None,
) -> Alert:
    return Alert(
        kind=kind,
        urgency=urgency,
        reservation_id=visit.reservation_id,
        table_ids=visit.table_ids,
        at=at or visit.starts_at,
        words=words,
        other_id=other_id,
    )


def _lateness(visit: Visit, watch: Watch) -> Iterator[Alert]:
    """Late at +0, ask at +10, suggest a no-show at +15: only the strongest (rule 65)."""
    if visit.status is not Status.CONFIRMED:
        return
    state = late_state(watch.now, visit.starts_at, visit.eta_at, watch.grace)
    about = {
        "name": visit.guest_name,
        "minutes": max(0, (watch.now - visit.starts_at) // timedelta(minutes=1)),
        "time": watch.clock(visit.eta_at or visit.starts_at),
    }
    if state is LateState.SUGGEST_NO_SHOW:
        words = _("%(name)s is %(minutes)s min late: mark a no-show or wait longer.") % about
        yield _alert(AlertKind.NO_SHOW_DUE, Urgency.NOW, visit, words)
    elif state is LateState.ASK:
        words = _("%(name)s is %(minutes)s min late: ask whether they are on their way.") % about
        yield _alert(AlertKind.ASK, Urgency.NOW, visit, words)
    elif visit.eta_at is not None and (state is LateState.LATE or visit.starts_at > watch.now):
        words = _("%(name)s comes later, at %(time)s.") % about
        yield _alert(AlertKind.LATE, Urgency.SOON, visit, words, at=visit.eta_at)
    elif state is LateState.LATE:
        words = _("%(name)s is %(minutes)s min late.") % about
        yield _alert(AlertKind.LATE, Urgency.SOON, visit, words)


def _to_know(visit: Visit, watch: Watch) -> Iterator[Alert]:
    """What the floor should know about who comes within the hour or has just arrived."""
    is_coming = (
        visit.status is Status.CONFIRMED
        and watch.now <= visit.starts_at <= watch.now + COMING_WITHIN
    )
    if not is_coming and visit.status is not Status.ARRIVED:
        return
    about = {"name": visit.guest_name, "time": watch.clock(visit.starts_at)}
    if visit.is_vip:
        words = _("%(name)s, VIP, at %(time)s.") % about
        yield _alert(AlertKind.VIP, Urgency.KNOW, visit, words)
    if "allergy" in visit.flags:
        words = _("%(name)s, at %(time)s, told of an allergy or diet.") % about
        yield _alert(AlertKind.ALLERGY, Urgency.SOON, visit, words)
    if "birthday" in visit.flags:
        words = _("%(name)s, at %(time)s, celebrates a birthday.") % about
        yield _alert(AlertKind.BIRTHDAY, Urgency.KNOW, visit, words)


def _request(visit: Visit, watch: Watch) -> Iterator[Alert]:
    if visit.status is not Status.PENDING:
        return
    urgency = Urgency.NOW if visit.starts_at <= watch.now + ANSWER_WITHIN else Urgency.SOON
    words = _("%(name)s, party of %(size)s at %(time)s, waits for an answer.")
    yield _alert(AlertKind.REQUEST_WAITING, urgency, visit, words % _party(visit, watch))


def _unassigned(visit: Visit, watch: Watch) -> Alert:
    """Rule 37."""
    urgency = Urgency.NOW if visit.starts_at <= watch.now + COMING_WITHIN else Urgency.SOON
    words = _("%(name)s, party of %(size)s at %(time)s, has no table.")
    return _alert(AlertKind.UNASSIGNED, urgency, visit, words % _party(visit, watch))


def _party(visit: Visit, watch: Watch) -> dict[str, object]:
    return {
        "name": visit.guest_name,
        "size": visit.party_size,
        "time": watch.clock(visit.starts_at),
    }


def _threats(stays: Mapping[int, Sequence[Stay]], watch: Watch) -> Iterator[Alert]:
    """Parties whose table somebody has not left although their time has come or is near: once for
    each of them, however many tables they have (rule 63).
    """
    told: set[int] = set()
    for table_id, rows in sorted(stays.items()):
        over = next((stay.visit for stay in rows if _overruns(stay, watch)), None)
        if over is None:
            continue
        for stay in sorted(rows, key=lambda one: one.starts_at):
            coming = stay.visit
            if coming is None or coming.reservation_id in told or not _comes(coming, watch):
                continue
            told.add(coming.reservation_id)
            words = _("%(other)s still sits at table %(table)s; %(name)s comes at %(time)s.") % {
                "other": over.guest_name,
                "table": watch.numbers.get(table_id, ""),
                "name": coming.guest_name,
                "time": watch.clock(coming.starts_at),
            }
            yield _alert(
                AlertKind.OVERTIME_THREATENS,
                Urgency.NOW,
                coming,
                words,
                other_id=over.reservation_id,
            )


def _overruns(stay: Stay, watch: Watch) -> bool:
    visit = stay.visit
    return (
        visit is not None
        and visit.status in AT_TABLE
        and visit.ends_at <= watch.now
        and visit.seated_at is not None
        and visit.seated_at > watch.now - FORGOTTEN
    )


def _comes(visit: Visit, watch: Watch) -> bool:
    is_expected = visit.status in OCCUPYING and visit.status not in AT_TABLE
    return is_expected and visit.starts_at <= watch.now + THREATENED_WITHIN < (
        visit.ends_at + THREATENED_WITHIN
    )
