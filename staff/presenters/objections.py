"""What speaks against a time or a table, for staff: with figures, and with what they may accept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from bookings.availability import SPACE_REASONS, Detail, Reason
from bookings.services.questions import STAFF_REASONS
from restaurants.models import Restaurant
from restaurants.permissions import Capability

_R = Reason

_WORDS: Mapping[Reason, Promise] = {
    _R.CLOSED: gettext_lazy("The restaurant is closed on this day."),
    _R.OUTSIDE_HOURS: gettext_lazy("It lies outside the hours of service."),
    _R.NOT_A_SLOT: gettext_lazy("It is not one of the usual starting times."),
    _R.NONEXISTENT_TIME: gettext_lazy("The clocks go forward: this time does not exist."),
    _R.PAST: gettext_lazy("This time has passed."),
    _R.PRIVATE_EVENT: gettext_lazy("There is a private event."),
    _R.MAINTENANCE: gettext_lazy("The restaurant is closed for maintenance."),
    _R.WEATHER: gettext_lazy("Closed because of the weather."),
    _R.CLOSED_SLOT: gettext_lazy("Arrivals at this time are closed."),
    _R.PARTY_TOO_SMALL: gettext_lazy("The party is smaller than allowed."),
    _R.PARTY_TOO_LARGE: gettext_lazy("The party is larger than allowed."),
    _R.OVERRIDE_PARTY_MIN: gettext_lazy("Only larger parties may start then."),
    _R.OVERRIDE_PARTY_MAX: gettext_lazy("Only smaller parties may start then."),
    _R.MUST_FINISH_BY_CLOSE: gettext_lazy("The stay would last beyond closing."),
    _R.WALK_IN_QUOTA: gettext_lazy("The rest is kept for guests without a booking."),
    _R.NO_TABLE_FITS: gettext_lazy("No table or combination suits a party of this size."),
    _R.FEATURE_MISSING: gettext_lazy("The table lacks something the guest needs."),
    _R.AREA_FULL: gettext_lazy("This area is full."),
    _R.NO_TABLE_FREE: gettext_lazy("No table of this size is free."),
    _R.TABLE_UNKNOWN: gettext_lazy("This table is not in use."),
    _R.TABLE_BUSY: gettext_lazy("The table is taken at that time."),
    _R.TABLE_TOO_SMALL: gettext_lazy("The party is too large for the table."),
    _R.TABLE_TOO_LARGE: gettext_lazy("The party is too small for the table."),
    _R.OVERSIZE: gettext_lazy("Too many seats would stay empty."),
    _R.NOT_A_COMBINATION: gettext_lazy("These tables are not set up to be joined."),
    _R.ACCESS: gettext_lazy("The table is kept for guests without a booking."),
    _R.WRONG_AREA: gettext_lazy("The table lies outside the area asked for."),
    _R.NOTICE: gettext_lazy("It is short notice."),
    _R.NOTICE_CUTOFF: gettext_lazy("The time to book this day is over."),
    _R.HORIZON: gettext_lazy("It lies too far ahead."),
    _R.NOT_RELEASED: gettext_lazy("This day is not open for booking yet."),
}

_SHORT: Mapping[Reason, Promise] = {
    _R.NO_TABLE_FREE: pgettext_lazy("slot", "full"),
    _R.AREA_FULL: pgettext_lazy("slot", "full"),
    _R.NO_TABLE_FITS: pgettext_lazy("slot", "no table"),
    _R.WALK_IN_QUOTA: pgettext_lazy("slot", "walk-ins"),
    _R.MUST_FINISH_BY_CLOSE: pgettext_lazy("slot", "too late"),
}

ACCEPT: Mapping[str, Promise] = {
    "pacing": gettext_lazy("Go beyond the limit"),
    "hours": gettext_lazy("Book outside the usual hours"),
    "capacity": gettext_lazy("Accept a table that does not suit, or none for now"),
    "notice": gettext_lazy("Book in spite of the notice period"),
    "same_guest": gettext_lazy("The guest really wants both bookings"),
}
"""What staff accept by each override of a booking."""

_ACCEPTED_BY = {reason: name for name, reasons in STAFF_REASONS.items() for reason in reasons}
_ACCEPTED_BY |= dict.fromkeys(SPACE_REASONS, "capacity")


@dataclass(frozen=True)
class Override:
    """A box to tick."""

    name: str
    label: str
    is_ticked: bool


def sentence(code: str, detail: Detail | None = None) -> str:
    """One objection for staff, with its figures where there are some."""
    try:
        reason = Reason(code)
    except ValueError:
        return code
    if reason.value.startswith("pacing_"):
        return _pacing(reason, detail)
    text = str(_WORDS.get(reason, reason.value))
    if detail and detail.limit is not None and detail.used is not None:
        text += " " + _("(%(used)s of %(limit)s)") % {"used": detail.used, "limit": detail.limit}
    return text


def _pacing(reason: Reason, detail: Detail | None) -> str:
    is_parties = reason.value.endswith("parties")
    if "arriving" in reason.value:
        text = (
            _("The limit of parties arriving at once is reached")
            if is_parties
            else _("The limit of guests arriving at once is reached")
        )
    else:
        text = (
            _("The limit of parties at the tables is reached")
            if is_parties
            else _("The limit of guests at the tables is reached")
        )
    if detail and detail.limit is not None:
        figures = {"used": detail.used, "limit": detail.limit}
        text += " " + _("(%(used)s of %(limit)s)") % figures
    return f"{text}."


def short(code: str) -> str:
    """One or two words that fit into a slot."""
    try:
        reason = Reason(code)
    except ValueError:
        return code
    if reason in _SHORT:
        return str(_SHORT[reason])
    if reason.value.startswith("pacing_"):
        return _("limit")
    return _("closed")


def overrides_for(
    codes: Iterable[str],
    *,
    restaurant: Restaurant,
    capabilities: frozenset[Capability],
    ticked: Iterable[str] = (),
) -> list[Override]:
    """The boxes that would lift these objections; none for those who may not, or if one of them
    cannot be lifted at all (rule 43).
    """
    if Capability.OVERRIDE_PACING not in capabilities:
        return []
    found: list[str] = []
    for code in codes:
        name = "same_guest" if code == "same_guest" else _name(code)
        if not name or (name == "pacing" and restaurant.policy.is_pacing_mandatory):
            return []
        if name not in found:
            found.append(name)
    chosen = set(ticked)
    return [Override(name, str(ACCEPT[name]), name in chosen) for name in found]


def _name(code: str) -> str:
    try:
        return _ACCEPTED_BY.get(Reason(code), "")
    except ValueError:
        return ""
