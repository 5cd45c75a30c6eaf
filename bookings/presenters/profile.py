"""How a restaurant presents itself: one line, features, hours, where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings.presenters.clock import clock_text
from bookings.presenters.words import feature_text
from restaurants.models import Restaurant, ServicePeriod

_CURRENCY_SIGNS = {"EUR": "€", "GBP": "£", "RUB": "₽", "USD": "$"}


@dataclass(frozen=True)
class Hours:
    days: str
    times: str


@dataclass(frozen=True)
class Profile:
    line: str
    summary: str
    canonical: str
    map_url: str
    features: tuple[str, ...]
    hours: tuple[Hours, ...]


@dataclass(frozen=True)
class Card:
    """A restaurant in the list of the home page."""

    name: str
    url: str
    line: str
    place: str
    initial: str
    picture: str


def profile_of(restaurant: Restaurant, periods: Sequence[ServicePeriod]) -> Profile:
    """The restaurant page around the finder."""
    name = restaurant.name
    summary = restaurant.description or _("Book a table at %(name)s in seconds.") % {"name": name}
    return Profile(
        line=line_of(restaurant),
        summary=Truncator(summary.replace("\n", " ")).chars(155),
        canonical=settings.RESERVEHUB_BASE_URL + restaurant.get_absolute_url(),
        map_url=map_url(restaurant),
        features=tuple(feature_text(code) for code in restaurant.features),
        hours=tuple(_hours(restaurant, periods)),
    )


def card_of(restaurant: Restaurant) -> Card:
    """One entry of the list."""
    picture = restaurant.logo or restaurant.cover
    return Card(
        name=restaurant.name,
        url=restaurant.get_absolute_url(),
        line=line_of(restaurant),
        place=", ".join(part for part in (restaurant.address_line1, restaurant.city) if part),
        initial=restaurant.name[:1].upper(),
        picture=picture.url if picture else "",
    )


def line_of(restaurant: Restaurant) -> str:
    """``Italian · €€``; the kind of place where no cuisine is given."""
    first = restaurant.cuisine or restaurant.get_kind_display()
    sign = _CURRENCY_SIGNS.get(restaurant.currency, "€")
    return f"{first} · {sign * restaurant.price_range}"


def map_url(restaurant: Restaurant) -> str:
    """A link to the map: Yandex in Russia, else OpenStreetMap; empty where nothing is known."""
    lat, lon = restaurant.latitude, restaurant.longitude
    is_russian = restaurant.country.upper() == "RU"
    if lat is not None and lon is not None:
        if is_russian:
            return f"https://yandex.ru/maps/?{urlencode({'pt': f'{lon},{lat}', 'z': 17})}"
        return f"https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=18/{lat}/{lon}"
    if not restaurant.address_line1:
        return ""
    if is_russian:
        return f"https://yandex.ru/maps/?{urlencode({'text': restaurant.address})}"
    return f"https://www.openstreetmap.org/search?{urlencode({'query': restaurant.address})}"


def _hours(restaurant: Restaurant, periods: Iterable[ServicePeriod]) -> Iterable[Hours]:
    """The weekly periods, first to last seating; special days show in the strip of days."""
    rows: dict[tuple[int, ...], list[str]] = {}
    weekly = [p for p in periods if p.is_active and not p.special_day_id and p.date_from is None]
    for period in sorted(weekly, key=lambda p: (p.weekdays[:1], p.first_seating)):
        first = clock_text(period.first_seating, restaurant)
        last = clock_text(period.last_seating, restaurant)
        rows.setdefault(tuple(sorted(period.weekdays)), []).append(f"{first} – {last}")
    for days, times in rows.items():
        yield Hours(weekdays_text(days), ", ".join(times))


def weekdays_text(days: Sequence[int]) -> str:
    """``Mon – Fri, Sun``: runs of weekdays joined (Monday is 0)."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(_run_text(run) for run in runs)


def _run_text(run: Sequence[int]) -> str:
    names = [str(WEEKDAYS_ABBR[day]) for day in run]
    if len(run) == 7:
        return _("Every day")
    if len(run) > 2:
        return f"{names[0]} – {names[-1]}"
    return ", ".join(names)
