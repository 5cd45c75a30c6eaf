"""Input of the guest's pages: a wish for an evening that is full, and who wishes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.forms import PersonForm, guests_field, requests_field
from restaurants.models import Area
from waitlist.services import EntryChanges

FLEXIBILITY = (0, 30, 60, 90, 120)


def minutes_text(minutes: int) -> str:
    """``up to 30 minutes earlier or later``."""
    if not minutes:
        return str(_("Only within these times"))
    text = ngettext(
        "Up to %(count)d minute earlier or later",
        "Up to %(count)d minutes earlier or later",
        minutes,
    )
    return text % {"count": minutes}


class WishForm(forms.Form):
    """One service date, a window of its wall clock, how many, where."""

    date = forms.DateField(
        label=_("Day"),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "required": _("Choose a day."),
            "invalid": _("Enter the day like 2026-11-21."),
        },
    )
    from_time = forms.TimeField(
        label=_("From"),
        input_formats=["%H:%M"],
        error_messages={
            "required": _("From when would a table suit you?"),
            "invalid": _("Enter the time like 19:30."),
        },
    )
    until_time = forms.TimeField(
        label=_("Until"),
        input_formats=["%H:%M"],
        required=False,
        error_messages={"invalid": _("Enter the time like 19:30.")},
    )
    flexibility = forms.TypedChoiceField(
        label=_("May it be a little outside?"),
        coerce=int,
        empty_value="0",
        required=False,
        error_messages={"invalid_choice": _("Choose from the list.")},
    )
    guests = guests_field()
    areas = forms.MultipleChoiceField(
        label=_("Where"),
        required=False,
        error_messages={"invalid_choice": _("Choose a part of the restaurant from the list.")},
    )
    version = forms.IntegerField(required=False)

    def __init__(self, data: Any, *, areas: Sequence[Area], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["flexibility"].choices = [  # type: ignore[attr-defined]
            (minutes, minutes_text(minutes)) for minutes in FLEXIBILITY
        ]
        self.fields["areas"].choices = [(area.pk, area.name) for area in areas]  # type: ignore[attr-defined]

    @property
    def area_ids(self) -> tuple[int, ...]:
        return tuple(sorted(int(area) for area in self.cleaned_data["areas"]))

    def changes(self) -> EntryChanges:
        """The wish, all of it, for an entry that exists."""
        data = self.cleaned_data
        day: date = data["date"]
        first: time = data["from_time"]
        return EntryChanges(
            date=day,
            last_date=day,
            from_time=first,
            until_time=data["until_time"] or first,
            flexibility_minutes=int(data["flexibility"]),
            party_size=data["guests"],
            area_ids=self.area_ids,
        )


class JoinForm(WishForm, PersonForm):
    """The wish and who wishes it, typed as in the booking form."""

    field_order = (
        *("date", "from_time", "until_time", "flexibility", "guests", "areas", "name", "contact"),
        "requests",
    )
    requests = requests_field()

    def __init__(self, data: Any, *, country: str, areas: Sequence[Area]) -> None:
        super().__init__(data, areas=areas, country=country)
