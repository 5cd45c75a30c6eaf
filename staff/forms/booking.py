"""What a host types while the guest is on the phone (requirement C9)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date as Date  # noqa: N812 - a field is called date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from bookings.forms import MAX_REQUESTS, ChoiceField
from bookings.models import Occasion
from bookings.presenters.words import DIETARY
from staff.forms.base import HouseForm

OVERRIDES = ("pacing", "hours", "capacity", "notice", "same_guest")


class BookingForm(HouseForm):
    """A new booking by phone, or the change of one. The clock and the tables answer later."""

    date = forms.DateField(
        label=_("Date"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Choose a date."),
            "invalid": _("This is not a date. Choose one from the calendar."),
        },
    )
    guests = forms.IntegerField(
        label=_("Guests"),
        min_value=1,
        max_value=500,
        error_messages={
            "required": _("Enter how many guests will come."),
            "invalid": _("Enter the number of guests in digits, for example 2."),
            "min_value": _("At least one guest has to come."),
            "max_value": _("A party is at most 500 guests."),
        },
    )
    area = forms.TypedChoiceField(
        label=_("Area"),
        coerce=int,
        empty_value=None,
        required=False,
        error_messages={"invalid_choice": _("Choose an area from the list.")},
    )
    slot = ChoiceField(label=_("Time"))
    table = forms.CharField(label=_("Table"), max_length=200, required=False)
    minutes = forms.IntegerField(
        label=_("Length of the stay, minutes"),
        min_value=15,
        max_value=720,
        required=False,
        error_messages={
            "invalid": _("Enter the minutes in digits, for example 105."),
            "min_value": _("A stay lasts at least 15 minutes."),
            "max_value": _("A stay lasts at most 12 hours."),
        },
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        error_messages={
            "required": _("Enter the name the guest gives you."),
            "max_length": _("This name is too long: use at most 150 characters."),
        },
    )
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    email = forms.CharField(label=_("E-mail"), max_length=254, required=False)
    occasion = forms.ChoiceField(
        label=_("Occasion"),
        choices=Occasion.choices,
        required=False,
        error_messages={"invalid_choice": _("Choose an occasion from the list.")},
    )
    requests = forms.CharField(
        label=_("Wishes of the guest"),
        max_length=MAX_REQUESTS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    dietary = forms.MultipleChoiceField(
        label=_("Dietary needs"),
        choices=DIETARY,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Choose dietary needs from the list.")},
    )
    consent = forms.BooleanField(
        label=_("The guest agrees that we store the dietary needs"), required=False
    )
    notes = forms.CharField(
        label=_("Notes for the team"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    overrides = forms.MultipleChoiceField(
        choices=[(name, name) for name in OVERRIDES], required=False
    )
    asks_payment = forms.BooleanField(label=_("Ask for payment by link"), required=False)
    version = forms.IntegerField(required=False)
    nonce = forms.CharField(max_length=64, required=False)

    def __init__(
        self, data: Any = None, *, areas: Iterable[tuple[int, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(data, **kwargs)
        area = self.fields["area"]
        if isinstance(area, forms.TypedChoiceField):
            area.choices = [("", _("Anywhere")), *areas]

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_table(self) -> tuple[int, ...]:
        """Ids joined by a plus sign; empty for the best free table."""
        text = str(self.cleaned_data["table"])
        parts = text.split("+") if text else []
        if not all(part.isascii() and part.isdecimal() and len(part) < 19 for part in parts):
            raise ValidationError(_("Choose a table from the list."), code="table")
        return tuple(int(part) for part in parts)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("dietary") and not data.get("consent"):
            self.add_error(
                "consent",
                ValidationError(_("Ask the guest and tick this, or clear the dietary needs.")),
            )
        return data

    # --- What is known while the form is not complete yet -----------------------------------------

    def peek(self, name: str) -> Any:
        """The cleaned value of one field, None if it is wrong or missing."""
        field, raw = self.fields[name], self[name].value()
        if isinstance(raw, Date):
            return raw
        try:
            return field.clean(raw)
        except ValidationError:
            return None
