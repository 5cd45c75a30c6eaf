"""Guests as staff see them: rows of the list, the profile, what else belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local, short_date
from bookings.presenters.money import bill_text
from bookings.presenters.words import DIETARY
from guests.models import ConsentEntry, ConsentPurpose, Guest, GuestFigures, GuestTag, Tag
from guests.selectors.profile import sees_health
from reservehub.core.money import Money
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from staff.access import Desk


@dataclass(frozen=True, kw_only=True)
class Row:
    """One guest of the list."""

    guest: Guest
    contact: str
    tags: tuple[Tag, ...]
    facts: str


def rows_of(guests: Iterable[Guest], tags: Mapping[int, Iterable[GuestTag]]) -> list[Row]:
    """`guests` come with their figures."""
    return [
        Row(
            guest=guest,
            contact=" · ".join(filter(None, (str(guest.phone or ""), guest.email or ""))),
            tags=tuple(link.tag for link in tags.get(guest.pk, ())),
            facts=_row_facts(figures_or_none(guest)),
        )
        for guest in guests
    ]


def figures_or_none(guest: Guest) -> GuestFigures | None:
    """Of a guest read with them."""
    return getattr(guest, "figures", None)


def _row_facts(figures: GuestFigures | None) -> str:
    if figures is None or not figures.bookings:
        return _("no bookings yet")
    parts = [ngettext("%(n)d visit", "%(n)d visits", figures.visits) % {"n": figures.visits}]
    if figures.last_visit_on:
        parts.append(_("last on %(date)s") % {"date": full_date(figures.last_visit_on)})
    if figures.next_visit_on:
        parts.append(_("next on %(date)s") % {"date": short_date(figures.next_visit_on)})
    if figures.no_shows:
        count = figures.no_shows
        parts.append(ngettext("%(n)d no-show", "%(n)d no-shows", count) % {"n": count})
    return ", ".join(parts)


def full_date(day: date) -> str:
    """``Fri 5 Jun 2026``: a history goes back for years."""
    return f"{short_date(day)} {day.year}"


class Figure(NamedTuple):
    """One number with its name; `is_bad` for those nobody likes."""

    label: str
    value: str
    is_bad: bool = False


def figures_shown(figures: GuestFigures | None, currency: str) -> list[Figure]:
    """The numbers of the profile, the most telling first; empty for who never booked."""
    if figures is None or not figures.bookings:
        return []
    late = figures.late_cancellations
    found = [
        Figure(_("Visits"), str(figures.visits)),
        Figure(_("Guests brought"), str(figures.covers)),
        Figure(_("No-shows"), str(figures.no_shows), is_bad=figures.no_shows > 0),
        Figure(_("Cancelled"), str(figures.cancellations)),
        Figure(_("Cancelled late"), str(late), is_bad=late > 0),
    ]
    if figures.first_visit_on:
        found.append(Figure(_("First visit"), full_date(figures.first_visit_on)))
    if figures.last_visit_on:
        found.append(Figure(_("Last visit"), full_date(figures.last_visit_on)))
    if figures.billed_visits:
        language = get_language() or "en"
        spend = Money(figures.spend_minor, currency)
        average = spend.scaled(Fraction(1, figures.billed_visits))
        found.append(Figure(_("Spend"), spend.format(language)))
        found.append(Figure(_("Spend per visit"), average.format(language)))
    return found


def time_of(minute: int) -> time:
    """The wall time so many minutes after midnight, also after the next one."""
    return time(minute // 60 % 24, minute % 60)


def wishes_shown(desk: Desk, guest: Guest) -> list[Figure]:
    """Language, preferences and, for those who look after guests, dietary needs."""
    languages = {code: str(_(str(name))) for code, name in settings.LANGUAGES}
    diets = dict(DIETARY)
    found = [Figure(_("Language"), languages.get(guest.language, guest.language))]
    if guest.preferences:
        found.append(Figure(_("Preferences"), guest.preferences))
    if guest.preferred_features:
        found.append(Figure(_("Likes tables with"), ", ".join(guest.preferred_features)))
    if guest.dietary_needs and sees_health(desk.capabilities):
        needs = ", ".join(str(diets.get(code, code)) for code in guest.dietary_needs)
        found.append(Figure(_("Dietary needs"), needs))
    return found


class ConsentTold(NamedTuple):
    """The last word about one purpose, and the words that were agreed to."""

    label: str
    is_given: bool
    words: str
    wording: str


_NEVER: Mapping[ConsentPurpose, str | Promise] = {
    ConsentPurpose.MARKETING: gettext_lazy("never agreed"),
    ConsentPurpose.HEALTH: gettext_lazy("erased 30 days after the last visit"),
}


def consents_shown(ledger: Mapping[str, ConsentEntry], place: Restaurant) -> list[ConsentTold]:
    """One line for each purpose; without an entry it says that nobody was asked."""
    return [_consent(purpose, ledger.get(purpose.value), place) for purpose in ConsentPurpose]


def _consent(purpose: ConsentPurpose, entry: ConsentEntry | None, place: Restaurant) -> ConsentTold:
    if entry is None:
        words = str(_NEVER[purpose])
        return ConsentTold(label=str(purpose.label), is_given=False, words=words, wording="")
    day = {"date": full_date(local(entry.created_at, place).date())}
    words = _("agreed on %(date)s") if entry.is_given else _("withdrawn on %(date)s")
    wording = entry.wording if entry.is_given else ""
    return ConsentTold(str(purpose.label), entry.is_given, words % day, wording)


class Visit(NamedTuple):
    """One line of the history. `url` opens the day at the house the person works in."""

    when: str
    what: str
    place: str
    status: str
    is_bad: bool
    url: str
    bill: str = ""


_BAD = frozenset({"no_show", "cancelled_by_guest"})


def visits_shown(rows: Iterable[Reservation], desk: Desk) -> list[Visit]:
    """The history across the organisation; only bookings of this house lead somewhere."""
    return [_visit(row, desk) for row in rows]


def _visit(row: Reservation, desk: Desk) -> Visit:
    place: Restaurant = row.restaurant
    is_here = place.pk == desk.restaurant.pk and desk.can(Capability.VIEW_BOOK)
    day = row.service_date
    people = row.actual_party_size or row.party_size
    bill = bill_text(row)
    return Visit(
        when=f"{full_date(day)}, {clock_text(local(row.starts_at, place), place)}",
        what=ngettext("%(n)d guest", "%(n)d guests", people) % {"n": people},
        place=place.name,
        status=str(row.get_status_display()),
        is_bad=row.status in _BAD and row.is_cancelled_in_time is not True,
        url=f"{reverse('staff:list', args=[place.slug])}?date={day.isoformat()}" if is_here else "",
        bill=_("bill %(amount)s") % {"amount": bill} if bill else "",
    )


TABS = (
    ("", gettext_lazy("Everybody")),
    ("vip", gettext_lazy("VIP")),
    ("blocked", gettext_lazy("Blocked")),
)
"""The filters above the list: key and word."""


class Done(NamedTuple):
    """What was just done, and the way back: which switch is turned to which side."""

    words: str | Promise
    route: str
    field: str
    value: str


_DONE: Mapping[str, Done] = {
    "vip": Done(gettext_lazy("This guest is a VIP now."), "staff:guest-vip", "is_vip", ""),
    "not-vip": Done(
        gettext_lazy("This guest is no VIP any more."), "staff:guest-vip", "is_vip", "1"
    ),
    "blocked": Done(
        gettext_lazy("This guest can no longer book online."),
        "staff:guest-block",
        "is_blocked",
        "",
    ),
    "unblocked": Done(
        gettext_lazy("This guest can book online again."), "staff:guest-block", "is_blocked", "1"
    ),
}


def done_of(key: str) -> Done | None:
    """Of a word in the address; None for any other word."""
    return _DONE.get(key)
