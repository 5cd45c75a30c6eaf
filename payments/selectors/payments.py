"""Reading payments."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from payments.models import Payment
from reservehub.core.errors import NotFound
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to

if TYPE_CHECKING:
    from accounts.models import User


def payments_of(reference: str) -> QuerySet[Payment]:
    """The payments for something, the latest first."""
    return Payment.objects.filter(reference=reference).select_related("method")


def payments_visible_to(
    user: User, capability: Capability = Capability.VIEW_BOOK
) -> QuerySet[Payment]:
    """The payments of the restaurants where the user has a capability, the latest first."""
    return Payment.objects.filter(
        restaurant__in=restaurants_visible_to(user, capability)
    ).select_related("restaurant", "method")


def payment_by_public_id(public_id: str | UUID) -> Payment:
    """:raises NotFound: if there is no such payment, or that is no such number"""
    try:
        number = public_id if isinstance(public_id, UUID) else UUID(public_id)
    except ValueError:
        raise NotFound from None
    payment = Payment.objects.select_related("method").filter(public_id=number).first()
    if payment is None:
        raise NotFound
    return payment
