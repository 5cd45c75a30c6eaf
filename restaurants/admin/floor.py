"""Floor plans in the admin: to look at. They are drawn in the editor of the staff area."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from restaurants.admin.saving import ServiceAdmin
from restaurants.admin.scoped import ScopedTabular
from restaurants.models import FloorPlan, TablePlacement


class PlacementInline(ScopedTabular):
    """Where tables stand, as published."""

    model = TablePlacement
    fields = ("table", "x", "y", "width", "height", "rotation", "shape")
    readonly_fields = fields
    verbose_name_plural = _("Places of tables")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(FloorPlan)
class FloorPlanAdmin(ServiceAdmin):
    inlines = (PlacementInline,)
    list_display = ("name", "restaurant", "table_count", "has_draft", "position", "is_active")
    list_select_related = ("restaurant",)
    list_filter = ("is_active", ("restaurant", RelatedOnlyFieldListFilter))
    search_fields = ("name", "restaurant__name")
    ordering = ("restaurant", "position")
    fields = (
        "restaurant",
        ("name", "position"),
        "is_active",
        ("width", "height"),
        ("version", "draft_saved_at"),
        "editor",
    )
    readonly_fields = ("width", "height", "version", "draft_saved_at", "editor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[FloorPlan]:
        rows: QuerySet[FloorPlan] = super().get_queryset(request)
        return rows.annotate(tables_on_it=Count("placements"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A plan begins with a draft of the tables: in the editor."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Plans are archived."""
        return False

    @display(description=_("Tables"), ordering="tables_on_it")
    def table_count(self, plan: Any) -> int:
        count: int = plan.tables_on_it
        return count

    @display(description=_("Draft"), boolean=True)
    def has_draft(self, plan: FloorPlan) -> bool:
        return plan.draft is not None

    @display(description=_("Editor"))
    def editor(self, plan: FloorPlan) -> SafeString:
        url = reverse("staff:plan-edit", args=[plan.restaurant.slug, plan.pk])
        return format_html('<a href="{}">{}</a>', url, _("Open the editor"))
