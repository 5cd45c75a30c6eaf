"""Reading messages and conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from bookings.models import Reservation
from notifications.models import ConversationEntry, Direction, Message, MessageStatus
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def messages_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[Message]:
    """Messages of the restaurants in which a person may see contact data."""
    return Message.objects.filter(restaurant__in=restaurants_visible_to(user, capability))


def messages_of(reservation: Reservation) -> QuerySet[Message]:
    """What was told about a reservation, oldest first, with every try."""
    return (
        Message.objects.filter(reservation=reservation)
        .order_by("created_at", "pk")
        .prefetch_related("tries")
    )


def messages_for_a_person(restaurant: Restaurant) -> QuerySet[Message]:
    """What could not be sent, or nobody knows whether it was: newest first."""
    return (
        Message.objects.filter(
            restaurant=restaurant, status__in=[MessageStatus.FAILED, MessageStatus.UNCERTAIN]
        )
        .select_related("reservation")
        .order_by("-finished_at")
    )


def conversation_of(reservation: Reservation) -> QuerySet[ConversationEntry]:
    """What guest and staff wrote about a reservation, oldest first."""
    return (
        ConversationEntry.objects.filter(reservation=reservation)
        .select_related("author", "message")
        .order_by("at", "pk")
    )


def conversations_unseen(restaurant: Restaurant) -> QuerySet[ConversationEntry]:
    """Lines of guests that nobody has looked at, oldest first."""
    return (
        ConversationEntry.objects.filter(
            restaurant=restaurant, direction=Direction.IN, seen_at=None
        )
        .select_related("reservation")
        .order_by("at", "pk")
    )
