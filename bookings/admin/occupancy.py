"""Holds, blocks and occupancies: to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from bookings.models import Hold, Occupancy, TableBlock
from bookings.services import table_unblock
from reservehub.core import clock
from restaurants.admin.acting import actor_of
from restaurants.admin.scoped import ScopedAdmin
from restaurants.permissions import Capability

RESTAURANT = ("restaurant", RelatedOnlyFieldListFilter)


class LookOnlyAdmin(ScopedAdmin):
    """Rows that only the services write."""

    change_capability = Capability.EDIT_BOOK
    list_select_related: Any = ("restaurant",)

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.restaurant_id
        return owner

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Hold)
class HoldAdmin(LookOnlyAdmin):
    list_display = (
        "restaurant",
        "service_date",
        "starts_at",
        "party_size",
        "expires_at",
        "is_live",
    )
    list_filter = ("service_date", RESTAURANT)
    fields = (
        "restaurant",
        ("service_date", "starts_at", "ends_at"),
        ("party_size", "area", "is_online"),
        ("created_at", "expires_at", "extensions"),
    )
    ordering = ("-pk",)

    @display(description=_("Live"), boolean=True)
    def is_live(self, hold: Hold) -> bool:
        return hold.expires_at > clock.now()


@admin.register(TableBlock)
class TableBlockAdmin(LookOnlyAdmin):
    list_display = ("restaurant", "reason", "blocked", "created_at")
    list_filter = (RESTAURANT,)
    search_fields = ("reason",)
    fields = ("restaurant", "reason", "blocked", "created_at")
    readonly_fields = ("blocked",)
    actions = ("lift",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("occupancies__table")

    @display(description=_("Tables and time"))
    def blocked(self, block: TableBlock) -> str:
        return ", ".join(f"{row.table} {_span(row)}" for row in block.occupancies.all())

    def has_lift_permission(self, request: HttpRequest) -> bool:
        return self.allows(request, self.change_capability)

    @action(description=_("Lift the block"), permissions=["lift"])
    def lift(self, request: HttpRequest, blocks: QuerySet[TableBlock]) -> None:
        for block in blocks:
            if self.allows(request, self.change_capability, block):
                table_unblock(
                    block_id=block.pk,
                    restaurant_id=block.restaurant_id,
                    actor=actor_of(request),
                    now=clock.now(),
                )


@admin.register(Occupancy)
class OccupancyAdmin(LookOnlyAdmin):
    list_display = ("table", "kind", "span", "reservation", "restaurant", "expires_at")
    list_select_related = ("table", "restaurant", "reservation")
    list_filter = ("kind", RESTAURANT)
    search_fields = ("table__number", "reservation__reference")
    fields = ("restaurant", "table", "kind", "span", ("reservation", "hold", "block"), "expires_at")
    readonly_fields = ("span",)
    ordering = ("-pk",)

    @display(description=_("Period (UTC)"), ordering="period")
    def span(self, row: Occupancy) -> str:
        return _span(row)


def _span(row: Occupancy) -> str:
    return f"{row.period.lower:%Y-%m-%d %H:%M} - {row.period.upper:%H:%M}"
