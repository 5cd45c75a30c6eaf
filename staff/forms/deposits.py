"""When a booking costs money: the account, the rules, and trying them out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.models import DepositKind, DepositRule, Source
from bookings.services.deposit_rules import deposit_rule_save
from payments.models import PaymentAccount
from payments.services.accounts import payment_account_save
from reservehub.core.actors import Actor
from reservehub.core.money import Money
from restaurants.models import Restaurant
from staff.forms.base import HouseForm
from staff.forms.fields import MoneyField, WeekdaysField, calendar, clock
from staff.forms.settings import SettingForm, Words

HOUR = 60
_ORDERED: tuple[tuple[str, str, Words], ...] = (
    ("min_party", "max_party", _("Choose at least as many as above.")),
    ("valid_from", "valid_until", _("Choose a day that is not before the first.")),
)


class AccountForm(SettingForm):
    """`providers`: those that can be chosen here."""

    class Meta:
        model = PaymentAccount
        fields = ("provider", "account", "is_active")
        labels: ClassVar[Mapping[str, Words]] = {
            "provider": _("Payment provider"),
            "account": _("Account name"),
            "is_active": _("Take payments"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "account": _(
                "Stripe: the connected account (acct_…), or empty for that of the platform. "
                "Adyen: the merchant account. Square: the location."
            ),
            "is_active": _("Untick it to ask nobody for money; what is paid can still go back."),
        }

    wide = frozenset({"account", "is_active"})

    def __init__(self, *args: Any, providers: tuple[str, ...], **kwargs: Any) -> None:
        self.providers = providers
        super().__init__(*args, **kwargs)

    def narrow(self) -> None:
        field: Any = self.fields["provider"]
        offered = {*self.providers, self.instance.provider}
        field.choices = [
            choice for choice in field.choices if not choice[0] or choice[0] in offered
        ]

    def store(self, *, actor: Actor, now: datetime) -> None:
        payment_account_save(account=self.instance, actor=actor, now=now)


class DepositRuleForm(SettingForm):
    """A rule with every condition. Amounts are typed in the currency, deadlines in hours."""

    kind = forms.ChoiceField(
        label=_("What the guest gives"), choices=DepositKind.choices, widget=forms.RadioSelect
    )
    amount = MoneyField(label=_("Amount"), required=False)
    percent = forms.IntegerField(
        label=_("Share of the estimated bill, %"), min_value=1, max_value=100, required=False
    )
    weekdays = WeekdaysField(
        required=False,
        label=_("Days of the week"),
        help_text=_("None chosen: every day."),
    )
    sources = forms.MultipleChoiceField(
        label=_("Booked through"),
        choices=[choice for choice in Source.choices if choice[0] != Source.WALK_IN],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "None chosen: all that guests use themselves, and callers whom you ask for payment."
        ),
    )
    cutoff_hours = forms.DecimalField(
        label=_("Money back until, hours before"),
        required=False,
        min_value=0,
        max_value=8760,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_("With 24, until a day before. Empty: as long as cancelling is free anyway."),
    )

    class Meta:
        model = DepositRule
        fields = (
            *("name", "is_active", "min_party", "max_party", "valid_from", "valid_until"),
            *("service_period", "area", "min_no_shows", "tag", "is_per_person"),
            *("late_cancel_percent", "no_show_percent"),
        )
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "valid_from": calendar(),
            "valid_until": calendar(),
        }
        labels: ClassVar[Mapping[str, Words]] = {
            "name": _("What you call it"),
            "is_active": _("In use"),
            "min_party": _("From, guests"),
            "max_party": _("Up to, guests"),
            "valid_from": _("From day"),
            "valid_until": _("Until day, inclusive"),
            "service_period": _("Hours"),
            "area": _("Area"),
            "min_no_shows": _("Guests who stayed away, times or more"),
            "tag": _("Guests with the tag"),
            "is_per_person": _("The amount is per person"),
            "late_cancel_percent": _("Kept when cancelled later, %"),
            "no_show_percent": _("Kept or charged if nobody comes, %"),
        }
        help_texts: ClassVar[Mapping[str, Words]] = {
            "name": _("Only you read it, for example Large parties."),
            "is_active": _("Untick it to keep the rule for later."),
            "min_party": _("With 6, parties of five pay nothing. Empty: from one."),
            "valid_from": _("For a season or a holiday, for example 24 December."),
            "area": _("Holds when the guest asks for the area, or gets a table there."),
            "min_no_shows": _("With 2, whoever stayed away twice is asked for a deposit."),
            "is_per_person": _("Otherwise it is for the whole party."),
            "late_cancel_percent": _("100 keeps all of it, 0 gives all of it back."),
            "no_show_percent": _("Of a card guarantee, it is what you may charge."),
        }

    groups = (
        ("", "", ("name", "is_active")),
        (
            _("What it costs"),
            "",
            ("kind", "amount", "is_per_person", "percent"),
        ),
        (
            _("When it holds"),
            _("All that you fill in must be true. If several rules hold, the strictest counts."),
            (
                *("min_party", "max_party", "weekdays", "valid_from", "valid_until"),
                *("service_period", "area", "sources"),
            ),
        ),
        (_("For whom"), _("Empty: for everybody."), ("min_no_shows", "tag")),
        (
            _("What becomes of the money"),
            _("If you cancel, guests always get everything back."),
            ("cutoff_hours", "late_cancel_percent", "no_show_percent"),
        ),
    )
    wide = frozenset({"name", "kind", "weekdays", "sources", "is_active", "is_per_person"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rule, currency = self.instance, self.restaurant.currency
        self.initial.update(
            {
                "kind": rule.kind or DepositKind.DEPOSIT,
                "percent": rule.percent,
                "weekdays": [day - 1 for day in rule.weekdays],
                "sources": rule.sources,
            }
        )
        if rule.amount_minor:
            self.initial["amount"] = Money(rule.amount_minor, currency).to_decimal()
        if rule.cutoff_minutes is not None:
            hours = rule.cutoff_minutes / HOUR
            self.initial["cutoff_hours"] = int(hours) if hours == int(hours) else round(hours, 2)

    def narrow(self) -> None:
        place = self.restaurant
        amount: Any = self.fields["amount"]
        amount.in_currency(place.currency)
        amount.label = _("Amount, %(currency)s") % {"currency": place.currency}
        amount.help_text = _("For a share or a full prepayment: the estimated bill.")
        amount.is_plain = True
        share: Any = self.fields["percent"]
        share.help_text = _("Only where the guest pays a share of it, for example 20.")
        share.is_plain = True
        choices: dict[str, Any] = {
            "service_period": place.service_periods.filter(is_active=True),
            "area": place.areas.all(),
            "tag": place.organisation.tags.all(),
        }
        for name, rows in choices.items():
            field: Any = self.fields[name]
            field.queryset = rows
            field.empty_label = _("Any")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        kind = data.get("kind")
        if kind and kind != DepositKind.EXEMPT and "amount" in data and not data["amount"]:
            self.add_error("amount", _("Enter an amount above zero."))
        if kind == DepositKind.PERCENTAGE and "percent" in data and not data["percent"]:
            self.add_error("percent", _("Enter which share of the bill it is."))
        for first, last, words in _ORDERED:
            if data.get(first) and data.get(last) and data[last] < data[first]:
                self.add_error(last, str(words))
        return data

    def _post_clean(self) -> None:
        """What is typed in words of people, as the row keeps it."""
        data, rule = self.cleaned_data, self.instance
        amount, hours = data.get("amount"), data.get("cutoff_hours")
        rule.kind = data.get("kind", rule.kind)
        is_free = rule.kind == DepositKind.EXEMPT
        rule.amount_minor = 0 if is_free or amount is None else amount.amount_minor
        rule.percent = data.get("percent") or 100
        rule.weekdays = [day + 1 for day in data.get("weekdays", [])]
        rule.sources = data.get("sources", [])
        rule.cutoff_minutes = None if hours is None else round(hours * HOUR)
        super()._post_clean()  # type: ignore[misc]

    def store(self, *, actor: Actor, now: datetime) -> None:
        deposit_rule_save(rule=self.instance, actor=actor, now=now)


class TryForm(HouseForm):
    """A booking that nobody makes."""

    date = forms.DateField(label=_("Day"), widget=calendar())
    time = forms.TimeField(label=_("Time"), widget=clock())
    guests = forms.IntegerField(label=_("Guests"), min_value=1, max_value=500)
    source = forms.ChoiceField(
        label=_("Booked through"),
        choices=[choice for choice in Source.choices if choice[0] != Source.WALK_IN],
    )
    area = forms.TypedChoiceField(
        label=_("Area"), coerce=int, empty_value=None, required=False, choices=()
    )

    def __init__(self, *args: Any, restaurant: Restaurant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        areas: Any = self.fields["area"]
        areas.choices = [("", _("Any")), *restaurant.areas.values_list("pk", "name")]
