"""The list: who comes, who sits, who has left. The equal of the plan for a screen reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings import lifecycle
from bookings.lifecycle import AT_TABLE, AWAITING, LateState, Status
from bookings.models import ReservationStatus, Source
from bookings.presenters.clock import clock_text, local, short_date
from bookings.selectors.service import Party, Service
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from staff.presenters.day import Asked
from staff.presenters.marks import Mark, allergy_text, deposit_mark, marks_of, note_of

SHOWS = ("coming", "requests", "seated", "done")
FINISHING = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class Action:
    """One step of a party: a button that posts `version` to `url`."""

    step: str
    label: str
    url: str
    is_main: bool = False


@dataclass(frozen=True, kw_only=True)
class Chip:
    """One party. `state` is a word for styles, `status` and `timing` words for people."""

    id: int
    reference: str
    version: int
    size: int
    booked_size: str
    name: str
    time: str
    until: str
    tables: str
    is_unassigned: bool
    state: str
    status: str
    timing: str
    is_urgent: bool
    marks: tuple[Mark, ...]
    note: str
    allergy: str
    phone: str
    source: str
    actions: tuple[Action, ...]
    panel_url: str
    edit_url: str


@dataclass(frozen=True, kw_only=True)
class Group:
    """A column of the list."""

    key: str
    title: str
    chips: tuple[Chip, ...]
    covers: int
    empty: str

    @property
    def summary(self) -> str:
        count = len(self.chips)
        parties = ngettext("%(count)s party", "%(count)s parties", count) % {"count": count}
        covers = ngettext("%(count)s cover", "%(count)s covers", self.covers)
        return f"{parties} · {covers % {'count': self.covers}}"


class Chips:
    """Makes chips for one asker at one moment."""

    def __init__(
        self, restaurant: Restaurant, capabilities: frozenset[Capability], *, now: datetime
    ) -> None:
        self.restaurant = restaurant
        self.now = now
        self._statuses = {value: str(label) for value, label in ReservationStatus.choices}
        self._sources = {value: str(label) for value, label in Source.choices}
        self._base = reverse("staff:floor", args=[restaurant.slug])
        self.edits = Capability.EDIT_BOOK in capabilities
        self.sees_contact = Capability.SEE_CONTACT in capabilities

    def chip(
        self, party: Party, numbers: dict[int, str], *, is_live: bool, with_date: bool = False
    ) -> Chip:
        row = party.reservation
        start = clock_text(local(row.starts_at, self.restaurant), self.restaurant)
        timing, is_urgent = self._timing(party) if is_live else ("", False)
        is_unassigned = not party.table_ids and party.status in lifecycle.OCCUPYING
        is_other = party.covers != row.party_size
        return Chip(
            id=row.pk,
            reference=row.reference,
            version=row.version,
            size=party.covers,
            booked_size=_("booked for %(count)s") % {"count": row.party_size} if is_other else "",
            name=row.guest_name or pgettext("guest without a name", "Walk-in"),
            time=f"{short_date(row.service_date)}, {start}" if with_date else start,
            until=clock_text(local(row.ends_at, self.restaurant), self.restaurant),
            tables="+".join(numbers[i] for i in party.table_ids if i in numbers),
            is_unassigned=is_unassigned,
            state=_state(party, is_urgent=is_urgent),
            status="" if party.status in _PLAIN else self._statuses[row.status],
            timing=timing,
            is_urgent=is_urgent,
            marks=self._marks(party),
            note=note_of(row) if self.sees_contact else "",
            allergy=allergy_text(row) if self.sees_contact else "",
            phone=party.phone if self.sees_contact else "",
            source=self._sources[row.source],
            actions=self._actions(party, is_live=is_live) if self.edits else (),
            panel_url=self.url(row.pk, "panel"),
            edit_url=self.url(row.pk, "edit") if self.edits and party.status in EDITABLE else "",
        )

    def _marks(self, party: Party) -> tuple[Mark, ...]:
        """What is remarkable about the party, and how its deposit stands; that says more than that
        it is waited for.
        """
        currency = self.restaurant.currency
        deposit = deposit_mark(party.reservation.deposit_status, currency=currency)
        marks = marks_of(party.visit.flags, sees_contact=self.sees_contact)
        if deposit is None:
            return marks
        return (*(mark for mark in marks if mark.key != "unpaid"), deposit)

    def url(self, reservation_id: int, step: str) -> str:
        """The address of a step or a part of one reservation."""
        return f"{self._base}reservations/{reservation_id}/{step}/"

    def _timing(self, party: Party) -> tuple[str, bool]:
        """What the clock says about a party, and whether somebody must act."""
        visit, now = party.visit, self.now
        if party.status is Status.CONFIRMED:
            return self._lateness(party)
        if party.status is Status.ARRIVED:
            waited = _minutes(now - (visit.arrived_at or visit.starts_at))
            return _("here for %(minutes)s min") % {"minutes": waited}, waited >= 10
        if party.status in AT_TABLE:
            left = _minutes(visit.ends_at - now)
            if left < 0:
                return _("%(time)s over time") % {"time": _span(self.now - visit.ends_at)}, True
            return _("%(minutes)s min left") % {"minutes": left}, False
        return "", False

    def _lateness(self, party: Party) -> tuple[str, bool]:
        visit, policy = party.visit, self.restaurant.policy
        grace = timedelta(minutes=policy.grace_minutes)
        late = lifecycle.late_state(self.now, visit.starts_at, visit.eta_at, grace)
        if late is LateState.NONE:
            due = _minutes(visit.starts_at - self.now)
            return (_("in %(minutes)s min") % {"minutes": due} if due <= 30 else ""), False
        text = _("%(time)s late") % {"time": _span(self.now - visit.starts_at)}
        if visit.eta_at:
            at = clock_text(local(visit.eta_at, self.restaurant), self.restaurant)
            text += ", " + _("comes at %(time)s") % {"time": at}
        if late is LateState.SUGGEST_NO_SHOW:
            text += " · " + _("no-show?")
        return text, True

    def _actions(self, party: Party, *, is_live: bool) -> tuple[Action, ...]:
        """The next step first; where the evening is not running, only requests are answered."""
        row = party.reservation
        steps = _steps(party, self.now) if is_live or party.status in _ANY_DAY else []
        return tuple(
            Action(
                step=step,
                label=_label(step),
                url=self.url(row.pk, step),
                is_main=index == 0,
            )
            for index, step in enumerate(steps)
        )


_PLAIN = {Status.PENDING, Status.CONFIRMED, Status.SEATED}
"""The column says it."""
EDITABLE = lifecycle.AWAITING | {Status.CONFIRMED, Status.ARRIVED}
_ANY_DAY = AT_TABLE | {Status.PENDING}


def _minutes(span: timedelta) -> int:
    return int(span // timedelta(minutes=1))


def _span(span: timedelta) -> str:
    """``12 min``, ``1:55 h``."""
    minutes = _minutes(span)
    if minutes < 90:
        return _("%(minutes)s min") % {"minutes": minutes}
    return _("%(hours)s h") % {"hours": f"{minutes // 60}:{minutes % 60:02d}"}


def _state(party: Party, *, is_urgent: bool) -> str:
    if party.status is Status.CONFIRMED and is_urgent:
        return "late"
    if party.status in AT_TABLE and is_urgent:
        return "overtime"
    return {Status.PENDING_PAYMENT: "pending", Status.PARTIALLY_SEATED: "seated"}.get(
        party.status, party.status.value
    )


def _steps(party: Party, now: datetime) -> list[str]:
    row, status = party.reservation, party.status
    if status is Status.PENDING:
        return ["approve", "decline"]
    if status in (Status.CONFIRMED, Status.ARRIVED):
        sit = ["seat"] if party.table_ids else ["auto-assign"]
        come = ["arrive"] if status is Status.CONFIRMED else []
        gone = ["no-show"] if status is Status.CONFIRMED and now >= row.starts_at else []
        return [*come, *sit, *gone]
    if status is Status.PARTIALLY_SEATED:
        return ["seat", "finish"]
    if status is Status.SEATED:
        return ["finish"]
    is_fresh = row.undo and now - row.updated_at <= lifecycle.UNDO_WINDOW
    return ["undo"] if status in lifecycle.UNDOABLE and is_fresh else []


def _label(step: str) -> str:
    return {
        "approve": pgettext("step of a visit", "Confirm"),
        "decline": pgettext("step of a visit", "Decline"),
        "arrive": pgettext("step of a visit", "Arrived"),
        "seat": pgettext("step of a visit", "Seat"),
        "auto-assign": pgettext("step of a visit", "Find a table"),
        "finish": pgettext("step of a visit", "Finish"),
        "no-show": pgettext("step of a visit", "No-show"),
        "undo": pgettext("step of a visit", "Undo"),
    }[step]


@dataclass(frozen=True, kw_only=True)
class Tab:
    """One choice of what is shown."""

    label: str
    count: int
    query: str
    is_current: bool


# --- Groups ---------------------------------------------------------------------------------------

_DONE = lifecycle.TERMINAL


def group_key(status: Status) -> str:
    """Which column a party stands in."""
    if status in AWAITING:
        return "requests"
    if status in AT_TABLE:
        return "seated"
    return "done" if status in _DONE else "coming"


def groups_of(
    service: Service, parties: Iterable[Party], chips: Chips, *, text: str
) -> tuple[Group, ...]:
    """The columns: arrivals with the late ones first, requests, seated, done and cancelled."""
    numbers = {table.pk: table.number for table in service.tables}
    found: dict[str, list[tuple[Party, Chip]]] = {key: [] for key in SHOWS}
    for party in parties:
        if text and not matches(party, text, sees_contact=chips.sees_contact):
            continue
        chip = chips.chip(party, numbers, is_live=service.is_live)
        found[group_key(party.status)].append((party, chip))
    found["coming"].sort(key=lambda one: (not _is_late(one[0], service), one[0].visit.starts_at))
    found["seated"].sort(key=lambda one: one[0].visit.ends_at)
    found["done"].sort(key=lambda one: (one[0].status is not Status.COMPLETED, one[1].time))
    return tuple(_group(key, found[key], is_search=bool(text)) for key in SHOWS)


def shown_groups(groups: Iterable[Group], asked: Asked) -> list[Group]:
    """The chosen column, or all of them but an empty one of requests."""
    return [
        group
        for group in groups
        if asked.show == group.key or (not asked.show and (group.chips or group.key != "requests"))
    ]


def show_tabs(groups: Iterable[Group], asked: Asked) -> tuple[Tab, ...]:
    """All, or one column alone: for narrow screens."""
    found = list(groups)
    count = sum(len(group.chips) for group in found)
    whole = Tab(
        label=pgettext("columns of parties", "All"),
        count=count,
        query=asked.query(show=""),
        is_current=not asked.show,
    )
    return (
        whole,
        *(
            Tab(
                label=group.title,
                count=len(group.chips),
                query=asked.query(show=group.key),
                is_current=asked.show == group.key,
            )
            for group in found
        ),
    )


def _is_late(party: Party, service: Service) -> bool:
    return service.is_live and (
        party.status is Status.ARRIVED or party.visit.starts_at <= service.now
    )


def _group(key: str, rows: Sequence[tuple[Party, Chip]], *, is_search: bool) -> Group:
    titles = {
        "coming": pgettext("column of parties", "Arriving"),
        "requests": pgettext("column of parties", "Waiting for an answer"),
        "seated": pgettext("column of parties", "Seated"),
        "done": pgettext("column of parties", "Left and cancelled"),
    }
    empty = {
        "coming": _("Nobody is expected any more."),
        "requests": _("No request is waiting."),
        "seated": _("Nobody is seated."),
        "done": _("Nobody has left yet."),
    }
    return Group(
        key=key,
        title=titles[key],
        chips=tuple(chip for _party, chip in rows),
        covers=sum(party.covers for party, _chip in rows),
        empty=_("Nobody here matches the search.") if is_search else empty[key],
    )


def matches(party: Party, text: str, *, sees_contact: bool) -> bool:
    """By name, by reference, or by at least the last four digits of the phone."""
    wanted = text.casefold()
    digits = "".join(character for character in text if character.isdecimal())
    return (
        wanted in party.visit.guest_name.casefold()
        or party.visit.reference.casefold().endswith(wanted)
        or (sees_contact and len(digits) >= 4 and party.phone.endswith(digits))
    )
