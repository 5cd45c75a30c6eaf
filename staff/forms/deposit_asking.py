"""What a guest is asked for by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.deposits import BY_HAND, Kind
from bookings.models import DepositKind
from reservehub.core.tokens import new_nonce
from staff.forms.base import HouseForm
from staff.forms.fields import MoneyField

RELEASE, KEEP = "release", "keep"


class AskForm(HouseForm):
    """:param times: hours to pay and their words, the usual time first
    :param is_request: it waits for an answer: then it cannot be kept without the money
    """

    kind = forms.TypedChoiceField(
        label=_("What the guest gives"),
        choices=[(kind.value, DepositKind(kind).label) for kind in BY_HAND],
        coerce=Kind,
        widget=forms.RadioSelect,
        initial=Kind.DEPOSIT.value,
    )
    amount = MoneyField()
    is_per_person = forms.BooleanField(label=_("The amount is per person"), required=False)
    hours = forms.TypedChoiceField(
        label=_("Time to pay"), coerce=int, empty_value=None, required=False
    )
    fate = forms.ChoiceField(
        label=_("If it is not paid by then"),
        choices=[(RELEASE, _("The table goes to others")), (KEEP, _("The booking stays"))],
        widget=forms.RadioSelect,
        initial=RELEASE,
    )
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        currency: str,
        times: Sequence[tuple[str, str]],
        is_request: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        amount, hours, fate = (self.fields[name] for name in ("amount", "hours", "fate"))
        if isinstance(amount, MoneyField):
            amount.in_currency(currency)
        amount.label = _("Amount, %(currency)s") % {"currency": currency}
        if isinstance(hours, forms.ChoiceField):
            hours.choices = list(times)
        hours.is_plain = True  # type: ignore[attr-defined]
        if is_request and isinstance(fate, forms.ChoiceField):
            fate.choices = [(RELEASE, _("The table goes to others"))]
        self.fields["nonce"].initial = new_nonce()

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Enter an amount above zero."))
        return amount

    def wish(self, *, now: datetime) -> dict[str, Any]:
        """For the service."""
        typed, hours = self.cleaned_data, self.cleaned_data["hours"]
        return {
            "kind": typed["kind"],
            "amount": typed["amount"],
            "is_per_person": typed["is_per_person"],
            "until": None if hours is None else now + timedelta(hours=hours),
            "release_unpaid": typed["fate"] == RELEASE,
        }
