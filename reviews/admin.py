"""Reviews in the admin site: to be looked at; they are moderated in the staff area."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from reviews.models import Review


@admin.register(Review)
class ReviewAdmin(ModelAdmin):
    """For the platform only."""

    list_display = ("restaurant", "stars", "status", "created_at")
    list_select_related = ("restaurant",)
    list_filter = ("status", "stars")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)
