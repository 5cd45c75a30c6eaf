"""What a guest is told: reasons of refused slots (requirement C11) and states of a booking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.availability import PACING_REASONS, Reason


class Explanation(NamedTuple):
    """`short` fits into a slot, `sentence` stands by itself."""

    short: str | Promise
    sentence: str | Promise


_FULL = pgettext_lazy("slot", "full")
_CLOSED = pgettext_lazy("slot", "closed")

_NO_TABLE = Explanation(_FULL, _("No table of this size is free then."))
_KITCHEN = Explanation(_FULL, _("So many guests arrive then that we could not serve you well."))
_OTHER = Explanation(_FULL, _("This time cannot be booked online."))

_EXPLANATIONS: Mapping[Reason, Explanation] = {
    Reason.CLOSED: Explanation(_CLOSED, _("The restaurant is closed.")),
    Reason.OUTSIDE_HOURS: Explanation(_CLOSED, _("The restaurant takes no bookings at this hour.")),
    Reason.NOT_A_SLOT: Explanation(_CLOSED, _("Bookings do not start at this minute.")),
    Reason.NONEXISTENT_TIME: Explanation(
        _CLOSED, _("The clocks go forward that night: this time does not exist.")
    ),
    Reason.PAST: Explanation(pgettext_lazy("slot", "past"), _("This time has passed.")),
    Reason.NOTICE: Explanation(
        pgettext_lazy("slot", "too soon"), _("It is too short notice to book this online.")
    ),
    Reason.NOTICE_CUTOFF: Explanation(
        pgettext_lazy("slot", "too soon"), _("Online booking for this day has ended.")
    ),
    Reason.HORIZON: Explanation(
        pgettext_lazy("slot", "later"), _("Bookings for this day have not opened yet.")
    ),
    Reason.NOT_RELEASED: Explanation(
        pgettext_lazy("slot", "later"), _("Bookings for this day have not opened yet.")
    ),
    Reason.PAUSED: Explanation(
        pgettext_lazy("slot", "paused"), _("The restaurant takes no online bookings right now.")
    ),
    Reason.NOT_ACCEPTING: Explanation(
        _CLOSED, _("The restaurant takes no online bookings at the moment.")
    ),
    Reason.PRIVATE_EVENT: Explanation(
        pgettext_lazy("slot", "event"), _("A private event takes place then.")
    ),
    Reason.MAINTENANCE: Explanation(_CLOSED, _("The restaurant is closed for maintenance then.")),
    Reason.WEATHER: Explanation(
        pgettext_lazy("slot", "weather"), _("The weather does not allow seating then.")
    ),
    Reason.CLOSED_SLOT: Explanation(_CLOSED, _("The restaurant takes no arrivals at this time.")),
    Reason.PARTY_TOO_SMALL: Explanation(
        pgettext_lazy("slot", "larger"), _("Only larger parties can be booked then.")
    ),
    Reason.PARTY_TOO_LARGE: Explanation(
        pgettext_lazy("slot", "smaller"), _("Only smaller parties can be booked online then.")
    ),
    Reason.OVERRIDE_PARTY_MIN: Explanation(
        pgettext_lazy("slot", "larger"), _("Only larger parties can be booked then.")
    ),
    Reason.OVERRIDE_PARTY_MAX: Explanation(
        pgettext_lazy("slot", "smaller"), _("Only smaller parties can be booked online then.")
    ),
    Reason.MUST_FINISH_BY_CLOSE: Explanation(
        pgettext_lazy("slot", "too late"), _("There is not enough time left before closing.")
    ),
    Reason.WALK_IN_QUOTA: Explanation(
        _FULL, _("The remaining tables are kept for guests who come without a booking.")
    ),
    Reason.NO_TABLE_FITS: Explanation(_FULL, _("No table online suits a party of this size.")),
    Reason.FEATURE_MISSING: Explanation(_FULL, _("No table has everything you asked for.")),
    Reason.AREA_FULL: Explanation(_FULL, _("This part of the restaurant is full then.")),
    Reason.NO_TABLE_FREE: _NO_TABLE,
}

#: Starts that are over or too near are not shown at all (rule 20).
HIDDEN = frozenset({Reason.PAST, Reason.NOTICE, Reason.NOTICE_CUTOFF})


def explain(reasons: Iterable[Reason | str]) -> Explanation:
    """The words for the first reason that has some; never an accusation (rule 102)."""
    for code in reasons:
        try:
            reason = Reason(code)
        except ValueError:
            continue
        if reason in PACING_REASONS:
            return _KITCHEN
        if reason in _EXPLANATIONS:
            return _EXPLANATIONS[reason]
    return _OTHER


#: Dietary needs that can be ticked; anything else goes into the request.
DIETARY: tuple[tuple[str, Promise], ...] = (
    ("vegetarian", _("Vegetarian")),
    ("vegan", _("Vegan")),
    ("gluten_free", _("Gluten-free")),
    ("lactose_free", _("Lactose-free")),
    ("nut_allergy", _("Nut allergy")),
    ("shellfish_allergy", _("Shellfish allergy")),
    ("halal", _("Halal")),
    ("kosher", _("Kosher")),
)

FEATURES: Mapping[str, Promise] = {
    "terrace": _("Terrace"),
    "wheelchair_accessible": _("Step-free access"),
    "live_music": _("Live music"),
    "parking": _("Parking"),
    "wifi": _("Wi-Fi"),
    "children": _("Children welcome"),
    "kids_menu": _("Children’s menu"),
    "dogs": _("Dogs welcome"),
    "pets": _("Pets welcome"),
    "vegan": _("Vegan dishes"),
    "vegetarian": _("Vegetarian dishes"),
    "private_room": _("Private room"),
    "bar": _("Bar"),
    "view": _("View"),
    "fireplace": _("Fireplace"),
    "outdoor": _("Outdoor seating"),
    "smoking": _("Smoking area"),
    "hookah": _("Hookah"),
}


def feature_text(code: str) -> str:
    """The words for a feature of a restaurant; an unknown one is shown as it was typed."""
    known = FEATURES.get(code)
    return str(known) if known is not None else code.replace("_", " ").capitalize()
