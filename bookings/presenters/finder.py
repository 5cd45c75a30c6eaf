"""The three groups of choices of the restaurant page: guests, day, time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby
from typing import Any, Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.availability import WAITABLE, Reason, SlotAnswer
from bookings.deposits import Terms
from bookings.presenters.clock import (
    clock_text,
    long_date,
    month_short,
    short_date,
    weekday_short,
)
from bookings.presenters.money import price_full, price_short
from bookings.presenters.words import HIDDEN, explain
from restaurants.models import Area, Restaurant, ServicePeriod

GUEST_CHOICES = 8
STRIP_DAYS = 14

_CHOICE = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(~1)?", re.ASCII)


class DayLike(Protocol):
    """`bookings.selectors.DayState`, as far as it is shown."""

    @property
    def date(self) -> date: ...
    @property
    def state(self) -> str: ...
    @property
    def reasons(self) -> Sequence[Reason]: ...
    @property
    def name(self) -> str: ...
    @property
    def note(self) -> str: ...


@dataclass(frozen=True)
class Choice:
    """A start as it travels in forms: ``2026-11-21T19:30``, ``~1`` for the repeated hour.

    `date` is the service date; the time may be past the midnight that follows (rule 7).
    """

    date: date
    time: time
    fold: int = 0

    @classmethod
    def parse(cls, text: str) -> Choice | None:
        """``None`` for anything malformed."""
        match = _CHOICE.fullmatch(text)
        if match is None:
            return None
        try:
            day = date.fromisoformat(match[1])
            at = time.fromisoformat(match[2])
        except ValueError:
            return None
        # Far from the ends of the calendar, where a day more or less would overflow.
        return cls(day, at, 1 if match[3] else 0) if 2000 <= day.year <= 2200 else None

    def __str__(self) -> str:
        return f"{self.date.isoformat()}T{self.time:%H:%M}{'~1' if self.fold else ''}"


@dataclass(frozen=True)
class GuestChip:
    value: int
    label: str
    spoken: str
    is_chosen: bool


@dataclass(frozen=True)
class DayChip:
    value: str
    weekday: str
    day: int
    month: str
    label: str
    state: str
    state_text: str
    is_chosen: bool


@dataclass(frozen=True)
class SlotChip:
    """`offset` is set only in the hour that happens twice (rule 5)."""

    value: str
    label: str
    spoken: str
    offset: str
    is_open: bool
    is_chosen: bool
    tags: tuple[str, ...] = ()
    why_short: str = ""
    why: str = ""
    is_last: bool = False
    can_wait: bool = False
    """Taken now, and free when somebody else makes room."""
    price: str = ""
    price_full: str = ""
    """The deposit, short and in words; empty where it costs nothing to book."""


TermsFor = Callable[[SlotAnswer], Terms | None]


@dataclass(frozen=True)
class SlotBlock:
    name: str
    slots: tuple[SlotChip, ...]


@dataclass(frozen=True)
class Refusal:
    why: str
    times: str


def guest_chips(chosen: int, *, smallest: int, largest: int) -> list[GuestChip]:
    """One to eight guests, as far as the restaurant takes them online."""
    last = min(GUEST_CHOICES, largest)
    return [_guest_chip(n, chosen) for n in range(max(1, smallest), last + 1)]


def larger_parties(chosen: int, *, largest: int) -> list[GuestChip]:
    """The sizes behind “more”."""
    return [_guest_chip(n, chosen) for n in range(GUEST_CHOICES + 1, min(largest, 40) + 1)]


def _guest_chip(count: int, chosen: int) -> GuestChip:
    return GuestChip(count, str(count), guests_text(count), count == chosen)


def day_chips(days: Iterable[DayLike], *, chosen: date | None, today: date) -> list[DayChip]:
    """The strip of days: full and closed ones say so."""
    return [_day_chip(day, chosen=chosen, today=today) for day in days]


def _day_chip(day: DayLike, *, chosen: date | None, today: date) -> DayChip:
    words = {
        "open": "",
        "full": pgettext("day", "full"),
        "closed": pgettext("day", "closed"),
        "unavailable": pgettext("day", "not yet") if _is_early(day) else pgettext("day", "over"),
    }
    state_text = words.get(day.state, "")
    spoken = [
        _("Today") if day.date == today else "",
        long_date(day.date),
        day.name,
        state_text,
    ]
    return DayChip(
        value=day.date.isoformat(),
        weekday=weekday_short(day.date),
        day=day.date.day,
        month=month_short(day.date),
        label=", ".join(part for part in spoken if part),
        state=day.state,
        state_text=state_text,
        is_chosen=day.date == chosen,
    )


def _is_early(day: DayLike) -> bool:
    return bool({Reason.HORIZON, Reason.NOT_RELEASED} & set(day.reasons))


def day_notes(days: Iterable[DayLike]) -> list[str]:
    """Named days under the strip: “Thu 25 Dec: Christmas Day (closed). Merry Christmas!”."""
    notes = []
    for day in days:
        if not day.name:
            continue
        text = f"{short_date(day.date)}: {day.name}"
        if day.state == "closed":
            text += " (" + pgettext("day", "closed") + ")"
        notes.append(f"{text}. {day.note}" if day.note else text)
    return notes


def slot_blocks(
    answers: Iterable[SlotAnswer],
    *,
    day: date,
    restaurant: Restaurant,
    periods: Mapping[int, ServicePeriod],
    areas: Mapping[int, Area],
    chosen: Choice | None,
    area_id: int | None,
    terms_for: TermsFor | None = None,
) -> list[SlotBlock]:
    """The times of a day in blocks of their service periods, without those past or too near.

    :param terms_for: what a time costs; without it nothing is said about that
    """
    shown = [answer for answer in answers if not (HIDDEN & set(answer.reasons))]
    blocks = []
    for period_id, group in groupby(shown, key=lambda answer: answer.period_id):
        period = periods.get(period_id) if period_id is not None else None
        chips = tuple(
            slot_chip(
                answer,
                day=day,
                restaurant=restaurant,
                areas=areas,
                chosen=chosen,
                area_id=area_id,
                terms=terms_for(answer) if terms_for else None,
            )
            for answer in group
        )
        blocks.append(SlotBlock(name=period.name if period else "", slots=chips))
    return blocks


def slot_chip(
    answer: SlotAnswer,
    *,
    day: date,
    restaurant: Restaurant,
    areas: Mapping[int, Area],
    chosen: Choice | None,
    area_id: int | None = None,
    terms: Terms | None = None,
) -> SlotChip:
    """One time: bookable with what matters about it, or struck out with the reason."""
    choice = Choice(day, answer.local_time.time(), answer.fold)
    label = clock_text(answer.local_time, restaurant)
    offset = f"UTC{answer.utc_offset}" if answer.utc_offset else ""
    why = explain(answer.reasons) if not answer.available else None
    is_last = answer.available and answer.tables_left == 1
    tags = []
    if answer.available and area_id is None and len(areas) > 1 and len(answer.area_ids) == 1:
        only = areas.get(answer.area_ids[0])
        main = next(iter(areas.values()))
        # Worth a word only where it is not what everybody expects.
        tags += [only.name] if only is not None and only is not main else []
    if is_last:
        tags.append(_("last table"))
    return SlotChip(
        value=str(choice),
        label=label,
        spoken=f"{label} {offset}".strip(),
        offset=offset,
        is_open=answer.available,
        is_chosen=choice == chosen,
        tags=tuple(tags),
        why_short=str(why.short) if why else "",
        why=str(why.sentence) if why else "",
        is_last=is_last,
        can_wait=not answer.available and set(answer.reasons) <= WAITABLE,
        price=price_short(terms) if terms else "",
        price_full=price_full(terms) if terms else "",
    )


def prices(blocks: Iterable[SlotBlock]) -> list[str]:
    """What the times of a day cost, each price once, in words."""
    found = [chip.price_full for block in blocks for chip in block.slots if chip.price_full]
    return [text[:1].upper() + text[1:] for text in dict.fromkeys(found)]


def refusals(blocks: Iterable[SlotBlock]) -> list[Refusal]:
    """The reasons of all struck-out times, each with its times."""
    times: dict[str, list[str]] = {}
    for block in blocks:
        for chip in block.slots:
            if not chip.is_open:
                times.setdefault(chip.why, []).append(chip.spoken)
    return [Refusal(why, ", ".join(found)) for why, found in times.items()]


def count_open(blocks: Iterable[SlotBlock]) -> int:
    """How many times can be booked."""
    return sum(chip.is_open for block in blocks for chip in block.slots)


def found_text(count: int, *, day: date, party_size: int) -> str:
    """What the live region says after a change."""
    guests = guests_text(party_size)
    if not count:
        return _("No free times on %(day)s for %(guests)s.") % {
            "day": long_date(day),
            "guests": guests,
        }
    return ngettext(
        "%(count)s free time on %(day)s for %(guests)s.",
        "%(count)s free times on %(day)s for %(guests)s.",
        count,
    ) % {"count": count, "day": long_date(day), "guests": guests}


def guests_text(count: int) -> str:
    """``2 guests``."""
    return ngettext("%(count)s guest", "%(count)s guests", count) % {"count": count}


def strip_dates(first: date) -> list[date]:
    """The dates of one strip."""
    return [first + timedelta(days=n) for n in range(STRIP_DAYS)]


@dataclass(frozen=True)
class Alternative:
    """Another start offered in place of a refused one."""

    value: str
    label: str


def alternatives_of(
    raw: Iterable[Mapping[str, Any]], *, wished: date, restaurant: Restaurant
) -> list[Alternative]:
    """Buttons for other starts (`bookings.selectors.slot_payload`); another day is named."""
    found = []
    for item in raw:
        at = time.fromisoformat(item["time"])
        choice = Choice(date.fromisoformat(item["date"]), at, int(item["fold"]))
        label = clock_text(at, restaurant)
        if item["utc_offset"]:
            label += f" UTC{item['utc_offset']}"
        if choice.date != wished:
            label = f"{short_date(choice.date)}, {label}"
        found.append(Alternative(str(choice), label))
    return found
