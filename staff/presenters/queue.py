"""The queue at the door as the host sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from bookings.presenters.clock import clock_text, local
from reservehub.core.errors import DomainError
from restaurants.models import Restaurant
from waitlist.models import QueueEntry, QueueSkip, QueueSource, QueueStatus
from waitlist.presenters.queue import quote_text, range_text
from waitlist.queue.errors import NoTableReady, OutOfTurn, QueueEntryOver
from waitlist.selectors.house import HouseNow
from waitlist.selectors.queue import Line, QueueNow, queue_token_of

_MINUTE = timedelta(minutes=1)
OVERDUE = 5
"""A promise is broken so many minutes after it (rule 94)."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Tables that suit a party."""

    value: str
    label: str
    is_free: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One party in the queue. `phone` is empty for those who may not see it; `free` names the best
    table that is free for it, or the one it was called to.
    """

    id: int
    version: int
    position: int
    size: int
    name: str
    phone: str
    note: str
    area: str
    is_vip: bool
    source: str
    status: str
    state: str
    waited: str
    told: str
    left: str
    is_overdue: bool
    is_ready: bool
    is_coming: bool
    can_nudge: bool
    free: str
    choices: tuple[Choice, ...]
    token: str


@dataclass(frozen=True, kw_only=True)
class Chip:
    """A party size with what such a party would be told now."""

    size: int
    quote: str
    is_chosen: bool


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a step was not taken. `overrides` take it all the same."""

    title: str
    text: str
    entry_id: int
    step: str
    version: int
    table_ids: str
    overrides: tuple[str, ...]
    again_label: str

    @property
    def needs_right(self) -> bool:
        """Whether going on goes beyond what every host may do."""
        return bool(set(self.overrides) - {"order"})


def rows_of(here: QueueNow, *, sees_contact: bool) -> list[Row]:
    """Everybody who waits, in the order of joining."""
    return [_row(line, here.house, sees_contact=sees_contact) for line in here.lines]


def chips_of(here: QueueNow, chosen: str = "") -> list[Chip]:
    return [
        Chip(size=size, quote=quote_text(quote), is_chosen=chosen == str(size))
        for size, quote in here.quotes.items()
    ]


def _row(line: Line, house: HouseNow, *, sees_contact: bool) -> Row:
    entry = line.entry
    guest = entry.guest
    return Row(
        id=entry.pk,
        version=entry.version,
        position=line.position,
        size=entry.party_size,
        name=name_of(entry),
        phone=str(entry.phone or "") if sees_contact else "",
        note=entry.note,
        area=entry.area.name if entry.area else "",
        is_vip=guest is not None and guest.is_vip,
        source=_source(entry),
        status=_status(line, house),
        state=_state(line),
        waited=_("%(count)d min") % {"count": line.waited},
        told=range_text(entry.told_low, entry.told_high),
        left=_left(line),
        is_overdue=_is_overdue(line),
        is_ready=line.is_ready,
        is_coming=entry.coming_at is not None,
        can_nudge=line.is_ready and entry.nudged_at is None and bool(entry.phone or entry.email),
        free=tables_text(house, line.seat),
        choices=_choices(line, house),
        token=queue_token_of(entry),
    )


def name_of(entry: QueueEntry) -> str:
    """What the host calls out."""
    return entry.name or _("Party of %(size)d") % {"size": entry.party_size}


def _source(entry: QueueEntry) -> str:
    if entry.source == QueueSource.HOST:
        return ""
    if entry.eta_minutes:
        return _("from afar, %(minutes)d min away") % {"minutes": entry.eta_minutes}
    return str(entry.get_source_display())


def _status(line: Line, house: HouseNow) -> str:
    until = line.entry.held_until
    if line.is_ready and until is not None:
        minutes = max(int((until - house.now) / _MINUTE), 0)
        return _("Table ready, kept %(minutes)d min more") % {"minutes": minutes}
    if line.status == QueueStatus.SKIPPED:
        return _("Did not come, keeps the place once")
    return ""


def _is_overdue(line: Line) -> bool:
    """Whether the party waits longer than it was told."""
    return not line.is_ready and line.waited > line.entry.told_high + OVERDUE


def _state(line: Line) -> str:
    """The word by which the list's colours go."""
    if line.is_ready:
        return "confirmed"
    if line.status == QueueStatus.SKIPPED:
        return "pending"
    return "late" if _is_overdue(line) else "arrived"


def _left(line: Line) -> str:
    """How long the party still waits, as far as anybody can tell."""
    if line.quote is None or line.minutes_left is None:
        return ""
    if line.quote.is_hopeless:
        return _("no table tonight")
    return range_text(*line.minutes_left)


def tables_text(house: HouseNow, table_ids: Iterable[int]) -> str:
    """``12`` or ``4 + 5``."""
    labels = house.day.snapshot.labels
    return " + ".join(labels[pk].number for pk in sorted(table_ids) if pk in labels)


def _choices(line: Line, house: HouseNow) -> tuple[Choice, ...]:
    """Every seat that suits the party, the free ones first."""
    free = house.free_seats(line.entry)
    rest = [one.table_ids for one in house.options_of(line.entry) if one.table_ids not in free]
    return tuple(
        Choice(
            value=",".join(str(pk) for pk in table_ids),
            label=tables_text(house, table_ids),
            is_free=number < len(free),
        )
        for number, table_ids in enumerate([*free, *rest])
    )


# --- What happened --------------------------------------------------------------------------------


def done_text(step: str, entry: QueueEntry, house: HouseNow) -> str:
    """What the toast says."""
    values = {"name": name_of(entry), "table": tables_text(house, entry.table_ids)}
    texts = {
        "ready": _("%(name)s: table %(table)s is kept for ten minutes."),
        "seat": _("%(name)s sits at table %(table)s."),
        "nudge": _("%(name)s was reminded."),
        "skip": _("%(name)s was passed over."),
        "left": _("%(name)s has left the queue."),
        "no-show": _("%(name)s did not come."),
        "undo": _("%(name)s waits again."),
    }
    return texts[step] % values


def refused_of(
    refusal: DomainError, *, step: str, entry: QueueEntry, table_ids: Sequence[int], names: str = ""
) -> Refused:
    """A refusal with the way out.

    :param names: who came earlier
    """
    again: tuple[str, ...] = ()
    label, text = "", str(refusal.detail)
    if isinstance(refusal, OutOfTurn):
        again, label = ("order",), _("Call all the same")
        text = _("%(names)s came earlier. It is written down if you pass them over.") % {
            "names": names
        }
    elif isinstance(refusal, NoTableReady):
        text = _("Choose one of the tables that suit, or wait until one is free.")
    elif isinstance(refusal, QueueEntryOver):
        text = str(QueueStatus(refusal.extra["status"]).label)
    elif "due_soon" in refusal.extra.get("reasons", ()):
        again, label = ("order", "due_soon"), _("Take it all the same")
        text = _("The next party at this table is due soon.")
    return Refused(
        title=str(refusal.title),
        text=text,
        entry_id=entry.pk,
        step=step,
        version=entry.version,
        table_ids=",".join(str(pk) for pk in table_ids),
        overrides=again,
        again_label=label,
    )


@dataclass(frozen=True, kw_only=True)
class Gone:
    """A party that left the queue a moment ago."""

    id: int
    version: int
    name: str
    size: int
    status: str
    at: str


def gone_of(entries: Iterable[QueueEntry], restaurant: Restaurant) -> list[Gone]:
    return [
        Gone(
            id=entry.pk,
            version=entry.version,
            name=name_of(entry),
            size=entry.party_size,
            status=str(entry.get_status_display()),
            at=_at(entry.ended_at, restaurant),
        )
        for entry in entries
    ]


@dataclass(frozen=True, kw_only=True)
class Passed:
    """Somebody was passed over."""

    name: str
    favoured: str
    why: str
    by: str
    at: str


def passed_of(skips: Iterable[QueueSkip], restaurant: Restaurant) -> list[Passed]:
    return [
        Passed(
            name=name_of(skip.entry),
            favoured=name_of(skip.in_favour_of) if skip.in_favour_of else "",
            why=str(skip.get_reason_display()),
            by=skip.actor_label,
            at=_at(skip.occurred_at, restaurant),
        )
        for skip in skips
    ]


def _at(at: datetime | None, restaurant: Restaurant) -> str:
    return clock_text(local(at, restaurant), restaurant) if at is not None else ""
