"""Fields the settings share: clock times, dates, weekdays, minutes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import ValidationFailed
from reservehub.core.money import Money, exponent_of
from restaurants.services import LONGEST_SIDES, PictureName, picture_cleaned


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


class MoneyField(forms.DecimalField):
    """An amount as people write it, in the currency that `in_currency` names; the value is `Money`.
    A comma is as good as a point.
    """

    currency = "EUR"

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(min_value=0, max_digits=12, widget=widget, **kwargs)

    def in_currency(self, currency: str) -> None:
        """What is typed is in this currency, with no more decimals than it has."""
        self.currency = currency
        self.decimal_places = exponent_of(currency)

    def to_python(self, value: Any) -> Any:
        typed = value.replace(",", ".").replace("\u00a0", "").replace(" ", "")
        return super().to_python(typed)

    def validate(self, value: Any) -> None:
        super().validate(value)
        places = value.as_tuple().exponent if isinstance(value, Decimal) else 0
        if isinstance(places, int) and -places > exponent_of(self.currency):
            raise forms.ValidationError(
                _("This is finer than the smallest coin."), code="max_decimal_places"
            )

    def clean(self, value: Any) -> Money | None:
        found = super().clean(value or "")
        return None if found is None else Money.from_decimal(found, self.currency)


class PictureField(forms.FileField):
    """A picture to upload; the value is its pixels drawn anew, None if nothing was sent.

    `shown_url` is what is there already.
    """

    shown_url: str = ""

    def __init__(self, *, picture: PictureName, **kwargs: Any) -> None:
        widget = forms.FileInput(
            attrs={"class": "file", "accept": "image/png,image/jpeg,image/webp"}
        )
        super().__init__(required=False, widget=widget, **kwargs)
        self.picture: PictureName = picture

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        sent = super().clean(data, initial)
        if not isinstance(sent, UploadedFile):
            return None
        try:
            return picture_cleaned(sent, self.picture, LONGEST_SIDES[self.picture])
        except ValidationFailed as refused:
            raise forms.ValidationError([str(one.detail) for one in refused.errors]) from refused
