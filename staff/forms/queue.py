"""Input at the queue: a party that comes to the door, a step with one, the settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.validation import MAX_NAME
from staff.forms.base import HouseForm
from staff.forms.steps import IdsField, StepForm, WordsField
from waitlist.models import QueueSettings
from waitlist.services.queue import QueueRequest
from waitlist.services.queue.joining import MAX_NOTE

MOST_GUESTS = 99
OVERRIDES = ("order", "capacity", "due_soon")


class QueueAddForm(HouseForm):
    """A size is enough; who leaves a phone is told by message."""

    guests = forms.IntegerField(
        label=_("Guests"),
        min_value=1,
        max_value=MOST_GUESTS,
        error_messages={
            "required": _("Choose how many there are."),
            "invalid": _("Choose how many there are."),
        },
    )
    name = forms.CharField(label=_("Name"), required=False, max_length=MAX_NAME)
    phone = forms.CharField(label=_("Phone"), required=False, max_length=40)
    area = forms.TypedChoiceField(label=_("Where"), coerce=int, required=False, empty_value=None)
    note = forms.CharField(label=_("Note"), required=False, max_length=MAX_NOTE)

    def __init__(self, *args: Any, areas: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = [("", _("Anywhere")), *areas]  # type: ignore[attr-defined]

    def request(self, restaurant_id: int) -> QueueRequest:
        data = self.cleaned_data
        return QueueRequest(
            restaurant_id=restaurant_id,
            party_size=data["guests"],
            name=" ".join(data["name"].split()),
            phone=data["phone"],
            area_id=data["area"],
            note=data["note"],
        )


class QueueStepForm(StepForm):
    """A step may name tables, and what it goes beyond."""

    table_ids = IdsField(required=False)
    overrides = WordsField(OVERRIDES, required=False)


class QueueSettingsForm(HouseForm):
    """Whether and how parties join from afar."""

    is_remote_open = forms.BooleanField(
        label=_("Guests may join from afar"),
        required=False,
        help_text=_(
            "On a page of their own, which shows how long each party would wait. It closes by "
            "itself when the wait runs past the last seating."
        ),
    )
    most_remote = forms.IntegerField(
        label=_("Parties from afar at once"), min_value=0, max_value=200
    )
    most_minutes_away = forms.IntegerField(
        label=_("May be so many minutes away"), min_value=0, max_value=240
    )
    largest_remote_party = forms.IntegerField(
        label=_("Largest party from afar"), min_value=1, max_value=20
    )

    @classmethod
    def of(cls, found: QueueSettings) -> QueueSettingsForm:
        """With what is stored."""
        return cls(initial={name: getattr(found, name) for name in cls.base_fields})
