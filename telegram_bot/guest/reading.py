"""What a chat may see: public restaurants, and the bookings of the guests it is connected with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Lower

from bookings import selectors
from bookings.availability import WAITABLE, SlotAnswer
from bookings.lifecycle import OCCUPYING
from bookings.models import Reservation
from bookings.selectors import DayState
from guests.models import Guest
from notifications.kinds import ChannelName
from notifications.models import ContactPoint
from reservehub.core.errors import NotFound
from reservehub.core.timezones import service_date_of, to_wall
from restaurants.selectors import restaurant_public, restaurants_public
from telegram_bot.guest.codes import Tap
from telegram_bot.guest.facts import STRIP_DAYS, Goal, Places, Strip
from waitlist.models import LIVE, WaitlistEntry
from waitlist.selectors import settings_of

PLACES_PER_PAGE = 8
CITIES_PER_PAGE = 16
VISITS_SHOWN = 20
FARTHEST = timedelta(days=731)
"""No policy opens the book further ahead."""


def guests_of_chat(chat_id: int) -> QuerySet[Guest]:
    """The guest records that somebody has proved to be theirs in this chat."""
    points = ContactPoint.objects.filter(
        channel=ChannelName.TELEGRAM, address=str(chat_id), disabled_at=None
    )
    return Guest.objects.filter(pk__in=points.values("guest"))


def reservations_of_chat(chat_id: int) -> QuerySet[Reservation]:
    """The bookings of those guests; nobody else's can be reached from the chat."""
    return Reservation.objects.filter(guest__in=guests_of_chat(chat_id)).select_related(
        "restaurant__policy", "area_preference"
    )


def reservation_of_chat(chat_id: int, reservation_id: int) -> Reservation:
    """One of them.

    :raises NotFound: for anybody else's, too
    """
    found = reservations_of_chat(chat_id).filter(pk=reservation_id).first()
    if found is None:
        raise NotFound
    return found


def visits_ahead(chat_id: int, *, now: datetime) -> list[Reservation]:
    """What is coming up, soonest first."""
    ahead = reservations_of_chat(chat_id).filter(ends_at__gt=now, status__in=list(OCCUPYING))
    return list(ahead.order_by("starts_at", "id")[:VISITS_SHOWN])


def entry_of_chat(chat_id: int, entry_id: int) -> WaitlistEntry:
    """What one of those guests waits or waited for.

    :raises NotFound: for anybody else's, too
    """
    found = _entries_of_chat(chat_id).filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def waits_ahead(chat_id: int, *, now: datetime) -> list[WaitlistEntry]:
    """What those guests still wait for, soonest first."""
    ahead = _entries_of_chat(chat_id).filter(status__in=LIVE, expires_at__gt=now)
    return list(ahead.order_by("service_date", "from_time", "id")[:VISITS_SHOWN])


def _entries_of_chat(chat_id: int) -> QuerySet[WaitlistEntry]:
    rows = WaitlistEntry.objects.filter(guest__in=guests_of_chat(chat_id))
    return rows.select_related("restaurant__policy", "reservation")


def goal_of(chat_id: int, tap: Tap) -> Goal:
    """What a tap of the booking dialogue is about.

    :raises NotFound: for a restaurant that is not public, or a booking of somebody else
    """
    if tap.reservation_id:
        reservation = reservation_of_chat(chat_id, tap.reservation_id)
        return Goal(restaurant=reservation.restaurant, reservation=reservation)
    return Goal(restaurant=restaurant_public(str(tap.restaurant_id)))


def places_of(chat_id: int, *, page: int, city_id: int) -> Places:
    """One page of public restaurants: where the guest booked last comes first."""
    public = restaurants_public()
    city = public.filter(pk=city_id).values_list("city", flat=True).first() if city_id else ""
    within = public.filter(city__iexact=city) if city else public
    known = _places_known(chat_id)
    first = [place for pk in known if (place := within.filter(pk=pk).first()) is not None]
    others = within.exclude(pk__in=[place.pk for place in first])
    count = len(first) + others.count()
    pages = max(1, -(-count // PLACES_PER_PAGE))
    page = min(page, pages - 1)
    start = page * PLACES_PER_PAGE
    rest = others.order_by("-is_featured", "name", "id")
    mine = first[start : start + PLACES_PER_PAGE]
    skip = max(0, start - len(first))
    found = [*mine, *rest[skip : skip + PLACES_PER_PAGE - len(mine)]]
    return Places(
        found=found,
        known_ids=frozenset(known),
        page=page,
        pages=pages,
        city=city or "",
        city_id=city_id if city else 0,
        has_cities=bool(city) or (pages > 1 and len(_cities()) > 1),
    )


def _places_known(chat_id: int) -> list[int]:
    """Restaurants this guest has booked, the latest first."""
    rows = (
        Reservation.objects.filter(guest__in=guests_of_chat(chat_id))
        .order_by("-created_at")
        .values_list("restaurant_id", flat=True)[:30]
    )
    return list(dict.fromkeys(rows))[:3]


def _cities() -> list[tuple[str, int]]:
    rows = (
        restaurants_public()
        .filter(~Q(city=""))
        .annotate(town=Lower("city"))
        .values("town")
        .annotate(name=Min("city"), sample=Min("pk"))
        .order_by("name")
    )
    return [(row["name"], row["sample"]) for row in rows]


def cities_of(*, page: int) -> tuple[Sequence[tuple[str, int]], int, int]:
    """One page of cities with a restaurant in each; the page and how many there are."""
    cities = _cities()
    pages = max(1, -(-len(cities) // CITIES_PER_PAGE))
    page = min(page, pages - 1)
    start = page * CITIES_PER_PAGE
    return cities[start : start + CITIES_PER_PAGE], page, pages


def strip_of(goal: Goal, *, party: int, page: int, now: datetime) -> Strip:
    """Seven days from today on. Shortly after midnight it begins with last evening, as long as that
    can still be booked (rule 11).
    """
    restaurant = goal.restaurant
    first = service_date_of(now, restaurant.timezone, restaurant.business_day_cut)
    horizon = restaurant.policy.horizon_days
    page = min(page, horizon // STRIP_DAYS)
    since = first + timedelta(days=page * STRIP_DAYS)
    days = _days(goal, [since + timedelta(days=n) for n in range(STRIP_DAYS + 1)], party, now)
    is_night = first < to_wall(now, restaurant.timezone)[0].date()
    if is_night and page == 0 and days[0].state != "open":
        days = days[1:]
    has_later = since + timedelta(days=STRIP_DAYS) <= first + timedelta(days=horizon)
    return Strip(days=days[:STRIP_DAYS], page=page, has_later=has_later)


def day_of(goal: Goal, *, party: int, day: date, now: datetime) -> DayState:
    """One day of the strip."""
    return _days(goal, [day], party, now)[0]


def _days(goal: Goal, dates: Sequence[date], party: int, now: datetime) -> list[DayState]:
    restaurant = goal.restaurant
    party = min(party, restaurant.policy.max_party)
    return selectors.day_strip(restaurant=restaurant, dates=dates, party_size=party, now=now)


def is_bookable_date(goal: Goal, day: date, *, now: datetime) -> bool:
    """Neither over nor beyond any calendar."""
    restaurant = goal.restaurant
    first = service_date_of(now, restaurant.timezone, restaurant.business_day_cut)
    return first <= day <= first + FARTHEST


def answers_of(goal: Goal, *, party: int, day: date, now: datetime) -> list[SlotAnswer]:
    """Every start of a day; a booking does not stand in the way of its own change."""
    own = goal.reservation.pk if goal.reservation is not None else None
    return selectors.availability(
        restaurant=goal.restaurant,
        date=day,
        party_size=party,
        now=now,
        area_id=_area_of(goal),
        exclude_reservation_id=own,
    )


def _area_of(goal: Goal) -> int | None:
    return goal.reservation.area_preference_id if goal.reservation is not None else None


def answer_to(tap: Tap, answers: Sequence[SlotAnswer]) -> SlotAnswer | None:
    """The answer for the start of a tap; None where the day has no such start."""
    for answer in answers:
        if answer.local_time.time() == tap.time and answer.fold == tap.fold:
            return answer
    return None


def waitable(answers: Sequence[SlotAnswer]) -> list[SlotAnswer]:
    """The starts that may become free when somebody else makes room."""
    return [a for a in answers if a.reasons and set(a.reasons) <= WAITABLE]


def can_wait(goal: Goal, answers: Sequence[SlotAnswer]) -> bool:
    """Whether there is something to wait for instead of a new booking (rule 85)."""
    if goal.reservation is not None or not waitable(answers):
        return False
    return settings_of(goal.restaurant.pk).is_enabled
