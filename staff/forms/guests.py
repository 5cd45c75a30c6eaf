"""What staff write into the guest book."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from bookings.presenters.words import DIETARY
from guests.models import Guest, NoteKind
from guests.services.notes import MAX_TEXT
from guests.services.standing import MAX_REASON
from staff.forms.base import HouseForm
from staff.forms.fields import short_text

MAX_FEATURE = 40
_MISSING = _("Write what should be remembered.")


class GuestForm(HouseForm):
    """Contacts, language, wishes. Dietary needs are there for `sees_health` only."""

    name = forms.CharField(
        label=_("Name"),
        max_length=150,
        widget=short_text(),
        error_messages={"required": _("Enter a name.")},
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=short_text(type="tel", inputmode="tel"),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=short_text(type="email", inputmode="email", autocapitalize="none"),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    preferences = forms.CharField(
        label=_("Preferences"),
        help_text=_("For example: the corner table, no loud music, still water."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    preferred_features = forms.CharField(
        label=_("Likes tables with"),
        help_text=_("Words of the tables, separated by commas, for example: window, booth."),
        max_length=300,
        required=False,
        widget=short_text(),
    )
    dietary_needs = forms.MultipleChoiceField(
        label=_("Dietary needs"),
        choices=DIETARY,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    has_health_consent = forms.BooleanField(
        label=_("The guest agrees that we store the dietary needs"), required=False
    )

    def __init__(self, *args: Any, sees_health: bool, guest: Guest, **kwargs: Any) -> None:
        super().__init__(*args, initial=_initial(guest), **kwargs)
        if not sees_health:
            del self.fields["dietary_needs"], self.fields["has_health_consent"]
        _keep_unknown(self.fields.get("dietary_needs"), guest.dietary_needs)
        _keep_unknown(self.fields.get("language"), [guest.language])

    def clean_preferred_features(self) -> list[str]:
        """The words, each once."""
        words = [word.strip() for word in str(self.cleaned_data["preferred_features"]).split(",")]
        if any(len(word) > MAX_FEATURE for word in words):
            raise forms.ValidationError(_("Use at most 40 characters for each word."))
        return list(dict.fromkeys(word for word in words if word))


def _initial(guest: Guest) -> dict[str, Any]:
    return {
        "name": guest.name,
        "phone": str(guest.phone or ""),
        "email": guest.email or "",
        "language": guest.language,
        "preferences": guest.preferences,
        "preferred_features": ", ".join(guest.preferred_features),
        "dietary_needs": guest.dietary_needs,
    }


def _keep_unknown(field: Any, codes: list[str]) -> None:
    """What a program stored is not lost because this form has no word for it."""
    if field is not None:
        known = {code for code, _label in field.choices}
        field.choices = [*field.choices, *((c, c) for c in codes if c not in known)]


class NoteForm(HouseForm):
    """A note of one of the kinds; allergies only to those who look after guests."""

    kind = forms.ChoiceField(label=_("Kind"), choices=NoteKind.choices, initial=NoteKind.GENERAL)
    text = forms.CharField(
        label=_("Note"),
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _MISSING},
    )
    is_alert = forms.BooleanField(
        label=_("Alert"),
        help_text=_("Shown when the guest books and when they arrive."),
        required=False,
    )
    is_only_here = forms.BooleanField(label=_("Only for this restaurant"), required=False)
    has_health_consent = forms.BooleanField(
        label=_("The guest agreed that we store this"),
        help_text=_("Needed for allergies."),
        required=False,
    )

    def __init__(self, *args: Any, is_new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["is_only_here"]


class BlockForm(HouseForm):
    """Why somebody may no longer book online."""

    reason = forms.CharField(
        label=_("Reason for the block"),
        help_text=_("Only the team sees it. The guest sees that nothing is free online."),
        max_length=MAX_REASON,
        widget=short_text(),
        error_messages={"required": _("Write down why.")},
    )


class PointsForm(HouseForm):
    """Points that a guest redeems, or that somebody corrects, and what for."""

    points = forms.IntegerField(
        label=_("Points"),
        widget=short_text(inputmode="numeric"),
        error_messages={
            "required": _("Enter how many points."),
            "invalid": _("Enter the points in digits, for example 20."),
        },
    )
    note = forms.CharField(
        label=_("What for"),
        max_length=200,
        widget=short_text(),
        error_messages={"required": _("Say what for, in up to 200 characters.")},
    )
    once = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
