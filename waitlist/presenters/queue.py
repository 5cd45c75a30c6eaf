"""A party in the queue as it sees itself: its place, how long it takes, what it can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.presenters.clock import clock_text, local
from bookings.presenters.finder import guests_text
from waitlist.models import QueueEntry, QueueStatus
from waitlist.prediction import Quote
from waitlist.presenters.entry import clock_of
from waitlist.selectors.queue import Line

_GOOD, _WAIT, _OVER = "notice-good", "notice-wait", "notice"

_WORDS: Mapping[str, tuple[str, Promise, Promise | str]] = {
    QueueStatus.WAITING: (
        _WAIT,
        gettext_lazy("You are in the queue"),
        gettext_lazy("This page follows by itself. Please be near when your table is ready."),
    ),
    QueueStatus.SERVICE_READY: (_GOOD, gettext_lazy("Your table is ready"), ""),
    QueueStatus.SKIPPED: (
        _WAIT,
        gettext_lazy("You were called and did not come"),
        gettext_lazy("You keep your place once. Say that you are coming, or leave the queue."),
    ),
    QueueStatus.SEATED: (_GOOD, gettext_lazy("You have your table"), gettext_lazy("Enjoy it!")),
    QueueStatus.NO_SHOW: (
        _OVER,
        gettext_lazy("Your place in the queue is over"),
        gettext_lazy("Your table was ready and nobody came. Ask at the entrance."),
    ),
    QueueStatus.CANCELED: (_OVER, gettext_lazy("You have left the queue"), ""),
    QueueStatus.REMOVED: (
        _OVER,
        gettext_lazy("The restaurant has taken you off the queue"),
        gettext_lazy("Ask at the entrance if that was a mistake."),
    ),
}


@dataclass(frozen=True)
class QueueView:
    """What the page about one party prints."""

    version: int
    tone: str
    status: str
    sentence: str
    position_text: str
    wait_text: str
    by_text: str
    guests: str
    area: str
    seconds: int | None
    clock: str
    is_called: bool
    may_say_coming: bool
    is_coming: bool
    is_in_queue: bool
    news: str


def queue_view(
    entry: QueueEntry, line: Line | None, *, version: int, status: QueueStatus, now: datetime
) -> QueueView:
    """The view model of a party at an instant.

    :param line: what the queue says about it; None once it is over
    :param version: of the whole queue
    """
    tone, words, more = _WORDS[status]
    is_called = status == QueueStatus.SERVICE_READY
    until = entry.held_until if is_called else None
    sentence = str(more)
    if until is not None:
        at = clock_text(local(until, entry.restaurant), entry.restaurant)
        kept = _("Please come to the entrance. It is kept for you until %(until)s.")
        sentence = kept % {"until": at}
    seconds = max(0, int((until - now).total_seconds())) if until is not None else None
    is_in_queue = line is not None
    return QueueView(
        version=version,
        tone=tone,
        status=str(words),
        sentence=sentence,
        position_text=_position(line),
        wait_text=_left(line),
        by_text=_by(line, entry, now),
        guests=guests_text(entry.party_size),
        area=entry.area.name if entry.area else "",
        seconds=seconds,
        clock="" if seconds is None else clock_of(seconds),
        is_called=is_called,
        may_say_coming=is_in_queue and entry.coming_at is None and status != QueueStatus.WAITING,
        is_coming=is_in_queue and entry.coming_at is not None and status != QueueStatus.WAITING,
        is_in_queue=is_in_queue,
        news=f"{words}. {sentence}" if sentence else str(words),
    )


def range_text(low: int, high: int) -> str:
    """``15-25 min``; ``now`` where nothing is to be waited for."""
    if high <= 0:
        return _("no wait")
    if low >= high:
        return _("%(high)d min") % {"high": high}
    return _("%(low)d-%(high)d min") % {"low": low, "high": high}


def quote_text(quote: Quote) -> str:
    """The quote of somebody who joins now."""
    if quote.is_hopeless:
        return _("not tonight")
    return range_text(quote.low, quote.high)


def _position(line: Line | None) -> str:
    if line is None or line.quote is None:
        return ""
    ahead = line.position - 1
    if not ahead:
        return _("You are next for a table of your size.")
    return ngettext(
        "%(count)d party that could take the same tables is ahead of you.",
        "%(count)d parties that could take the same tables are ahead of you.",
        ahead,
    ) % {"count": ahead}


def _left(line: Line | None) -> str:
    if line is None or line.quote is None or line.minutes_left is None:
        return ""
    if line.quote.is_hopeless:
        return _("It is not likely that a table becomes free tonight.")
    low, high = line.minutes_left
    if high <= 1:
        return _("Any moment now")
    return _("About %(range)s from now") % {"range": range_text(low, high)}


def _by(line: Line | None, entry: QueueEntry, now: datetime) -> str:
    if line is None or line.quote is None or line.quote.is_hopeless or line.minutes_left is None:
        return ""
    at = now + timedelta(minutes=line.minutes_left[1])
    return _("by %(time)s") % {"time": clock_text(local(at, entry.restaurant), entry.restaurant)}


@dataclass(frozen=True)
class PartyView:
    """How long a party of one size would wait now; `is_open`: whether it may join."""

    size: int
    guests: str
    wait: str
    is_open: bool


def parties_of(
    quotes: Mapping[int, Quote], reasons: Mapping[int, Sequence[str]]
) -> list[PartyView]:
    """What the queue would tell a party of each size."""
    return [
        PartyView(
            size=size,
            guests=guests_text(size),
            wait=quote_text(quote),
            is_open=not reasons[size],
        )
        for size, quote in quotes.items()
    ]


_CLOSED: Mapping[str, Promise] = {
    "switched_off": gettext_lazy("You can join the queue only at the door."),
    "outside_hours": gettext_lazy("The restaurant is not open now."),
    "full": gettext_lazy("As many parties as possible wait from afar already. Try again later."),
    "too_late": gettext_lazy("Whoever joins now would hardly get a table before the last seating."),
    "party_too_large": gettext_lazy("Your party is too large to join from afar. Please call us."),
    "too_far": gettext_lazy("You are too far away to join now. Try again when you are nearer."),
}


def crowd_text(count: int) -> str:
    """How many wait now."""
    text = ngettext("%(count)d party is waiting", "%(count)d parties are waiting", count)
    return text % {"count": count}


def closed_text(reasons: Sequence[str]) -> str:
    """Why nobody, or this party, may join from afar, as a sentence that helps."""
    known = [_CLOSED[reason] for reason in _CLOSED if reason in reasons]
    return str(known[0]) if known else _("The queue takes nobody from afar right now.")
