"""Areas, tables and combinations."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export.fields import Field
from unfold.decorators import action, display

from reservehub.core import clock
from reservehub.core.errors import DomainError
from restaurants import services
from restaurants.admin.acting import actor_of
from restaurants.admin.exchange import (
    AreaOfRowWidget,
    ExchangeAdmin,
    SettingResource,
    WordsWidget,
)
from restaurants.admin.fields import TagsField
from restaurants.admin.saving import ServiceAdmin, ServiceForm
from restaurants.admin.scoped import ScopedTabular
from restaurants.models import (
    Area,
    Combination,
    CombinationMember,
    Table,
    TableAccess,
    TableAccessInPeriod,
)

RESTAURANT = ("restaurant", RelatedOnlyFieldListFilter)


class AreaResource(SettingResource):
    class Meta(SettingResource.Meta):
        model = Area
        import_id_fields = ("restaurant", "name")
        exclude = ("id",)


@admin.register(Area)
class AreaAdmin(ExchangeAdmin):
    resource_classes = (AreaResource,)
    list_display = ("name", "restaurant", "is_outdoor", "table_count", "position")
    list_select_related = ("restaurant",)
    list_filter = ("is_outdoor", RESTAURANT)
    search_fields = ("name", "restaurant__name")
    fields = ("restaurant", ("name", "position"), "is_outdoor")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Area]:
        rows: QuerySet[Area] = super().get_queryset(request)
        return rows.annotate(tables_in_it=Count("tables"))

    @display(description=_("Tables"), ordering="tables_in_it")
    def table_count(self, area: Any) -> int:
        count: int = area.tables_in_it
        return count


class TableForm(ServiceForm):
    features = TagsField(
        help_text=_("Separated by commas, for example: window, quiet, wheelchair_accessible.")
    )


class AccessInline(ScopedTabular):
    """Periods in which the table is bookable differently (rule 38)."""

    model = TableAccessInPeriod
    fk_name = "table"
    fields = ("service_period", "access")


class TableResource(SettingResource):
    area = Field(attribute="area", column_name="area", widget=AreaOfRowWidget())
    features = Field(attribute="features", column_name="features", widget=WordsWidget())

    class Meta(SettingResource.Meta):
        model = Table
        import_id_fields = ("restaurant", "number")
        exclude = ("id", "created_at")


@admin.register(Table)
class TableAdmin(ExchangeAdmin):
    form = TableForm
    resource_classes = (TableResource,)
    inlines = (AccessInline,)
    list_display = (
        "number",
        "name",
        "restaurant",
        "area",
        "capacity",
        "table_type",
        "shown_access",
        "priority",
        "is_active",
    )
    list_select_related = ("restaurant", "area")
    list_filter = (
        "is_active",
        "access",
        "table_type",
        ("area", RelatedOnlyFieldListFilter),
        RESTAURANT,
    )
    search_fields = ("number", "name", "notes", "restaurant__name")
    ordering = ("restaurant", "number")
    actions = ("archive", "unarchive")
    fields = (
        ("restaurant", "area"),
        ("number", "name"),
        ("min_party", "seats", "max_party"),
        ("table_type", "access"),
        "features",
        ("priority", "is_active"),
        "notes",
    )

    @display(description=_("Guests"))
    def capacity(self, table: Table) -> str:
        return f"{table.min_party}-{table.max_party} ({table.seats})"

    @display(
        description=_("Bookable"),
        ordering="access",
        label={
            TableAccess.ONLINE: "success",
            TableAccess.IN_HOUSE: "info",
            TableAccess.WALK_IN: "warning",
        },
    )
    def shown_access(self, table: Table) -> tuple[str, str]:
        return table.access, table.get_access_display()

    @action(description=_("Archive"), permissions=["change"])
    def archive(self, request: HttpRequest, tables: QuerySet[Table]) -> None:
        """Tables that bookings need are left as they are (rule 40)."""
        done = 0
        for table in tables:
            if not self.has_change_permission(request, table):
                continue
            try:
                services.table_archive(table_id=table.pk, actor=actor_of(request), now=clock.now())
            except DomainError as refused:
                messages.error(request, f"{table}: {refused}")
            else:
                done += 1
        text = ngettext("%(count)s table archived.", "%(count)s tables archived.", done)
        messages.success(request, text % {"count": done})

    @action(description=_("Put back into use"), permissions=["change"])
    def unarchive(self, request: HttpRequest, tables: QuerySet[Table]) -> None:
        for table in tables:
            if self.has_change_permission(request, table):
                services.table_unarchive(
                    table_id=table.pk, actor=actor_of(request), now=clock.now()
                )


class MemberInline(ScopedTabular):
    """The tables, in the order in which they stand."""

    model = CombinationMember
    fields = ("table", "position")
    tab = False
    extra = 2
    verbose_name_plural = _("Tables, in the order in which they stand")


@admin.register(Combination)
class CombinationAdmin(ServiceAdmin):
    inlines = (MemberInline,)
    list_display = ("name", "restaurant", "table_numbers", "min_party", "max_party", "is_active")
    list_select_related = ("restaurant",)
    list_filter = ("is_active", "is_row", RESTAURANT)
    search_fields = ("name", "tables__number", "restaurant__name")
    fields = (
        "restaurant",
        ("name", "priority"),
        ("min_party", "max_party"),
        ("is_row", "is_active"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Combination]:
        rows: QuerySet[Combination] = super().get_queryset(request)
        return rows.prefetch_related("members__table")

    @display(description=_("Tables"))
    def table_numbers(self, combination: Combination) -> str:
        return " + ".join(member.table.number for member in combination.members.all())
