"""The points of a guest as the profile shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.presenters.clock import local
from guests.models import Guest, LoyaltyEntry, LoyaltyReason
from guests.selectors.loyalty import points_history, points_of, programme_of
from reservehub.core.tokens import new_nonce
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from staff.access import Desk
from staff.forms.guests import PointsForm
from staff.presenters.guests import full_date

SHOWN = 8


class Line(NamedTuple):
    """One entry: `points` with its sign."""

    points: str
    words: str
    about: str


@dataclass(frozen=True, kw_only=True)
class PointsShown:
    """Balance, tier, and the forms this person may send."""

    balance: str
    tier: str
    benefit: str
    ahead: str
    is_paused: bool
    lines: tuple[Line, ...]
    redeem: PointsForm | None
    correct: PointsForm | None


def points_shown(
    desk: Desk, guest: Guest, forms: Mapping[str, PointsForm] | None = None
) -> PointsShown | None:
    """None for houses without a programme, unless points remain from one.

    :param forms: those that were refused, as they were typed
    """
    programme = programme_of(guest.organisation_id)
    lines = points_history(guest, most=SHOWN) if programme else []
    if programme is None or not (programme.is_active or lines):
        return None
    points = points_of(guest)
    is_here = guest.anonymised_at is None
    ahead = points.next_tier
    return PointsShown(
        balance=_points(points.balance),
        tier=points.tier.name if points.tier else "",
        benefit=points.tier.benefit if points.tier else "",
        ahead=_("%(points)s to %(tier)s")
        % {"points": _points(points.to_next or 0), "tier": ahead.name}
        if ahead
        else "",
        is_paused=not programme.is_active,
        lines=tuple(_line(entry, desk.restaurant) for entry in lines),
        redeem=_form("redeem", forms)
        if is_here and points.balance > 0 and desk.can(Capability.EDIT_BOOK)
        else None,
        correct=_form("correct", forms) if is_here and desk.can(Capability.CHARGE_REFUND) else None,
    )


def _form(name: str, forms: Mapping[str, PointsForm] | None) -> PointsForm:
    refused = (forms or {}).get(name)
    return refused or PointsForm(prefix=name, initial={"once": new_nonce()})


def _points(count: int) -> str:
    return ngettext("%(n)d point", "%(n)d points", count) % {"n": count}


def _line(entry: LoyaltyEntry, place: Restaurant) -> Line:
    day = full_date(local(entry.created_at, place).date())
    who = entry.created_by.get_full_name() if entry.created_by else ""
    return Line(
        points=f"{entry.points:+d}".replace("-", "−"),
        words=entry.note or str(LoyaltyReason(entry.reason).label),
        about=", ".join(filter(None, (day, who))),
    )
