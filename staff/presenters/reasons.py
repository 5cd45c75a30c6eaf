"""Why a time is not free, in words for staff, and which setting is responsible (C11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.availability import Detail, Reason


@dataclass(frozen=True)
class Why:
    """One reason: a sentence, and the key of the settings page that decides it."""

    text: str
    setting: str


_WORDS: Mapping[Reason, tuple[Promise, str]] = {
    Reason.CLOSED: (gettext_lazy("No hours cover this day."), "hours"),
    Reason.OUTSIDE_HOURS: (gettext_lazy("It lies outside the hours."), "hours"),
    Reason.NOT_A_SLOT: (
        gettext_lazy("No time starts at this minute; see how often times are offered."),
        "hours",
    ),
    Reason.NONEXISTENT_TIME: (
        gettext_lazy("The clocks skip this hour on that night."),
        "profile",
    ),
    Reason.PAST: (gettext_lazy("It is over."), ""),
    Reason.NOTICE: (
        gettext_lazy("Too late to book: guests have to book until %(at)s."),
        "policy",
    ),
    Reason.NOTICE_CUTOFF: (gettext_lazy("The day could be booked until %(at)s."), "policy"),
    Reason.HORIZON: (gettext_lazy("Too far ahead: this day opens on %(at)s."), "policy"),
    Reason.NOT_RELEASED: (gettext_lazy("This day opens at %(at)s."), "policy"),
    Reason.PAUSED: (gettext_lazy("Online bookings are paused until %(at)s."), "overview"),
    Reason.NOT_ACCEPTING: (gettext_lazy("Online bookings are switched off."), "profile"),
    Reason.PRIVATE_EVENT: (gettext_lazy("A private event is entered for this time."), "closures"),
    Reason.MAINTENANCE: (gettext_lazy("Maintenance is entered for this time."), "closures"),
    Reason.WEATHER: (gettext_lazy("It is closed because of the weather."), "closures"),
    Reason.CLOSED_SLOT: (gettext_lazy("A closure covers this time."), "closures"),
    Reason.PARTY_TOO_SMALL: (
        gettext_lazy("The smallest party online is %(limit)s."),
        "policy",
    ),
    Reason.PARTY_TOO_LARGE: (gettext_lazy("The largest party online is %(limit)s."), "policy"),
    Reason.OVERRIDE_PARTY_MIN: (
        gettext_lazy("A closure of this time admits parties of %(limit)s and more."),
        "closures",
    ),
    Reason.OVERRIDE_PARTY_MAX: (
        gettext_lazy("A closure of this time admits parties of up to %(limit)s."),
        "closures",
    ),
    Reason.MUST_FINISH_BY_CLOSE: (
        gettext_lazy("The party would stay past closing at %(at)s."),
        "turn-times",
    ),
    Reason.PACING_ARRIVING_COVERS: (
        gettext_lazy("Arriving guests: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_ARRIVING_PARTIES: (
        gettext_lazy("Arriving parties: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_SEATED_COVERS: (
        gettext_lazy("Seated guests: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_SEATED_PARTIES: (
        gettext_lazy("Seated parties: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_ONLINE_ARRIVING_COVERS: (
        gettext_lazy("Arriving guests online: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_ONLINE_ARRIVING_PARTIES: (
        gettext_lazy("Arriving parties online: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_ONLINE_SEATED_COVERS: (
        gettext_lazy("Seated guests online: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.PACING_ONLINE_SEATED_PARTIES: (
        gettext_lazy("Seated parties online: %(used)s of %(limit)s are booked."),
        "pacing",
    ),
    Reason.WALK_IN_QUOTA: (gettext_lazy("The seats left are kept for walk-ins."), "pacing"),
    Reason.NO_TABLE_FITS: (
        gettext_lazy("No table or combination takes a party of this size; see the empty seats."),
        "policy",
    ),
    Reason.FEATURE_MISSING: (gettext_lazy("No table has what was asked for."), "tables"),
    Reason.AREA_FULL: (gettext_lazy("Every fitting table of the area is taken."), "tables"),
    Reason.NO_TABLE_FREE: (
        gettext_lazy("Every table that fits is taken for a part of the stay."),
        "turn-times",
    ),
}


def why(detail: Detail, zone: ZoneInfo) -> Why:
    """The sentence for a reason, with its figures."""
    words, setting = _WORDS.get(
        detail.reason, (gettext_lazy("Another rule stands against it."), "policy")
    )
    figures = {
        "limit": "?" if detail.limit is None else detail.limit,
        "used": "?" if detail.used is None else detail.used,
        "at": "?" if detail.at is None else _moment(detail.at, zone),
    }
    return Why(str(words) % figures, setting)


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return _("%(time)s on %(date)s") % {
        "time": f"{at.astimezone(zone):%H:%M}",
        "date": date_format(at.astimezone(zone), "j E"),
    }
