"""The waitlist as staff write it: a guest who calls, and how the waitlist is run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from staff.forms.base import HouseForm
from waitlist.forms import FLEXIBILITY, minutes_text
from waitlist.models import WaitlistSettings
from waitlist.services import JoinRequest

_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WaitingForm(HouseForm):
    """Somebody who would come if a table became free."""

    date = forms.DateField(
        label=_("Date"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a date."),
            "invalid": _("This is not a date. Choose one from the calendar."),
        },
    )
    guests = forms.IntegerField(label=_("Guests"), min_value=1, max_value=500, initial=2)
    from_time = forms.TimeField(label=_("From"), input_formats=["%H:%M"], widget=_TIME)
    until_time = forms.TimeField(
        label=_("Until"), input_formats=["%H:%M"], widget=_TIME, required=False
    )
    flexibility_minutes = forms.TypedChoiceField(
        label=_("May it be a little outside?"), coerce=int, empty_value="0", required=False
    )
    areas = forms.MultipleChoiceField(
        label=_("Area"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: anywhere."),
    )
    guest_name = forms.CharField(label=_("Name"), max_length=150)
    guest_phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    guest_email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    special_requests = forms.CharField(
        label=_("Wishes of the guest"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"),
        coerce=int,
        required=False,
        choices=[("", _("As usual")), *((n, str(n)) for n in range(10))],
        help_text=_("Higher is asked first. VIP guests have theirs by the settings."),
    )

    def __init__(self, data: Any = None, *, areas: Iterable[tuple[int, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["flexibility_minutes"].choices = [  # type: ignore[attr-defined]
            (minutes, minutes_text(minutes)) for minutes in FLEXIBILITY
        ]
        self.fields["areas"].choices = list(areas)  # type: ignore[attr-defined]

    def request(self, restaurant_id: int, *, language: str) -> JoinRequest:
        """What was typed, for the service."""
        data = self.cleaned_data
        return JoinRequest(
            restaurant_id=restaurant_id,
            date=data["date"],
            from_time=data["from_time"],
            until_time=data["until_time"],
            flexibility_minutes=int(data["flexibility_minutes"]),
            party_size=data["guests"],
            area_ids=tuple(int(area) for area in data["areas"]),
            guest_name=" ".join(data["guest_name"].split()),
            guest_email=data["guest_email"],
            guest_phone=data["guest_phone"],
            guest_language=language,
            special_requests=data["special_requests"],
            source="phone",
            priority=data["priority"] if data["priority"] != "" else None,
        )


class WaitlistSettingsForm(HouseForm):
    """On or off, one after the other or all at once, and when nobody has to answer."""

    is_enabled = forms.BooleanField(
        label=_("Guests may join"),
        required=False,
        help_text=_(
            "From a full time on your page, by the API. Staff may add guests all the same."
        ),
    )
    is_broadcast = forms.BooleanField(
        label=_("Tell everybody at once, first come, first served"),
        required=False,
        help_text=_(
            "Otherwise a table is kept for one guest after the other. Guests are told which it is."
        ),
    )
    most_per_guest = forms.IntegerField(
        label=_("Dates a guest may wait for at once"), min_value=1, max_value=50
    )
    vip_priority = forms.IntegerField(
        label=_("Priority of VIP guests"),
        min_value=0,
        max_value=9,
        help_text=_("0 treats them as everybody else."),
    )
    night_from = forms.TimeField(
        label=_("Nobody has to answer from"),
        input_formats=["%H:%M"],
        widget=_TIME,
        help_text=_("At night the time to answer stands still, unless it is about the same day."),
    )
    night_until = forms.TimeField(label=_("until"), input_formats=["%H:%M"], widget=_TIME)

    @classmethod
    def of(cls, found: WaitlistSettings) -> WaitlistSettingsForm:
        """With what is stored."""
        return cls(initial={name: getattr(found, name) for name in cls.base_fields})
