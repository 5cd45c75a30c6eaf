"""Words and signs that several screens share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from bookings.floor import TableState
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.presenters.clock import clock_text, local
from restaurants.models import Restaurant

_T, _S = TableState, Status

TABLE_STATES: Mapping[TableState, tuple[str, Promise]] = {
    _T.AVAILABLE: ("🟢", pgettext_lazy("state of a table", "free")),
    _T.SOON: ("🟡", pgettext_lazy("state of a table", "booked soon")),
    _T.HELD: ("⏳", pgettext_lazy("state of a table", "on hold")),
    _T.PENDING: ("🟨", pgettext_lazy("state of a table", "request")),
    _T.CONFIRMED: ("🔴", pgettext_lazy("state of a table", "reserved")),
    _T.LATE: ("⚠️", pgettext_lazy("state of a table", "late")),
    _T.ARRIVED: ("🚪", pgettext_lazy("state of a table", "arrived")),
    _T.SEATED: ("🍽", pgettext_lazy("state of a table", "seated")),
    _T.FINISHING: ("🕐", pgettext_lazy("state of a table", "finishing")),
    _T.OVERTIME: ("⏰", pgettext_lazy("state of a table", "over time")),
    _T.CLEANING: ("🧹", pgettext_lazy("state of a table", "cleaning")),
    _T.BLOCKED: ("⛔", pgettext_lazy("state of a table", "blocked")),
    _T.CONFLICT: ("❗", pgettext_lazy("state of a table", "conflict")),
}
"""A sign and a word for each: neither stands alone."""

STATUS_SIGNS: Mapping[Status, str] = {
    _S.PENDING: "🔔",
    _S.PENDING_PAYMENT: "💳",
    _S.CONFIRMED: "✅",
    _S.ARRIVED: "🚪",
    _S.PARTIALLY_SEATED: "🍽",
    _S.SEATED: "🍽",
    _S.COMPLETED: "🏁",
    _S.NO_SHOW: "👻",
    _S.CANCELLED_BY_GUEST: "🚫",
    _S.CANCELLED_BY_RESTAURANT: "🚫",
    _S.DECLINED: "❌",
    _S.EXPIRED: "⌛",
    _S.MOVED: "➡️",
}


def guests_text(count: int) -> str:
    return ngettext("%(count)d guest", "%(count)d guests", count) % {"count": count}


def tables_text(numbers: Sequence[str]) -> str:
    """``table 7``, ``tables 7 + 8``; empty without one."""
    if not numbers:
        return ""
    words = {"tables": " + ".join(numbers)}
    return ngettext("table %(tables)s", "tables %(tables)s", len(numbers)) % words


def visit_text(visits: int, no_shows: int) -> str:
    """``4th visit, 1 no-show``: the coming one counted (rule 101)."""
    first = (
        _("first visit")
        if visits == 0
        else _("%(ordinal)s visit") % {"ordinal": _ordinal(visits + 1)}
    )
    if no_shows == 0:
        return first
    missed = ngettext("%(count)d no-show", "%(count)d no-shows", no_shows) % {"count": no_shows}
    return f"{first}, {missed}"


def _ordinal(number: int) -> str:
    if not (get_language() or "en").startswith("en"):
        return f"{number}-й" if get_language() == "ru" else f"{number}."
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def time_of(at: datetime, restaurant: Restaurant) -> str:
    """An instant on the restaurant's clock."""
    return clock_text(local(at, restaurant), restaurant)


def floor_path(reservation: Reservation) -> str:
    """The page of the host stand that opens this reservation."""
    query = {"date": reservation.service_date.isoformat(), "reservation": reservation.pk}
    return f"{reverse('staff:floor', args=[reservation.restaurant.slug])}?{urlencode(query)}"


def edit_path(reservation: Reservation) -> str:
    """The page where another time is chosen."""
    return reverse("staff:edit", args=[reservation.restaurant.slug, reservation.pk])


def joined(parts: Iterable[str], by: str = " · ") -> str:
    return by.join(part for part in parts if part)
