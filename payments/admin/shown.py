"""What all pages of money have in common: who may read them, that nobody writes, and amounts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.translation import get_language

from reservehub.core.money import Money
from restaurants.admin.scoped import ScopedAdmin, ScopedTabular
from restaurants.permissions import Capability


def amount_text(amount_minor: int | None, currency: str) -> str:
    """``€10.00``; a dash for none."""
    if amount_minor is None or not currency:
        return "—"
    return Money(amount_minor, currency).format(get_language() or "en")


class MoneyAdmin(ScopedAdmin):
    """Facts of a restaurant's money, for those who may charge and refund; nobody rewrites them."""

    view_capability = Capability.CHARGE_REFUND
    change_capability = Capability.CHARGE_REFUND

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OfPaymentAdmin(MoneyAdmin):
    """Rows of a payment."""

    owner_path = "payment__restaurant"
    list_select_related: ClassVar[tuple[str, ...]] = ("payment__restaurant",)

    def restaurant_id_of(self, obj: Any) -> int | None:
        owner: int = obj.payment.restaurant_id
        return owner


class MoneyInline(ScopedTabular):
    """Rows on the page of their parent, to read."""

    max_num = 0
    can_delete = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
