"""Input of the page on which a party joins the queue from afar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.forms import PersonForm
from restaurants.models import Area

AWAY = (0, 5, 10, 15, 20, 30, 45, 60)


def away_text(minutes: int) -> str:
    """``10 minutes away``."""
    if not minutes:
        return str(_("I am at the door"))
    text = ngettext("%(count)d minute away", "%(count)d minutes away", minutes)
    return text % {"count": minutes}


class QueueForm(PersonForm):
    """How many, who, and how far away."""

    field_order = ("guests", "away", "area", "name", "contact")
    guests = forms.TypedChoiceField(
        label=_("Guests"),
        coerce=int,
        error_messages={
            "required": _("Choose how many guests will come."),
            "invalid_choice": _("Choose how many guests will come."),
        },
    )
    away = forms.TypedChoiceField(label=_("How far away are you?"), coerce=int, required=False)
    area = forms.TypedChoiceField(label=_("Where"), coerce=int, required=False, empty_value=None)

    def __init__(
        self,
        data: Any,
        *,
        country: str,
        areas: Sequence[Area],
        sizes: Sequence[int],
        most_away: int,
    ) -> None:
        super().__init__(data, country=country)
        choices = {
            "guests": [(size, str(size)) for size in sizes],
            "away": [(minutes, away_text(minutes)) for minutes in AWAY if minutes <= most_away],
            "area": [("", _("Anywhere")), *((area.pk, area.name) for area in areas)],
        }
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]
