"""Input of the steps at the host stand: what is wrong is named, what was typed stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from staff.forms.fields import MoneyField

MOST_GUESTS = 99
MAX_REASON = 300
MAX_NOTE = 1000
MAX_NAME = 150
PROBLEM = _("There is a problem")


class IdsField(forms.Field):
    """Several ids under one name, or one value with commas."""

    widget = forms.MultipleHiddenInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Choose a table first."),
        "invalid": _("Choose tables of this restaurant."),
    }

    def to_python(self, value: Any) -> tuple[int, ...]:
        parts = [part for text in value or () for part in str(text).split(",") if part.strip()]
        if not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return tuple(dict.fromkeys(int(part) for part in parts[:20]))


class WordsField(forms.Field):
    """Words out of a fixed list, such as overrides; others are dropped."""

    widget = forms.MultipleHiddenInput

    def __init__(self, words: Sequence[str], **options: Any) -> None:
        super().__init__(**options)
        self.words = frozenset(words)

    def to_python(self, value: Any) -> frozenset[str]:
        return frozenset(value or ()) & self.words


class StepForm(forms.Form):
    """What every step may say: the version the screen showed."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def in_currency(self, currency: str) -> None:
        """What is typed as an amount is in this currency."""
        for field in self.fields.values():
            if isinstance(field, MoneyField):
                field.in_currency(currency)

    def values(self) -> dict[str, Any]:
        """For the service: everything but the version; what was left out is left out."""
        cleaned: Mapping[str, Any] = self.cleaned_data
        return {
            name: value
            for name, value in cleaned.items()
            if name != "version" and value not in (None, "", (), frozenset())
        }


class ReasonForm(StepForm):
    reason = forms.CharField(label=_("Reason"), required=False, max_length=MAX_REASON)


class CancelForm(ReasonForm):
    for_guest = forms.BooleanField(label=_("The guest asked for it"), required=False)


class ArrivalForm(StepForm):
    actual_party_size = forms.IntegerField(
        label=_("How many came"), required=False, min_value=1, max_value=MOST_GUESTS
    )


class SeatForm(ArrivalForm):
    """Tables may be named where the party has none, or another than it sits down at."""

    table_ids = IdsField(required=False)


class PartlyForm(StepForm):
    present = forms.IntegerField(
        label=_("How many are here"), required=False, min_value=1, max_value=MOST_GUESTS
    )


class PartyForm(StepForm):
    actual_party_size = forms.IntegerField(
        label=_("How many came"), min_value=1, max_value=MOST_GUESTS
    )


class EtaForm(StepForm):
    minutes = forms.IntegerField(label=_("Minutes late"), min_value=0, max_value=60)


class ExtendForm(StepForm):
    minutes = forms.IntegerField(label=_("Minutes longer"), min_value=-120, max_value=240)


class FinishForm(StepForm):
    """With the bill, where it is at hand."""

    amount = MoneyField(label=_("Bill"), required=False)


class BillForm(StepForm):
    amount = MoneyField(
        label=_("Bill"),
        error_messages={"required": _("Enter an amount, 0 if it was on the house.")},
    )


class NoteForm(StepForm):
    internal_notes = forms.CharField(
        label=_("Note for the team"),
        required=False,
        max_length=MAX_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def values(self) -> dict[str, Any]:
        return {"internal_notes": self.cleaned_data["internal_notes"]}


class AssignForm(StepForm):
    table_ids = IdsField()
    overrides = WordsField(["capacity"], required=False)


class SwapForm(StepForm):
    other = forms.IntegerField(min_value=1)


class WalkInForm(StepForm):
    table_ids = IdsField(required=False)
    party_size = forms.IntegerField(label=_("How many came"), min_value=1, max_value=MOST_GUESTS)
    guest_name = forms.CharField(label=_("Name"), required=False, max_length=MAX_NAME)
    overrides = WordsField(["capacity", "due_soon"], required=False)


class BlockForm(StepForm):
    minutes = forms.IntegerField(label=_("For how long"), min_value=5, max_value=24 * 60)
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200)
