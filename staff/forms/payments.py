"""Looking for payments, and what can be done with one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.models import DepositStatus
from bookings.selectors.money import Basis
from payments.models import PaymentStatus
from reservehub.core.money import Money
from reservehub.core.tokens import new_nonce
from staff.forms.base import HouseForm
from staff.forms.fields import MoneyField, calendar, short_text

WHOLE, PART, MISSING = "whole", "part", "missing"
DAYS_SHOWN = 30
FATES = (
    DepositStatus.REDEEMED,
    DepositStatus.FORFEITED,
    DepositStatus.CHARGED,
    DepositStatus.WAIVED,
    DepositStatus.DISPUTED,
)
"""States that a reservation knows of and a payment does not."""


class RangeForm(HouseForm):
    """Some days; the last thirty if none are named. Nothing has to be filled in, so that no field
    says that it is optional.
    """

    since = forms.DateField(label=_("From day"), widget=calendar(), required=False)
    until = forms.DateField(label=_("Until day, inclusive"), widget=calendar(), required=False)

    def __init__(self, data: Any, *, today: date, **kwargs: Any) -> None:
        self.today = today
        days = {"since": today - timedelta(days=DAYS_SHOWN - 1), "until": today}
        given = {name: value for name, value in data.items() if value or name not in days}
        shown = {name: day.isoformat() for name, day in days.items()}
        if "since" in given or "until" in given:
            shown = {}  # one end of the range says where the other may be
        super().__init__(shown | given, **kwargs)
        for field in self.fields.values():
            field.is_plain = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("Choose a day that is not before the first."))
        return data

    def span(self) -> tuple[date, date]:
        """The first and the last day."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        last = until or max(self.today, since or self.today)
        return since or last - timedelta(days=DAYS_SHOWN - 1), last


class FilterForm(RangeForm):
    """Which payments."""

    status = forms.ChoiceField(label=_("Status"), required=False, choices=())
    rule = forms.TypedChoiceField(
        label=_("Rule"), coerce=int, empty_value=None, required=False, choices=()
    )
    q = forms.CharField(
        label=_("Number of the booking"), max_length=40, required=False, widget=short_text()
    )

    def __init__(self, data: Any, *, rules: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        statuses: Any = self.fields["status"]
        statuses.choices = [
            ("", pgettext_lazy("status of payments", "Any")),
            *PaymentStatus.choices,
            *((fate.value, fate.label) for fate in FATES),
        ]
        choices: Any = self.fields["rule"]
        choices.choices = [("", pgettext_lazy("deposit rule", "Any")), *rules]


class NumbersForm(RangeForm):
    """Which days, and what makes an amount belong to a day."""

    by = forms.ChoiceField(
        label=_("A day is"),
        choices=[
            (Basis.MOVED.value, _("the day the money moved")),
            (Basis.VISIT.value, _("the evening it was for")),
        ],
    )


class StepForm(HouseForm):
    """Why, and once however often it is sent."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=short_text(),
        help_text=_("For your team and the audit, for example: called from the hospital."),
    )
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nonce"].initial = new_nonce()

    def wish(self) -> dict[str, Any]:
        """What the service wants to know."""
        return {"reason": self.cleaned_data["reason"]}


class SettleForm(StepForm):
    """What became of something of which the provider says nothing."""

    outcome = forms.ChoiceField(
        label=_("What became of it"),
        choices=[("yes", _("It happened")), ("no", _("It did not happen"))],
        widget=forms.RadioSelect,
    )
    field_order = ("outcome", "reason", "nonce")

    def __init__(self, *args: Any, may_be_said_done: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        if isinstance(outcome, forms.ChoiceField) and not may_be_said_done:
            outcome.choices = [("no", _("It did not happen"))]
            outcome.initial = "no"
        self.fields["reason"].label = _("How you know")
        self.fields["reason"].help_text = _(
            "For your team and the audit, for example: seen in the list of the provider."
        )

    def wish(self) -> dict[str, Any]:
        return super().wish() | {"has_happened": self.cleaned_data["outcome"] == "yes"}


class LookForm(StepForm):
    """What somebody has found out about a difference."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What it was")
        self.fields["reason"].help_text = _("For your team and the audit.")


class AmountForm(StepForm):
    """All of it, or a part."""

    extent = forms.ChoiceField(
        label=_("How much"),
        choices=[(WHOLE, _("All of it")), (PART, _("A part"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    amount = MoneyField(label=_("Amount"), required=False)
    field_order = ("extent", "amount", "reason", "nonce")

    def __init__(
        self, *args: Any, currency: str, most: Money, language: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        amount, extent = self.fields["amount"], self.fields["extent"]
        if isinstance(amount, MoneyField):
            amount.in_currency(currency)
        amount.label = _("Amount, %(currency)s") % {"currency": currency}
        amount.help_text = _("Only for a part.")
        amount.is_plain = True  # type: ignore[attr-defined]
        whole = _("All of it: %(amount)s") % {"amount": most.format(language)}
        if isinstance(extent, forms.ChoiceField):
            extent.choices = [(WHOLE, whole), (PART, _("A part"))]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("extent") == PART and "amount" in data and not data["amount"]:
            self.add_error("amount", _("Enter an amount above zero."))
        return data

    def wish(self) -> dict[str, Any]:
        is_part = self.cleaned_data["extent"] == PART
        return super().wish() | {"amount": self.cleaned_data["amount"] if is_part else None}


class FeeForm(StepForm):
    """For the whole party, or for those who stayed away."""

    extent = forms.ChoiceField(
        label=_("Who did not come"),
        choices=[(WHOLE, _("Nobody came")), (MISSING, _("Some of them"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    missing = forms.IntegerField(
        label=_("Guests who did not come"), min_value=1, max_value=500, required=False
    )
    field_order = ("extent", "missing", "reason", "nonce")

    def __init__(self, *args: Any, whole: str, only_part: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extent = self.fields["extent"]
        if isinstance(extent, forms.ChoiceField):
            choices = [(WHOLE, whole), (MISSING, _("Some of them"))]
            extent.choices = choices[1:] if only_part else choices
            extent.initial = MISSING if only_part else WHOLE
        missing = self.fields["missing"]
        missing.help_text = _("Only if some of them came.")
        missing.is_plain = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("extent") == MISSING and "missing" in data and not data["missing"]:
            self.add_error("missing", _("Say how many did not come."))
        return data

    def wish(self) -> dict[str, Any]:
        is_part = self.cleaned_data["extent"] == MISSING
        return super().wish() | {"missing": self.cleaned_data["missing"] if is_part else None}
