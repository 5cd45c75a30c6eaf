"""What providers told, and how their lists compare with ours."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from payments.admin.shown import MoneyAdmin, MoneyInline, amount_text
from payments.models import Difference, Reconciliation, WebhookReceipt
from reservehub.core.admin import ReadOnlyAdmin
from restaurants.admin.saving import is_platform


@admin.register(WebhookReceipt)
class WebhookReceiptAdmin(ReadOnlyAdmin):
    """An event belongs to a provider, to a restaurant only once it is read: for the platform."""

    list_display = ("received_at", "provider", "kind", "event_id", "handled_at", "attempts")
    list_filter = ("provider", ("handled_at", admin.EmptyFieldListFilter))
    search_fields = ("=event_id",)
    ordering = ("-pk",)
    show_full_result_count = False
    fields = (
        ("provider", "kind", "event_id"),
        "notice",
        ("received_at", "handled_at"),
        ("attempts", "next_attempt_at", "last_error"),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_platform(request)


_IS_OPEN = Q(differences__is_mended=False, differences__looked_at=None)


class DifferencesInline(MoneyInline):
    model = Difference
    verbose_name_plural = _("Differences")
    fields = (
        *("kind", "fact_kind", "payment", "provider_id", "ours", "theirs", "is_mended"),
        *("looked_at", "looked_by", "note"),
    )

    @display(description=_("ours"))
    def ours(self, difference: Difference) -> str:
        return amount_text(difference.ours_minor, difference.currency)

    @display(description=_("theirs"))
    def theirs(self, difference: Difference) -> str:
        return amount_text(difference.theirs_minor, difference.currency)


@admin.register(Reconciliation)
class ReconciliationAdmin(MoneyAdmin):
    owner_path = "account__restaurant"
    inlines = (DifferencesInline,)
    list_display = (
        "run_at",
        "restaurant",
        "account",
        "since",
        "until",
        "compared",
        "open",
        "error",
    )
    list_filter = (("account__restaurant", RelatedOnlyFieldListFilter),)
    list_select_related = ("account__restaurant",)
    ordering = ("-run_at", "-pk")
    fields = (("account", "run_at"), ("since", "until"), ("compared", "error"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reconciliation]:
        rows: QuerySet[Reconciliation] = super().get_queryset(request)
        return rows.select_related("account__restaurant").annotate(
            open_differences=Count("differences", filter=_IS_OPEN)
        )

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.account.restaurant_id
        return owner

    @display(description=_("restaurant"), ordering="account__restaurant__name")
    def restaurant(self, reconciliation: Reconciliation) -> str:
        return str(reconciliation.account.restaurant)

    @display(description=_("open differences"))
    def open(self, reconciliation: Any) -> int:
        found: int = reconciliation.open_differences
        return found
