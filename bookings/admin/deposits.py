"""Rules of when a booking costs money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bookings.models import DepositKind, DepositRule, Source
from bookings.services.deposit_rules import deposit_rule_delete, deposit_rule_save
from guests.models import Tag
from reservehub.core import clock
from reservehub.core.money import Money
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.permissions import Capability


class DepositRuleForm(ServiceForm):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Weekdays"),
        choices=[(day + 1, name) for day, name in WEEKDAYS.items()],
        coerce=int,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )
    sources = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=Source.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )

    def clean(self) -> dict[str, Any] | None:
        """Before the constraints of the table speak."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        is_free = data.get("kind") == DepositKind.EXEMPT
        if not is_free and "amount_minor" in data and not data["amount_minor"]:
            self.add_error("amount_minor", _("Enter an amount above zero."))
        least, most = data.get("min_party"), data.get("max_party")
        if least is not None and most is not None and most < least:
            self.add_error("max_party", _("Choose at least as many as above."))
        return data


@admin.register(DepositRule)
class DepositRuleAdmin(ServiceAdmin):
    form = DepositRuleForm
    list_display = ("name", "restaurant", "kind", "price", "min_party", "max_party", "is_active")
    list_filter = ("is_active", "kind", ("restaurant", RelatedOnlyFieldListFilter))
    list_select_related = ("restaurant",)
    search_fields = ("name", "restaurant__name")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": (("restaurant", "name"), "is_active")}),
        (
            _("What it costs"),
            {"fields": (("kind", "amount_minor"), ("is_per_person", "percent"))},
        ),
        (
            _("When it holds"),
            {
                "fields": (
                    ("min_party", "max_party"),
                    "weekdays",
                    ("valid_from", "valid_until"),
                    ("service_period", "area"),
                    "sources",
                    ("min_no_shows", "tag"),
                )
            },
        ),
        (
            _("What becomes of the money"),
            {"fields": ("cutoff_minutes", ("late_cancel_percent", "no_show_percent"))},
        ),
    )

    @display(description=_("amount"), ordering="amount_minor")
    def price(self, rule: DepositRule) -> str:
        if rule.kind == DepositKind.EXEMPT:
            return "—"
        return Money(rule.amount_minor, rule.restaurant.currency).format(get_language() or "en")

    def choices_for(self, model: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """Tags belong to organisations."""
        if model is not Tag:
            return super().choices_for(model, request)
        access = access_in(request)
        tags = Tag.objects.all()
        if access.is_everything:
            return tags
        return tags.filter(organisation__in=access.organisation_ids(Capability.CONFIGURE))

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> None:
        rule = form.instance
        self._check(request, rule)
        deposit_rule_save(rule=rule, actor=actor_of(request), now=clock.now())

    def _check(self, request: HttpRequest, rule: DepositRule) -> None:
        if not access_in(request).can(self.change_capability, self.restaurant_id_of(rule)):
            raise PermissionDenied

    def delete_model(self, request: HttpRequest, obj: DepositRule) -> None:
        self._check(request, obj)
        deposit_rule_delete(rule=obj, actor=actor_of(request), now=clock.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DepositRule]) -> None:
        for rule in queryset:
            self.delete_model(request, rule)
