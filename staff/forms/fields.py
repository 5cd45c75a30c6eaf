"""Fields the settings share: clock times, dates, weekdays, minutes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _


def clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def calendar() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def short_text(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", **attrs})


class WeekdaysField(forms.TypedMultipleChoiceField):
    """Seven chips; the value is a list of 0 (Monday) … 6."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[(day, WEEKDAYS_ABBR[day]) for day in sorted(WEEKDAYS)],
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            **{"label": _("Weekdays"), **kwargs},
        )
