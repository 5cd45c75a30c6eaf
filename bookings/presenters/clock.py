"""Dates and times as a guest reads them: always on the restaurant's clock (rules 5, 9)."""

from __future__ import annotations

from datetime import date, datetime, time

from django.utils.formats import date_format
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from reservehub.core.timezones import offset_label, to_wall, zone_info
from restaurants.models import Restaurant

#: Where English readers expect 7:30 pm; everybody else reads 19:30.
_TWELVE_HOUR_COUNTRIES = frozenset({"AU", "CA", "IN", "NZ", "PH", "US"})


def clock_text(at: time | datetime, restaurant: Restaurant) -> str:
    """``19:30``, or ``7:30 pm`` in English where the country counts to twelve."""
    language = get_language() or "en"
    if language.startswith("en") and restaurant.country.upper() in _TWELVE_HOUR_COUNTRIES:
        return f"{at:%I:%M}".lstrip("0") + (" am" if at.hour < 12 else " pm")
    return f"{at:%H:%M}"


def long_date(day: date) -> str:
    """``Friday 21 November``."""
    # Translators: Django date format of a day with its weekday, such as "Friday 21 November".
    return date_format(day, _("l j F"))


def short_date(day: date) -> str:
    """``Fri 21 Nov``."""
    # Translators: Django date format of a short day, such as "Fri 21 Nov".
    return date_format(day, _("D j M"))


def weekday_short(day: date) -> str:
    """``Fri``."""
    return date_format(day, "D")


def month_short(day: date) -> str:
    """``Nov``."""
    # Translators: Django date format of the abbreviated month alone.
    return date_format(day, _("M"))


def local(at: datetime, restaurant: Restaurant) -> datetime:
    """An instant on the restaurant's clock (naive)."""
    wall, _fold = to_wall(at, restaurant.timezone)
    return wall


def moment_text(at: datetime, restaurant: Restaurant) -> str:
    """``Friday 21 November, 19:30`` for an instant, to stand after “until”."""
    wall = local(at, restaurant)
    # Translators: Django date format of a day after the word "until".
    day = date_format(wall.date(), pgettext("moment", "l j F"))
    return f"{day}, {clock_text(wall, restaurant)}"


def today_at(restaurant: Restaurant, now: datetime) -> date:
    """The calendar date at the restaurant."""
    return local(now, restaurant).date()


def place_of(restaurant: Restaurant) -> str:
    """The place whose clock is meant: the town, or the last word of the zone."""
    return restaurant.city or restaurant.timezone.rsplit("/", 1)[-1].replace("_", " ")


def zone_text(restaurant: Restaurant, at: datetime) -> str:
    """``Amsterdam time (CET, UTC+01:00)``."""
    name = at.astimezone(zone_info(restaurant.timezone)).tzname() or ""
    offset = offset_label(at, restaurant.timezone)
    label = f"{name}, {offset}" if name.isalpha() and name != "UTC" else offset
    return _("%(place)s time (%(zone)s)") % {"place": place_of(restaurant), "zone": label}
