"""Ways to reach guests, and what they wrote: to read, not to change."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin import RelatedOnlyFieldListFilter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from guests.admin import GuestBookAdmin
from notifications.models import ContactPoint, ConversationEntry, GuestPreference, OptOut
from notifications.rendering.clean import cut
from reservehub.core.admin import ReadOnlyAdmin
from restaurants.admin.saving import is_platform
from restaurants.admin.scoped import ScopedAdmin
from restaurants.permissions import Capability


class _OfGuest(GuestBookAdmin):
    """Belongs to a guest, so to an organisation; only guests themselves change it."""

    owner_path = "guest__organisation"
    list_select_related = ("guest__organisation",)

    def organisation_of(self, obj: Any) -> int:
        organisation_id: int = obj.guest.organisation_id
        return organisation_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ContactPoint)
class ContactPointAdmin(_OfGuest):
    list_display = ("guest", "channel", "short_address", "created_at", "disabled_at")
    list_filter = ("channel", ("disabled_at", admin.EmptyFieldListFilter))
    search_fields = ("guest__name", "=address")
    fields = ("guest", "channel", "address", "created_at", "disabled_at", "disabled_reason")

    @display(description=_("address"))
    def short_address(self, point: ContactPoint) -> str:
        return cut(point.address, 40)


@admin.register(GuestPreference)
class GuestPreferenceAdmin(_OfGuest):
    list_display = ("guest", "preferred_channel", "off_channels", "off_kinds", "updated_at")
    list_filter = ("preferred_channel",)
    search_fields = ("guest__name",)
    fields = ("guest", "preferred_channel", "off_channels", "off_kinds", "updated_at")


@admin.register(ConversationEntry)
class ConversationEntryAdmin(ScopedAdmin):
    """Guests write about anything, their health included: for those who work with the book."""

    view_capability = Capability.EDIT_BOOK
    list_display = ("at", "direction", "channel", "beginning", "guest", "understood_as", "seen_at")
    list_filter = (
        "direction",
        "channel",
        ("seen_at", admin.EmptyFieldListFilter),
        ("restaurant", RelatedOnlyFieldListFilter),
    )
    list_select_related = ("guest", "reservation")
    search_fields = ("^reservation__reference",)
    ordering = ("-at", "-pk")
    fields: ClassVar[tuple[Any, ...]] = (
        ("restaurant", "reservation", "guest"),
        ("direction", "channel", "at"),
        "text",
        ("understood_as", "author", "seen_at"),
    )

    @display(description=_("text"))
    def beginning(self, entry: ConversationEntry) -> str:
        return cut(entry.text, 80)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(OptOut)
class OptOutAdmin(ReadOnlyAdmin):
    """An address belongs to no restaurant: whoever said STOP meant all. For the platform only."""

    list_display = ("channel", "address", "reason", "created_at")
    list_filter = ("channel", "reason")
    search_fields = ("=address",)
    ordering = ("-pk",)
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_platform(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_platform(request)
