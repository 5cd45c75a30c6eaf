"""The set-up of a restaurant, one small form for each step."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from restaurants.models import Restaurant, RestaurantKind, ServicePeriod
from restaurants.places import country_of_zone, currency_of_country
from restaurants.services.onboarding import Hours
from staff.forms.base import HouseForm
from staff.forms.fields import WeekdaysField, clock, short_text
from staff.forms.profile import zones


class NameForm(HouseForm):
    name = forms.CharField(
        label=_("What is your restaurant called?"),
        max_length=200,
        help_text=_("As on the sign outside, for example Bistro Anna."),
        widget=short_text(),
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=RestaurantKind.choices,
        initial=RestaurantKind.RESTAURANT,
        widget=forms.RadioSelect,
    )


class PlaceForm(HouseForm):
    """Country and currency may be left to the time zone."""

    timezone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("The nearest large city, for example Europe/Amsterdam."),
    )
    address_line1 = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        required=False,
        help_text=_("For example Prinsengracht 12."),
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    city = forms.CharField(label=_("Town"), max_length=100, required=False)
    country = forms.CharField(
        label=_("Country"),
        max_length=2,
        required=False,
        help_text=_("Two letters, for example NL. Empty: the country of the time zone."),
        widget=short_text(),
    )
    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        required=False,
        help_text=_("Three letters, for example EUR. Empty: that of the country."),
        widget=short_text(),
    )
    phone = forms.CharField(
        label=_("Telephone for guests"),
        max_length=40,
        required=False,
        help_text=_("With the country, for example +31 20 123 4567."),
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = str((kwargs.get("initial") or {}).get("timezone", ""))
        self.fields["timezone"].choices = zones(current)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        zone = cleaned.get("timezone", "")
        country = (cleaned.get("country") or country_of_zone(zone)).upper()
        cleaned["country"] = country
        cleaned["currency"] = (cleaned.get("currency") or currency_of_country(country)).upper()
        return cleaned


Preset = tuple[Promise, Promise, tuple[tuple[str, time, time, time], ...]]

PRESETS: dict[str, Preset] = {
    "dinner": (
        _("Dinner"),
        _("18:00 to 21:30, closes 23:00"),
        (("dinner", time(18), time(21, 30), time(23)),),
    ),
    "lunch_dinner": (
        _("Lunch and dinner"),
        _("12:00 to 14:00 and 18:00 to 21:30"),
        (
            ("lunch", time(12), time(14), time(15, 30)),
            ("dinner", time(18), time(21, 30), time(23)),
        ),
    ),
    "all_day": (
        _("All day"),
        _("12:00 to 21:30, closes 23:00"),
        (("all_day", time(12), time(21, 30), time(23)),),
    ),
    "late": (
        _("Late into the night"),
        _("18:00 to 01:00, closes 03:00"),
        (("late", time(18), time(1), time(3)),),
    ),
}
OWN, KEEP = "own", "keep"


def _name(key: str) -> str:
    return {
        "dinner": pgettext("service period", "Dinner"),
        "lunch": pgettext("service period", "Lunch"),
        "all_day": pgettext("service period", "All day"),
        "late": pgettext("service period", "Evening"),
    }[key]


class HoursForm(HouseForm):
    weekdays = WeekdaysField(
        label=_("Open on"), required=False, help_text=_("Leave out the rest day.")
    )
    preset = forms.ChoiceField(label=_("Guests can come"), widget=forms.RadioSelect)
    first_seating = forms.TimeField(
        label=_("First guests at"),
        required=False,
        help_text=_("For example 17:30."),
        widget=clock(),
    )
    last_seating = forms.TimeField(
        label=_("Last guests at"), required=False, help_text=_("For example 21:00."), widget=clock()
    )
    closes = forms.TimeField(
        label=_("Closes at"),
        required=False,
        help_text=_("For example 23:00; 02:00 is the next morning."),
        widget=clock(),
    )

    def __init__(self, *args: Any, has_hours: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [
            (key, f"{title}: {text}") for key, (title, text, _hours) in PRESETS.items()
        ]
        choices.append((OWN, _("My own hours")))
        if has_hours:
            choices.insert(0, (KEEP, _("Leave them as they are")))
        self.fields["preset"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        preset = cleaned.get("preset")
        if preset != KEEP and not cleaned.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day."))
        if preset == OWN:
            for name in ("first_seating", "last_seating", "closes"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Enter a time, for example 18:00."))
        return cleaned

    def hours(self) -> list[Hours]:
        """What the choice means; nothing for hours that stay."""
        data = self.cleaned_data
        days = tuple(data["weekdays"])
        if data["preset"] == KEEP:
            return []
        if data["preset"] == OWN:
            own = (data["first_seating"], data["last_seating"], data["closes"])
            return [_hours(_now("Open"), days, *own)]
        _title, _text, periods = PRESETS[data["preset"]]
        return [_hours(_name(key), days, *times) for key, *times in periods]


def _hours(name: str, days: tuple[int, ...], first: time, last: time, closes: time) -> Hours:
    return Hours(name=name, weekdays=days, first_seating=first, last_seating=last, closes=closes)


def hours_initial(restaurant: Restaurant) -> dict[str, Any]:
    """What the form shows for hours that are set already."""
    periods: list[ServicePeriod] = list(
        restaurant.service_periods.filter(special_day=None, date_from=None, is_active=True)
    )
    if not periods:
        return {"weekdays": [1, 2, 3, 4, 5, 6], "preset": "dinner"}
    days = sorted({day for period in periods for day in period.weekdays})
    return {"weekdays": days, "preset": KEEP}


class TablesForm(HouseForm):
    text = forms.CharField(
        label=_("Your tables"),
        required=False,
        max_length=4000,
        help_text=_(
            "Tables × seats, then the area if you like: 4x2, 3x4 terrace, bar 10 makes four tables"
            " for two, three for four on the terrace, and ten seats at the bar."
        ),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )
