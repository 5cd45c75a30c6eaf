"""Builds the finder: guests, days and times of one restaurant, all with sensible defaults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from bookings import selectors
from bookings.availability import Reason, SlotAnswer
from bookings.forms import FinderForm
from bookings.presenters import finder as show
from bookings.presenters.clock import long_date, short_date, today_at, zone_text
from bookings.presenters.words import explain
from bookings.selectors import DayState
from bookings.selectors.prices import slot_terms
from reservehub.core.timezones import service_date_of
from restaurants.models import Area, Restaurant, ServicePeriod

DEFAULT_PARTY = 2
STRIP = timedelta(days=show.STRIP_DAYS)
FARTHEST = timedelta(days=731)
"""No policy opens the book further ahead."""


@dataclass(frozen=True)
class AreaChip:
    value: int | str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class NextDay:
    value: str
    text: str
    url: str


@dataclass(frozen=True)
class Finder:
    """Everything the form of the restaurant page (and of a change) prints."""

    url: str
    party_size: int
    day: date
    area_id: int | None
    choice: show.Choice | None
    answer: SlotAnswer | None
    since: str
    earlier_url: str
    later_url: str
    guests: list[show.GuestChip]
    larger: list[show.GuestChip]
    more_url: str
    is_large: bool
    large_text: str
    areas: list[AreaChip]
    days: list[show.DayChip]
    notes: list[str]
    day_text: str
    zone_text: str
    blocks: list[show.SlotBlock]
    refusals: list[show.Refusal]
    prices: list[str]
    message: str
    next_day: NextDay | None
    found_text: str
    can_wait: bool
    """Whether a time is taken that somebody else may free."""


@dataclass(frozen=True)
class Wish:
    """What the address asks for, completed by defaults."""

    party_size: int
    area_id: int | None
    first: date
    today: date
    since: date
    day: date
    choice: show.Choice | None
    strip: list[DayState]


@dataclass(frozen=True)
class Own:
    """Occupancy of the asker, which must not stand in the way of the same asker."""

    hold_id: int | None = None
    reservation_id: int | None = None


def finder_of(
    *,
    restaurant: Restaurant,
    periods: Sequence[ServicePeriod],
    areas: Sequence[Area],
    form: FinderForm,
    url: str,
    now: datetime,
    own: Own | None = None,
    default_party: int = DEFAULT_PARTY,
) -> Finder:
    """Six queries or so, whatever the number of days, times and tables."""
    wish = _wish(restaurant, areas, form, default_party=default_party, now=now)
    own = own or Own()
    is_too_large = wish.party_size > restaurant.policy.max_party
    answers = (
        []
        if is_too_large
        else selectors.availability(
            restaurant=restaurant,
            date=wish.day,
            party_size=wish.party_size,
            now=now,
            area_id=wish.area_id,
            exclude_hold_id=own.hold_id,
            exclude_reservation_id=own.reservation_id,
        )
    )
    blocks = show.slot_blocks(
        answers,
        day=wish.day,
        restaurant=restaurant,
        periods={period.pk: period for period in periods},
        areas={area.pk: area for area in areas},
        chosen=wish.choice,
        area_id=wish.area_id,
        terms_for=_terms_for(restaurant, wish) if own.reservation_id is None else None,
    )
    return _finder(restaurant, areas, wish, answers, blocks, url=url, is_too_large=is_too_large)


def _terms_for(restaurant: Restaurant, wish: Wish) -> show.TermsFor | None:
    """What times cost; nothing is said where somebody changes a booking, which keeps its terms."""
    rules = selectors.deposit_rules_in_force(restaurant)
    if not rules:
        return None
    return partial(
        slot_terms,
        restaurant=restaurant,
        day=wish.day,
        party_size=wish.party_size,
        area_id=wish.area_id,
        rules=rules,
    )


def _wish(
    restaurant: Restaurant,
    areas: Sequence[Area],
    form: FinderForm,
    *,
    default_party: int,
    now: datetime,
) -> Wish:
    policy = restaurant.policy
    today = today_at(restaurant, now)
    party_size = form.party_size or max(policy.min_party, min(default_party, policy.max_party))
    area_id = form.area_id if form.area_id in {area.pk for area in areas} else None
    first = service_date_of(now, restaurant.timezone, restaurant.business_day_cut)
    choice = form.choice
    asked = choice.date if choice else form.day
    if asked is not None and not first <= asked <= first + FARTHEST:
        asked, choice = None, None
    since = _since(form.first_day or first, asked, first=first)

    is_night = since == first < today and asked != first
    strip = selectors.day_strip(
        restaurant=restaurant,
        dates=[*show.strip_dates(since), *([since + STRIP] if is_night else [])],
        party_size=min(party_size, policy.max_party),
        now=now,
        area_id=area_id,
    )
    if is_night and strip[0].state != "open":
        # After midnight last evening is worth a chip only while it can still be booked.
        first = since = today
        strip = strip[1:]
    strip = strip[: show.STRIP_DAYS]
    day = asked or next((state.date for state in strip if state.state == "open"), since)
    return Wish(party_size, area_id, first, today, since, day, choice, strip)


def _since(since: date, asked: date | None, *, first: date) -> date:
    """The first day of the strip, so that the asked day is on it; never before today."""
    since = min(max(since, first), first + FARTHEST)
    if asked is not None and not since <= asked < since + timedelta(days=show.STRIP_DAYS):
        steps = (asked - first).days // show.STRIP_DAYS
        return first + timedelta(days=steps * show.STRIP_DAYS)
    return since


def _finder(
    restaurant: Restaurant,
    areas: Sequence[Area],
    wish: Wish,
    answers: Sequence[SlotAnswer],
    blocks: list[show.SlotBlock],
    *,
    url: str,
    is_too_large: bool,
) -> Finder:
    policy = restaurant.policy
    free = show.count_open(blocks)
    next_day = None if free or is_too_large else _next_day(wish, url=url)
    return Finder(
        url=url,
        party_size=wish.party_size,
        day=wish.day,
        area_id=wish.area_id,
        choice=wish.choice,
        answer=_answer_to(wish.choice, answers),
        since=wish.since.isoformat(),
        earlier_url=_strip_url(url, wish, -1) if wish.since > wish.first else "",
        later_url=_strip_url(url, wish, 1) if _goes_on(wish, restaurant) else "",
        guests=show.guest_chips(
            wish.party_size, smallest=policy.min_party, largest=policy.max_party
        ),
        larger=show.larger_parties(wish.party_size, largest=policy.max_party),
        more_url="" if wish.party_size > show.GUEST_CHOICES else _more_url(url, wish),
        is_large=wish.party_size > min(show.GUEST_CHOICES, policy.max_party),
        large_text=_("More than %(count)s guests? The restaurant plans that with you in person.")
        % {"count": policy.max_party},
        areas=_area_chips(areas, wish.area_id),
        days=show.day_chips(wish.strip, chosen=wish.day, today=wish.today),
        notes=show.day_notes(wish.strip),
        day_text=long_date(wish.day),
        zone_text=zone_text(restaurant, answers[0].starts_at) if answers else "",
        blocks=blocks,
        refusals=show.refusals(blocks),
        prices=show.prices(blocks),
        message=_message(wish, free=free, is_too_large=is_too_large, policy_max=policy.max_party),
        next_day=next_day,
        found_text=show.found_text(free, day=wish.day, party_size=wish.party_size),
        can_wait=any(slot.can_wait for block in blocks for slot in block.slots),
    )


def _answer_to(choice: show.Choice | None, answers: Sequence[SlotAnswer]) -> SlotAnswer | None:
    if choice is None:
        return None
    for answer in answers:
        if answer.local_time.time() == choice.time and answer.fold == choice.fold:
            return answer
    return None


def _goes_on(wish: Wish, restaurant: Restaurant) -> bool:
    last = wish.first + timedelta(days=restaurant.policy.horizon_days)
    return wish.since + STRIP <= last


def _strip_url(url: str, wish: Wish, step: int) -> str:
    since = max(wish.first, wish.since + timedelta(days=step * show.STRIP_DAYS))
    return _url(url, wish, since=since.isoformat())


def _more_url(url: str, wish: Wish) -> str:
    return _url(url, wish, guests=str(show.GUEST_CHOICES + 1))


def _url(url: str, wish: Wish, **changes: str) -> str:
    query = {"guests": str(wish.party_size), **changes}
    if wish.area_id is not None:
        query["area"] = str(wish.area_id)
    return f"{url}?{urlencode(query)}"


def _area_chips(areas: Sequence[Area], chosen: int | None) -> list[AreaChip]:
    if len(areas) < 2:
        return []
    return [
        AreaChip("", _("Anywhere"), chosen is None),
        *(AreaChip(area.pk, area.name, area.pk == chosen) for area in areas),
    ]


def _next_day(wish: Wish, *, url: str) -> NextDay | None:
    for state in wish.strip:
        if state.date > wish.day and state.state == "open":
            day = state.date.isoformat()
            link = _url(url, wish, date=day, since=wish.since.isoformat())
            return NextDay(day, short_date(state.date), link)
    return None


def _message(wish: Wish, *, free: int, is_too_large: bool, policy_max: int) -> str:
    if is_too_large:
        return _("Online you can book for up to %(count)s guests.") % {"count": policy_max}
    if free:
        return ""
    state = next((state for state in wish.strip if state.date == wish.day), None)
    if state is None or state.state == "open":
        return _("No times are left for this day.")
    if state.state == "full":
        return _("Every time on this day is taken.")
    if {Reason.NOTICE, Reason.PAST} & set(state.reasons):
        return _("It is too late to book online for this day.")
    return str(explain(state.reasons).sentence)
