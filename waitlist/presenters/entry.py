"""An entry as its guest sees it: where it stands, what is offered, what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.presenters.clock import clock_text, long_date, moment_text, zone_text
from bookings.presenters.finder import guests_text
from waitlist.forms import minutes_text
from waitlist.models import EntryStatus, WaitlistEntry, WaitlistOffer

_GOOD, _WAIT, _OVER = "notice-good", "notice-wait", "notice"

_WORDS: Mapping[str, tuple[str, Promise, Promise | str]] = {
    EntryStatus.WAITING: (
        _WAIT,
        gettext_lazy("You are on the waitlist"),
        gettext_lazy(
            "We will write to you as soon as a table becomes free. This page follows by itself."
        ),
    ),
    EntryStatus.PAUSED: (
        _OVER,
        gettext_lazy("You are not asked at the moment"),
        gettext_lazy("Two offers were left unanswered. Say that you still wait to be asked again."),
    ),
    EntryStatus.ACCEPTED: (_GOOD, gettext_lazy("You have taken the table"), ""),
    EntryStatus.LEFT: (
        _OVER,
        gettext_lazy("You have left the waitlist"),
        gettext_lazy("You will not be offered a table any more."),
    ),
    EntryStatus.REMOVED: (
        _OVER,
        gettext_lazy("The restaurant has taken you off the waitlist"),
        gettext_lazy("Call the restaurant if you have questions."),
    ),
    EntryStatus.CLOSED: (
        _OVER,
        gettext_lazy("You have booked a table for that day"),
        gettext_lazy("So you no longer wait for one."),
    ),
    EntryStatus.EXPIRED: (
        _OVER,
        gettext_lazy("No table became free"),
        gettext_lazy("We are sorry. The last time you wished has passed."),
    ),
}
_UNPAID: tuple[str, Promise, Promise | str] = (
    _OVER,
    gettext_lazy("The time to pay is over"),
    gettext_lazy(
        "So the table is free for others again. Join the waitlist once more if you still wish one."
    ),
)


@dataclass(frozen=True)
class OfferView:
    """A table that can be taken now."""

    id: int
    date: str
    time: str
    zone: str
    guests: str
    area: str
    until_text: str
    is_broadcast: bool
    seconds: int
    clock: str


@dataclass(frozen=True)
class EntryView:
    """What the page about one entry prints."""

    version: int
    tone: str
    status: str
    sentence: str
    position_text: str
    date: str
    times: str
    flexibility: str
    guests: str
    areas: str
    offer: OfferView | None
    is_live: bool
    is_paused: bool
    is_over: bool
    news: str
    """What is read aloud when an open page changes."""


def entry_view(
    entry: WaitlistEntry,
    offer: WaitlistOffer | None,
    *,
    position: int | None,
    areas: Mapping[int, str],
    now: datetime,
) -> EntryView:
    """The view model of an entry at an instant.

    :param offer: the one that can be answered now
    :param areas: names of the restaurant's areas
    """
    shown = _offer(offer, entry, now=now) if offer is not None else None
    tone, status, sentence = _words(entry, shown)
    return EntryView(
        version=entry.version,
        tone=tone,
        status=status,
        sentence=sentence,
        position_text="" if shown else position_text(position),
        date=dates_text(entry),
        times=window_text(entry),
        flexibility=minutes_text(entry.flexibility_minutes) if entry.flexibility_minutes else "",
        guests=guests_text(entry.party_size),
        areas=", ".join(areas[area] for area in entry.area_ids if area in areas),
        offer=shown,
        is_live=entry.is_live,
        is_paused=entry.status == EntryStatus.PAUSED,
        is_over=not entry.is_live,
        news=f"{status}. {sentence}" if sentence else status,
    )


def _words(entry: WaitlistEntry, offer: OfferView | None) -> tuple[str, str, str]:
    if offer is not None:
        values = {"until": offer.until_text}
        sentence = (
            _("All who wait were told: first come, first served. You can answer until %(until)s.")
            if offer.is_broadcast
            else _("It is kept for you until %(until)s.")
        )
        return _GOOD, _("A table is free for you"), sentence % values
    # An offer whose time is over is none, whether or not a worker has seen it yet.
    status = EntryStatus.WAITING if entry.status == EntryStatus.OFFERED else entry.status
    tone, words, more = _UNPAID if entry.is_unpaid else _WORDS[status]
    return tone, str(words), str(more)


def _offer(offer: WaitlistOffer, entry: WaitlistEntry, *, now: datetime) -> OfferView:
    seconds = max(0, int((offer.expires_at - now).total_seconds()))
    return OfferView(
        id=offer.pk,
        date=long_date(offer.local_date),
        time=clock_text(offer.local_time, entry.restaurant),
        zone=zone_text(entry.restaurant, offer.starts_at),
        guests=guests_text(offer.party_size),
        area=offer.area.name if offer.area else "",
        until_text=moment_text(offer.expires_at, entry.restaurant),
        is_broadcast=offer.is_broadcast,
        seconds=seconds,
        clock=clock_of(seconds),
    )


def clock_of(seconds: int) -> str:
    """``1:05:00`` or ``4:59``."""
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{left:02d}" if hours else f"{minutes}:{left:02d}"


def position_text(position: int | None) -> str:
    """Who would be asked before, said as what it is."""
    if position is None:
        return ""
    if position == 1:
        return _("Nobody who waits for the same time would be asked before you.")
    ahead = position - 1
    return ngettext(
        "%(count)d guest who waits for the same time would be asked before you, if a table "
        "suits you both.",
        "%(count)d guests who wait for the same time would be asked before you, if a table "
        "suits you all.",
        ahead,
    ) % {"count": ahead}


def dates_text(entry: WaitlistEntry) -> str:
    """``Friday 5 June``, or the first and the last of several."""
    first = long_date(entry.service_date)
    if entry.is_one_date:
        return first
    return f"{first} – {long_date(entry.last_service_date)}"


def window_text(entry: WaitlistEntry) -> str:
    """``19:00-20:30``."""
    times = [clock_text(at, entry.restaurant) for at in entry.window]
    return " – ".join(dict.fromkeys(times))
