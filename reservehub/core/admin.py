"""Admin pages: deliveries that need a person, and the audit to read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from reservehub.core import clock
from reservehub.core.models import AuditEntry, Delivery, DeliveryStatus
from reservehub.core.outbox import deliveries_retry


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ["event", "handler", "status", "attempts", "next_attempt_at", "finished_at"]
    list_filter = ["status", "handler"]
    list_select_related = ["event"]
    search_fields = ["handler", "event__name", "last_error"]
    readonly_fields = ["payload"]
    actions = ["retry"]
    ordering = ["-id"]
    show_full_result_count = False

    @admin.display(description=_("payload"))
    def payload(self, delivery: Delivery) -> dict[str, Any]:
        value: dict[str, Any] = delivery.event.payload
        return value

    def has_retry_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.has_perm("core.change_delivery")

    @admin.action(description=_("Try dead deliveries again"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        dead = queryset.filter(status=DeliveryStatus.DEAD)
        count = deliveries_retry(
            delivery_ids=list(dead.values_list("pk", flat=True)), now=clock.now()
        )
        text = ngettext("%(n)d delivery will run again.", "%(n)d deliveries will run again.", count)
        self.message_user(request, text % {"n": count}, messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = [
        "occurred_at",
        "action",
        "actor_kind",
        "actor_label",
        "channel",
        "object_type",
        "object_id",
        "restaurant_id",
    ]
    list_filter = ["actor_kind", "channel", "object_type"]
    search_fields = ["action", "object_id", "actor_label", "=restaurant_id"]
    date_hierarchy = "occurred_at"
    ordering = ["-id"]
    show_full_result_count = False
