"""Organisations, restaurants and their booking policies."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from restaurants import services
from restaurants.admin.acting import access_in, actor_of
from restaurants.admin.fields import LanguagesField, TagsField, ZoneField
from restaurants.admin.saving import ServiceAdmin, ServiceForm, is_platform
from restaurants.admin.scoped import ScopedStacked, ScopedTabular
from restaurants.models import Area, BookingPolicy, Organisation, Restaurant, RestaurantImage
from restaurants.permissions import Capability


@admin.register(Organisation)
class OrganisationAdmin(ServiceAdmin):
    """Seen by who configures one of its restaurants, changed by its owners."""

    list_display = ("name", "slug", "created_at")
    search_fields = ("name", "slug")
    fields = ("name", "slug")
    owner_path = "restaurants"

    def allows(self, request: HttpRequest, capability: Capability, obj: Any = None) -> bool:
        access = access_in(request)
        mine = access.organisation_ids(Capability.CONFIGURE)
        if access.is_everything or obj is None:
            return access.is_everything or bool(mine)
        if capability is self.change_capability:
            return obj.pk in access.owned_organisations
        return obj.pk in mine

    def only_with(self, request: HttpRequest, capability: Capability, rows: Any) -> Any:
        access = access_in(request)
        if access.is_everything:
            return rows
        return rows.filter(pk__in=access.organisation_ids(Capability.CONFIGURE))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_platform(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)


class RestaurantForm(ServiceForm):
    timezone = ZoneField(help_text=_("Wall times of bookings stay as they are when it changes."))
    languages = LanguagesField()
    language = forms.ChoiceField(
        label=_("Main language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget()
    )
    features = TagsField(
        help_text=_("Separated by commas, for example: terrace, wheelchair_accessible.")
    )


class PolicyInline(ScopedStacked):
    model = BookingPolicy
    form = ServiceForm
    can_delete = False
    max_num = 1


class AreaInline(ScopedTabular):
    model = Area
    fields = ("name", "is_outdoor", "position")


class ImageInline(ScopedTabular):
    model = RestaurantImage
    fields = ("image", "caption", "position")


@admin.register(Restaurant)
class RestaurantAdmin(ServiceAdmin):
    form = RestaurantForm
    owner_path = "pk"
    inlines = (PolicyInline, AreaInline, ImageInline)
    list_display = (
        "name",
        "organisation",
        "city",
        "kind",
        "is_active",
        "is_public",
        "is_accepting_reservations",
    )
    list_select_related = ("organisation",)
    list_filter = (
        "kind",
        "is_active",
        "is_public",
        "is_accepting_reservations",
        ("organisation", RelatedOnlyFieldListFilter),
    )
    search_fields = ("name", "slug", "city", "cuisine")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("name",)}
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "organisation",
                    ("name", "slug"),
                    ("kind", "cuisine", "price_range"),
                    "description",
                    "features",
                )
            },
        ),
        (
            _("State"),
            {
                "classes": ("tab",),
                "fields": (
                    ("is_active", "is_public"),
                    ("is_accepting_reservations", "is_featured"),
                    "paused_until",
                ),
            },
        ),
        (
            _("Address and contact"),
            {
                "classes": ("tab",),
                "fields": (
                    "address_line1",
                    "address_line2",
                    ("postal_code", "city", "country"),
                    ("latitude", "longitude"),
                    ("phone", "email", "website"),
                ),
            },
        ),
        (
            _("Time and money"),
            {
                "classes": ("tab",),
                "fields": (
                    ("timezone", "business_day_cut"),
                    ("currency", "language", "languages"),
                ),
            },
        ),
        (_("Pictures"), {"classes": ("tab",), "fields": ("logo", "cover")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Owners of a whole organisation open further restaurants."""
        return is_platform(request) or bool(access_in(request).owned_organisations)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Others make it inactive."""
        return is_platform(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_readonly_fields(request, obj)
        return fields if is_platform(request) else [*fields, "is_featured"]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The address of an existing page is not rewritten while its name is typed."""
        return {} if obj is not None else self.prepopulated_fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        initial = super().get_changeform_initial_data(request)
        mine = access_in(request).owned_organisations
        if len(mine) == 1:
            initial.setdefault("organisation", next(iter(mine)))
        return initial

    def write(
        self,
        request: HttpRequest,
        rows: Sequence[Model],
        deletions: Sequence[Model],
        now: datetime,
    ) -> None:
        new = [row for row in rows if row.pk is None and isinstance(row, Restaurant)]
        super().write(request, rows, deletions, now)
        for restaurant in new:
            services.restaurant_equip(restaurant=restaurant, actor=actor_of(request), now=now)


@admin.register(BookingPolicy)
class BookingPolicyAdmin(ServiceAdmin):
    """The policy of each restaurant, to compare and to search; it comes and goes with its
    restaurant."""

    list_display = (
        "restaurant",
        "confirmation_mode",
        "min_party",
        "max_party",
        "min_notice_minutes",
        "horizon_days",
    )
    list_select_related = ("restaurant",)
    list_filter = ("confirmation_mode", "is_auto_no_show")
    search_fields = ("restaurant__name",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "restaurant",
                    ("confirmation_mode", "instant_up_to"),
                    ("min_party", "max_party"),
                    "pending_expiry_minutes",
                )
            },
        ),
        (
            _("Notice and horizon"),
            {
                "classes": ("tab",),
                "fields": (
                    "min_notice_minutes",
                    ("notice_cutoff_days", "notice_cutoff_time"),
                    ("horizon_days", "horizon_release_time"),
                ),
            },
        ),
        (
            _("Tables and pacing"),
            {
                "classes": ("tab",),
                "fields": (
                    ("oversize_cap", "oversize_relaxed_minutes"),
                    ("buffer_minutes", "pacing_bucket_minutes"),
                    ("is_pacing_mandatory", "is_volume_mode"),
                    "offers_ambiguous_times_twice",
                ),
            },
        ),
        (
            _("Holds, changes and cancelling"),
            {
                "classes": ("tab",),
                "fields": (
                    ("hold_minutes", "hold_extensions"),
                    ("modify_cutoff_minutes", "cancel_cutoff_minutes"),
                    ("cancel_cutoff_days", "cancel_cutoff_time"),
                    "cancellation_policy",
                    ("grace_minutes", "is_auto_no_show"),
                    "same_guest_gap_minutes",
                ),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
