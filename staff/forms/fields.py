"""Fields the settings share: clock times, dates, weekdays, minutes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from reservehub.core.errors import ValidationFailed
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
