"""What is usual for a guest, in words, each with the count it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext, npgettext, pgettext_lazy
from django.utils.translation import gettext as _

from bookings.presenters.clock import clock_text
from bookings.presenters.finder import Choice
from bookings.selectors.floor import service_date_at
from bookings.selectors.history import bookings_of
from guests.insights import FEWEST, Habit, Insights, Level, Risk, Suggestion, insights_of
from guests.models import Guest
from reservehub.core.money import Money
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import areas_of
from staff.access import Desk
from staff.presenters.guests import full_date, time_of

_LEVELS: dict[Level, str | Promise] = {
    Level.LOW: pgettext_lazy("risk", "Low"),
    Level.RAISED: pgettext_lazy("risk", "Raised"),
    Level.HIGH: pgettext_lazy("risk", "High"),
}


class Told(NamedTuple):
    """One insight: what, and from how many."""

    label: str
    value: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class RiskTold:
    """The risk with its reasons; `is_bad` from raised on."""

    word: str
    reasons: tuple[str, ...]
    is_bad: bool


@dataclass(frozen=True, kw_only=True)
class Next:
    """The visit to suggest, and the booking form filled in with it, for those who may book."""

    words: str
    around: str
    url: str


@dataclass(frozen=True, kw_only=True)
class InsightsShown:
    """`few` is a sentence where there are too few visits to tell."""

    few: str
    habits: tuple[Told, ...]
    risk: RiskTold | None
    few_for_risk: str
    suggestion: Next | None


def insights_shown(desk: Desk, guest: Guest) -> InsightsShown:
    """All of it, for the house the person works in. Two queries."""
    found = insights_of(bookings_of(guest, restaurant=desk.restaurant))
    areas = {area.pk: area.name for area in areas_of(desk.restaurant)}
    return InsightsShown(
        few="" if found.is_enough else _few_visits(found.visits),
        habits=tuple(_habits(found, areas, desk.restaurant)),
        risk=_risk(found.risk) if found.risk else None,
        few_for_risk=_("Too few bookings to judge the risk of a no-show."),
        suggestion=_next(found.suggestion, areas, desk, guest) if found.suggestion else None,
    )


def _few_visits(visits: int) -> str:
    said = ngettext(
        "%(n)d visit here is too few to tell habits; from %(fewest)d on they are told.",
        "%(n)d visits here are too few to tell habits; from %(fewest)d on they are told.",
        visits,
    )
    return said % {"n": visits, "fewest": FEWEST}


def _habits(found: Insights, areas: dict[int, str], place: Restaurant) -> list[Told]:
    told = []
    if found.party:
        told.append(Told(_("Usual party"), _people(found.party.value), _share(found.party)))
    if found.weekday:
        day = str(WEEKDAYS[found.weekday.value])
        told.append(Told(_("Usual day"), day, _share(found.weekday)))
    if found.time:
        told.append(Told(_("Usual time"), _around(found.time.value, place), _share(found.time)))
    if found.area and found.area.value in areas:
        told.append(Told(_("Usual area"), areas[found.area.value], _share(found.area)))
    if found.rhythm:
        days = found.rhythm.value
        words = npgettext("rhythm", "every day", "every %(n)d days", days) % {"n": days}
        told.append(Told(_("Comes"), words, _middle(found.rhythm)))
    if found.lead:
        told.append(Told(_("Books ahead"), _ahead(found.lead.value), _middle(found.lead)))
    if found.spend:
        amount = Money(found.spend.value, place.currency).format(get_language() or "en")
        told.append(Told(_("Usual bill"), amount, _middle(found.spend)))
    return told


def _share(habit: Habit) -> str:
    return _("%(times)d of %(of)d visits") % {"times": habit.times, "of": habit.of}


def _middle(habit: Habit) -> str:
    return _("median of %(of)d") % {"of": habit.of}


def _people(size: int) -> str:
    return ngettext("%(n)d guest", "%(n)d guests", size) % {"n": size}


def _around(minute: int, place: Restaurant) -> str:
    return _("around %(time)s") % {"time": clock_text(time_of(minute), place)}


def _ahead(hours: int) -> str:
    if hours >= 48:
        days = round(hours / 24)
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}


def _risk(risk: Risk) -> RiskTold:
    if risk.last_missed_on is None:
        said = ngettext("came to the %(n)d booking", "came to all %(n)d bookings", risk.bookings)
        reasons = [said % {"n": risk.bookings}]
    else:
        reasons = [*_missed(risk), _("the last one on %(date)s") % _date(risk.last_missed_on)]
        said = ngettext("came %(n)d time since", "came %(n)d times since", risk.came_since)
        reasons.append(said % {"n": risk.came_since})
    return RiskTold(
        word=str(_LEVELS[risk.level]),
        reasons=tuple(reasons),
        is_bad=risk.level is not Level.LOW,
    )


def _missed(risk: Risk) -> list[str]:
    """``2 no-shows``, ``1 late cancellation``, ``33 % of 9 bookings``."""
    counted = (
        (risk.no_shows, ngettext("%(n)d no-show", "%(n)d no-shows", risk.no_shows)),
        (
            risk.cancelled_late,
            ngettext("%(n)d late cancellation", "%(n)d late cancellations", risk.cancelled_late),
        ),
    )
    missed, due = risk.no_shows + risk.cancelled_late, risk.bookings
    share = ngettext("%(share)d %% of %(n)d booking", "%(share)d %% of %(n)d bookings", due)
    return [
        *(words % {"n": count} for count, words in counted if count),
        share % {"share": round(Fraction(missed * 100, due)), "n": due},
    ]


def _date(day: date) -> dict[str, str]:
    return {"date": full_date(day)}


def _next(wish: Suggestion, areas: dict[int, str], desk: Desk, guest: Guest) -> Next:
    today = service_date_at(desk.restaurant, desk.now)
    ahead = wish.around if wish.around and wish.around >= today else None
    words = [
        _people(wish.party_size) if wish.party_size else "",
        str(WEEKDAYS[wish.weekday]) if wish.weekday is not None else "",
        _around(wish.minute, desk.restaurant) if wish.minute is not None else "",
        areas.get(wish.area or 0, ""),
    ]
    may_book = desk.can(Capability.EDIT_BOOK)
    day = ahead or _following(today, wish.weekday)
    return Next(
        words=", ".join(word for word in words if word),
        around=full_date(ahead) if ahead else "",
        url=_form_url(desk, guest, wish, day, areas) if may_book else "",
    )


def _following(today: date, weekday: int | None) -> date:
    """The next such day of the week after today."""
    if weekday is None:
        return today
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _form_url(desk: Desk, guest: Guest, wish: Suggestion, day: date, areas: dict[int, str]) -> str:
    """The address names the guest by number: no contact stands in it."""
    asked: dict[str, object] = {"guest": guest.pk, "date": day.isoformat()}
    if wish.party_size:
        asked["guests"] = wish.party_size
    if wish.minute is not None:
        asked["slot"] = Choice(day, time_of(wish.minute))
    if wish.area in areas:
        asked["area"] = wish.area
    return f"{reverse('staff:book', args=[desk.restaurant.slug])}?{urlencode(asked)}"
