"""What a message can tell about a visit: plain values, ready to print, in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import phonenumbers
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.lifecycle import AWAITING, Status
from bookings.models import Reservation
from bookings.presenters.clock import (
    clock_text,
    local,
    long_date,
    moment_text,
    place_of,
    short_date,
    today_at,
    zone_text,
)
from bookings.presenters.finder import guests_text
from bookings.presenters.profile import map_url
from bookings.presenters.visit import Visit, time_text, visit_of
from bookings.selectors import manage_token_of, tables_of
from bookings.services.deposits.records import asked_until, has_deposit
from notifications.kinds import ChannelName
from notifications.models import Message
from notifications.rendering.clean import one_line, paragraphs, person_name
from notifications.rendering.context import Given
from notifications.rendering.told import given_of
from notifications.unsubscribe import unsubscribe_url
from restaurants.models import Restaurant


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the words may use.

    :param place: the restaurant
    :param when: ``Fri 5 Jun, 19:00``, with the place whose clock is meant where the reader lives
        elsewhere
    :param near: ``today`` or ``tomorrow`` on the restaurant's calendar, else empty
    :param deadline: until when cancelling is free, or that it is too late
    """

    restaurant: Restaurant
    reservation: Reservation | None
    given: Given
    now: datetime
    language: str
    place: str
    name: str
    links: Mapping[str, str]
    when: str = ""
    date: str = ""
    weekday: str = ""
    day_month: str = ""
    time: str = ""
    zone: str = ""
    near: str = ""
    guests: str = ""
    party: str = ""
    reference: str = ""
    area: str = ""
    status: str = ""
    deadline: str = ""
    policy: str = ""
    answer_by: str = ""
    can_cancel: bool = False
    can_change: bool = False

    @property
    def values(self) -> dict[str, str]:
        """For the placeholders of sentences."""
        return {
            "place": self.place,
            "name": self.name,
            "when": _inside(self.when, self.language),
            "date": _inside(self.date, self.language),
            "weekday": _inside(self.weekday, self.language),
            "time": self.time,
            "guests": self.guests,
            "party": self.party,
            "reference": self.reference,
            "answer_by": self.answer_by,
        }

    @property
    def phone(self) -> str:
        phone = self.restaurant.phone
        return str(phone.as_international) if phone else ""

    @property
    def address(self) -> str:
        return one_line(self.restaurant.address, 300)

    def table(self) -> str:
        """``7`` or ``4 + 5``; one query. A visit that is only invented has table 7."""
        if self.reservation is None:
            return ""
        if self.reservation._state.adding:  # noqa: SLF001 - documented by Django
            return "7"
        tables = tables_of([self.reservation])[self.reservation.pk]
        return " + ".join(sorted(one_line(table.number, 20) for table in tables))


def _inside(day: str, language: str) -> str:
    """A day inside a sentence: Russian writes its weekdays small there."""
    return day[:1].lower() + day[1:] if language.startswith("ru") else day


def party_text(count: int) -> str:
    """``for 2 guests``: in Russian another case than the bare number."""
    return ngettext("for %(count)s guest", "for %(count)s guests", count) % {"count": count}


def facts_of(message: Message, *, language: str, now: datetime) -> Facts:
    """The facts of a message's reservation as it is now; without one, what its context tells."""
    reservation = message.reservation
    given = given_of(message, language=language)
    if reservation is None:
        return _without_reservation(message, given, language, now)
    restaurant = reservation.restaurant
    visit = visit_of(reservation, now=now)
    wall = datetime.combine(reservation.local_date, reservation.local_time)
    return Facts(
        restaurant=restaurant,
        reservation=reservation,
        given=given,
        now=now,
        language=language,
        place=one_line(restaurant.name, 80),
        name=person_name(reservation.guest_name),
        links=_links(restaurant, reservation),
        when=_when(reservation),
        **_calendar(wall.date(), restaurant, now),
        time=visit.time,
        zone=visit.zone,
        guests=visit.guests,
        party=party_text(reservation.party_size),
        reference=reservation.reference,
        area=one_line(visit.area, 80),
        status=visit.status,
        deadline=_deadline(visit, restaurant),
        policy=paragraphs(reservation.policy_snapshot.get("cancellation_policy", "")),
        answer_by=_answer_by(reservation),
        can_cancel=visit.can_cancel,
        can_change=visit.can_change,
    )


def _answer_by(reservation: Reservation) -> str:
    """Until when staff answer, or the guest pays; empty where no time was said."""
    until = reservation.expires_at
    if Status(reservation.status) not in AWAITING:
        is_asked = has_deposit(reservation)
        until = asked_until(reservation, reservation.deposit) if is_asked else None
    return "" if until is None else moment_text(until, reservation.restaurant)


def _deadline(visit: Visit, restaurant: Restaurant) -> str:
    if visit.can_cancel or restaurant.phone or not visit.deadline_text:
        return visit.deadline_text
    return _("It is too late to cancel online.")


def _without_reservation(message: Message, given: Given, language: str, now: datetime) -> Facts:
    """An offer to somebody on the waitlist has no reservation yet."""
    restaurant = message.restaurant
    starts_at = given.instant("starts_at")
    size = given.number("party_size")
    about: dict[str, Any] = {}
    if starts_at is not None:
        wall = local(starts_at, restaurant)
        time = clock_text(wall, restaurant)
        about = {
            "when": f"{short_date(wall.date())}, {time}",
            "time": time,
            "zone": zone_text(restaurant, starts_at),
            **_calendar(wall.date(), restaurant, now),
        }
    name = given.text("guest_name") or (message.guest.name if message.guest else "")
    return Facts(
        restaurant=restaurant,
        reservation=None,
        given=given,
        now=now,
        language=language,
        place=one_line(restaurant.name, 80),
        name=person_name(name),
        links=_links(restaurant, None),
        guests=guests_text(size) if size else "",
        party=party_text(size) if size else "",
        **about,
    )


def _calendar(day: date, restaurant: Restaurant, now: datetime) -> dict[str, Any]:
    today = today_at(restaurant, now)
    near = {today: _("today"), today + timedelta(days=1): _("tomorrow")}
    return {
        "date": long_date(day),
        "weekday": date_format(day, "l"),
        # Translators: Django date format of a day and its month, such as "21 November".
        "day_month": date_format(day, _("j F")),
        "near": near.get(day, ""),
    }


def _when(reservation: Reservation) -> str:
    text = f"{short_date(reservation.local_date)}, {time_text(reservation)}"
    restaurant = reservation.restaurant
    return f"{text} ({place_of(restaurant)})" if _lives_elsewhere(reservation) else text


def _lives_elsewhere(reservation: Reservation) -> bool:
    """Whether the guest's phone is of another country, so that "19:00" may be misread (rule 9)."""
    if not reservation.guest_phone:
        return False
    region = phonenumbers.region_code_for_number(reservation.guest_phone)
    return bool(region) and region != reservation.restaurant.country.upper()


_PAGES = (("manage", ""), ("cancel", "-cancel"), ("change", "-change"), ("pay", "-pay"))


def _links(restaurant: Restaurant, reservation: Reservation | None) -> dict[str, str]:
    base = settings.RESERVEHUB_BASE_URL
    links = {
        "restaurant": base + reverse("bookings:restaurant", args=[restaurant.slug]),
        "map": map_url(restaurant),
    }
    links["manage"] = links["cancel"] = links["change"] = links["restaurant"]
    links["review"] = links["restaurant"]
    links["choose"] = ""
    links["pay"] = links["restaurant"]
    links["staff"] = base + reverse("staff:list", args=[restaurant.slug])
    links["money"] = base + reverse("staff:payments", args=[restaurant.slug])
    if reservation is None:
        return links
    token = manage_token_of(reservation)
    for name, route in _PAGES:
        links[name] = base + reverse(f"bookings:manage{route}", args=[token])
    links["review"] = base + reverse("reviews:write", args=[token])
    if not reservation._state.adding:  # noqa: SLF001 - documented by Django
        links["choose"] = unsubscribe_url(reservation, ChannelName.EMAIL)
    links["staff"] += f"?date={reservation.service_date.isoformat()}&q={reservation.reference}"
    return links
