"""The timeline: tables by time, every party a bar. Geometry in pixels, words beside every colour.

Drawn here rather than by a calendar library: such libraries place what they draw with inline
styles, which the content security policy forbids, and know nothing of tables that are joined, of
pacing or of the second signs. An SVG has its geometry in attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import gcd

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.floor import COLOURS, Stay, TableState
from bookings.lifecycle import AT_TABLE, OCCUPYING, Status
from bookings.presenters.clock import clock_text, local
from bookings.presenters.floor import party_line
from bookings.selectors.service import Bucket, Party, Service, buckets_of
from staff.presenters.floor import STATE_WORDS
from staff.presenters.listing import EDITABLE, Chips
from staff.presenters.marks import marks_of
from staff.presenters.timeline_shapes import (
    HEAD,
    Bar,
    Heading,
    Row,
    Shade,
    TableRow,
    Tick,
    Timeline,
)

PER_MINUTE = 2
"""Pixels."""
ROW = 48
BAR = 44
SHOWN = OCCUPYING | {Status.COMPLETED}
LONGEST = timedelta(hours=30)


def timeline_of(service: Service, parties: Iterable[Party], chips: Chips) -> Timeline:
    """Draw the evening of a service; no queries."""
    return _Drawing(service, list(parties), chips).timeline()


class _Drawing:
    """One drawing in the making."""

    def __init__(self, service: Service, parties: list[Party], chips: Chips) -> None:
        self.service, self.chips = service, chips
        self.restaurant = service.restaurant
        self.parties = {party.reservation.pk: party for party in parties}
        self.first, self.last = self._span()
        self.numbers = {table.pk: table.number for table in service.tables}
        self.edits = chips.edits

    def timeline(self) -> Timeline:
        lines, height = self._lines()
        width = self._x(self.last)
        step = self._step()
        count = int((self.last - self.first) / timedelta(minutes=step)) + 1
        now = self.service.now
        is_now = self.service.is_live and self.first <= now <= self.last
        return Timeline(
            width=width,
            height=height,
            lines=lines,
            shades=tuple(self._shades(buckets_of(self.service))),
            ticks=tuple(self._ticks()),
            now_x=self._x(now) if is_now else None,
            step=step,
            clocks=tuple(
                self._clock(self.first + timedelta(minutes=step * index)) for index in range(count)
            ),
            rows=tuple(self._table_rows()),
            legend=tuple(_legend()),
        )

    # --- Time -------------------------------------------------------------------------------------

    def _span(self) -> tuple[datetime, datetime]:
        """Whole hours around opening, closing and every stay."""
        first, last = self.service.bounds
        for party in self.parties.values():
            if party.status in SHOWN:
                first, last = min(first, party.visit.starts_at), max(last, party.visit.ends_at)
        for rows in self.service.stays.values():
            ends = [stay.ends_at for stay in rows if stay.visit is not None]
            last = max([last, *ends])
        hour = timedelta(hours=1)
        first = first.replace(minute=0, second=0, microsecond=0)
        whole = last.replace(minute=0, second=0, microsecond=0)
        return first, min(whole if whole == last else whole + hour, first + LONGEST)

    def _x(self, at: datetime) -> int:
        return round((at - self.first).total_seconds() / 60 * PER_MINUTE)

    def _clock(self, at: datetime) -> str:
        return clock_text(local(at, self.restaurant), self.restaurant)

    def _step(self) -> int:
        """Minutes between two places to drop at: the grid of the slots."""
        step = 30
        for period in self.service.prepared.config.periods:
            step = gcd(step, period.slot_interval_minutes)
        return max(step, 5)

    def _ticks(self) -> Iterator[Tick]:
        at = self.first
        while at < self.last:
            yield Tick(x=self._x(at), label=self._clock(at))
            at += timedelta(hours=1)

    def _shades(self, buckets: tuple[Bucket, ...]) -> Iterator[Shade]:
        edge = self.first
        for span in self.service.spans:
            if span.opens_at > edge:
                yield self._shade("closed", edge, span.opens_at, _("closed"))
            edge = max(edge, span.closes_at)
        if edge < self.last:
            yield self._shade("closed", edge, self.last, _("closed"))
        for bucket in buckets:
            cap = bucket.arriving_cap
            if cap is not None and bucket.arriving >= cap and not bucket.is_closed:
                figures = {"used": bucket.arriving, "limit": cap}
                word = _("%(used)s of %(limit)s covers arrive") % figures
                yield self._shade("full", bucket.starts_at, bucket.ends_at, word)

    def _shade(self, kind: str, start: datetime, end: datetime, word: str) -> Shade:
        x = self._x(max(start, self.first))
        return Shade(kind=kind, x=x, width=self._x(min(end, self.last)) - x, word=word)

    # --- Rows -------------------------------------------------------------------------------------

    def _lines(self) -> tuple[tuple[Row | Heading, ...], int]:
        lines: list[Row | Heading] = []
        y = 0
        for index, lane in enumerate(self._lanes()):
            if index == 0:
                lines.append(Heading(name=_("Without a table"), y=y))
                y += HEAD
            bars = tuple(self._bar(party, 0, y) for party in lane)
            lines.append(
                Row(
                    table_id=0,
                    number="–",
                    note="",
                    y=y,
                    height=ROW,
                    bars=bars,
                    label=_("Without a table"),
                )
            )
            y += ROW
        area = None
        for table in self.service.tables:
            if table.area_id != area:
                area = table.area_id
                lines.append(Heading(name=table.area.name, y=y))
                y += HEAD
            seats = ngettext("%(count)s seat", "%(count)s seats", table.seats)
            lines.append(
                Row(
                    table_id=table.pk,
                    number=table.number,
                    note=str(table.seats),
                    y=y,
                    height=ROW,
                    bars=tuple(self._bars_of(table.pk, y)),
                    label=_("Table %(number)s, %(seats)s")
                    % {"number": table.number, "seats": seats % {"count": table.seats}},
                )
            )
            y += ROW
        return tuple(lines), y

    def _lanes(self) -> list[list[Party]]:
        """Parties without a table, side by side where they overlap."""
        lanes: list[list[Party]] = []
        for party in self.service.unassigned:
            if party.reservation.pk not in self.parties:
                continue
            for lane in lanes:
                if lane[-1].visit.ends_at <= party.visit.starts_at:
                    lane.append(party)
                    break
            else:
                lanes.append([party])
        return lanes

    def _bars_of(self, table_id: int, y: int) -> Iterator[Bar]:
        for stay in self.service.stays.get(table_id, ()):
            if stay.ends_at <= self.first or stay.starts_at >= self.last:
                continue
            party = self.parties.get(stay.visit.reservation_id) if stay.visit else None
            if party is not None and party.status in SHOWN:
                yield self._bar(party, table_id, y, stay)
            elif stay.visit is None:
                yield self._blocked(stay, y)

    def _bar(self, party: Party, table_id: int, y: int, stay: Stay | None = None) -> Bar:
        visit, row = party.visit, party.reservation
        starts_at = stay.starts_at if stay else visit.starts_at
        ends_at = visit.ends_at if visit.ends_at > starts_at else (stay or visit).ends_at
        if party.status is Status.COMPLETED:
            ends_at = min(ends_at, visit.completed_at or ends_at)
        state, word = self._state(party, table_id)
        x = self._x(starts_at)
        marks = marks_of(visit.flags, sees_contact=self.chips.sees_contact)
        times = f"{self._clock(starts_at)}–{self._clock(ends_at)}"
        tables = "+".join(self.numbers.get(pk, "?") for pk in party.table_ids)
        joined = f" · {tables}" if len(party.table_ids) > 1 else ""
        signs = " ".join(mark.sign for mark in marks if mark.key in _SHOWN_MARKS)
        line, detail = party_line(visit), f"{times}{joined} · {word}"
        facts = [
            row.guest_name,
            _("table %(numbers)s") % {"numbers": tables} if tables else _("no table"),
            *(str(mark.word) for mark in marks),
        ]
        return Bar(
            key=f"bar-{row.pk}-{table_id}",
            reservation_id=row.pk,
            table_id=table_id,
            x=x,
            y=y + (ROW - BAR) // 2,
            width=max(self._x(ends_at) - x, 16),
            state=state,
            colour=_colour(state),
            line=line,
            detail=detail,
            signs=signs,
            # What is seen comes first, so that it can be said to a voice control.
            label=f"{line} {signs} {detail}, {', '.join(facts)}",
            moves=self._moves(party),
            stretches=self.edits and bool(party.table_ids) and party.status in OCCUPYING,
            version=row.version,
            minutes=int((visit.ends_at - visit.starts_at).total_seconds() // 60),
            panel_url=self.chips.url(row.pk, "panel"),
            move_url=self.chips.url(row.pk, "move"),
        )

    def _moves(self, party: Party) -> str:
        if not self.edits:
            return ""
        if party.status in EDITABLE:
            return "both"
        return "table" if party.status in AT_TABLE else ""

    def _blocked(self, stay: Stay, y: int) -> Bar:
        start, end = max(stay.starts_at, self.first), min(stay.ends_at, self.last)
        state = TableState.BLOCKED if stay.kind == "block" else TableState.HELD
        word = stay.reason or str(STATE_WORDS[state])
        times = f"{self._clock(start)}–{self._clock(end)}"
        return Bar(
            key=f"bar-{stay.kind}-{stay.table_id}-{self._x(start)}",
            reservation_id=0,
            table_id=stay.table_id,
            x=self._x(start),
            y=y + (ROW - BAR) // 2,
            width=max(self._x(end) - self._x(start), 16),
            state=state.value,
            colour=COLOURS[state].value,
            line=word,
            detail=times,
            signs="",
            label=f"{word}, {times}",
            moves="",
            stretches=False,
            version=0,
            minutes=0,
            panel_url="",
            move_url="",
        )

    def _state(self, party: Party, table_id: int) -> tuple[str, str]:
        """The state of a party as its table has it now, and its word."""
        status = party.status
        if status is Status.COMPLETED:
            return "done", pgettext("state of a party", "left")
        view = self.service.view_of(table_id) if table_id else None
        is_theirs = (
            view is not None
            and view.visit is not None
            and view.visit.reservation_id == party.reservation.pk
        )
        if view is not None and is_theirs and view.state is not TableState.SOON:
            return view.state.value, str(STATE_WORDS[view.state])
        is_late = status is Status.CONFIRMED and self.service.now > party.visit.starts_at
        if is_late and self.service.is_live:
            return TableState.LATE.value, str(STATE_WORDS[TableState.LATE])
        plain = {
            Status.PENDING: TableState.PENDING,
            Status.PENDING_PAYMENT: TableState.PENDING,
            Status.ARRIVED: TableState.ARRIVED,
            Status.SEATED: TableState.SEATED,
            Status.PARTIALLY_SEATED: TableState.SEATED,
        }.get(status, TableState.CONFIRMED)
        return plain.value, str(STATE_WORDS[plain])

    # --- The same as a table ----------------------------------------------------------------------

    def _table_rows(self) -> Iterator[TableRow]:
        for party in self.parties.values():
            if party.status not in SHOWN:
                continue
            row = party.reservation
            first = party.table_ids[0] if party.table_ids else 0
            yield TableRow(
                id=row.pk,
                time=self._clock(row.starts_at),
                until=self._clock(row.ends_at),
                size=party.covers,
                name=row.guest_name,
                tables="+".join(self.numbers.get(pk, "?") for pk in party.table_ids),
                state=self._state(party, first)[1],
                marks=marks_of(party.visit.flags, sees_contact=self.chips.sees_contact),
                panel_url=self.chips.url(row.pk, "panel"),
                edit_url=self.chips.url(row.pk, "edit")
                if self.edits and party.status in EDITABLE
                else "",
            )


_SHOWN_MARKS = frozenset({"vip", "allergy", "birthday", "note"})


def _colour(state: str) -> str:
    return "grey" if state == "done" else COLOURS[TableState(state)].value


def _legend() -> Iterator[tuple[str, str, str]]:
    """State, colour and word of every state a bar can have."""
    for state in TableState:
        if state not in (TableState.AVAILABLE, TableState.SOON, TableState.CLEANING):
            yield state.value, COLOURS[state].value, str(STATE_WORDS[state])
    yield "done", "grey", pgettext("state of a party", "left")
