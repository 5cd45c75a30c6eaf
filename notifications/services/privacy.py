"""What messages keep about a person (`guests.privacy`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from guests.facts import Section, section
from guests.privacy import Keeper
from notifications.models import (
    CampaignRecipient,
    ContactLink,
    ContactPoint,
    ConversationEntry,
    GuestPreference,
    Message,
    MessageAttempt,
    MessageStatus,
    RecipientStatus,
)


def _about(guest_ids: Sequence[int]) -> Q:
    """To the guest, and to staff about a visit or a wait of the guest."""
    return (
        Q(guest__in=guest_ids)
        | Q(reservation__guest__in=guest_ids)
        | Q(waitlist_entry__guest__in=guest_ids)
        | Q(queue_entry__guest__in=guest_ids)
    )


def _said(guest_ids: Sequence[int]) -> QuerySet[ConversationEntry]:
    return ConversationEntry.objects.filter(
        Q(guest__in=guest_ids) | Q(reservation__guest__in=guest_ids)
    )


def _show(guest_ids: Sequence[int]) -> list[Section]:
    mine = {"guest__in": guest_ids}
    messages = Message.objects.filter(_about(guest_ids)).exclude(kind__startswith="staff_")
    tries = MessageAttempt.objects.filter(message__in=messages.values("pk"))
    return [
        section(
            "messages",
            _("Messages sent to you"),
            messages,
            *("kind", "status", "language", "content", "created_at", "sent_at"),
        ),
        section(
            "deliveries",
            _("Where they went"),
            tries,
            *("channel", "provider", "address", "outcome", "started_at"),
        ),
        section(
            "conversation",
            _("What was written"),
            _said(guest_ids),
            *("direction", "channel", "text", "sender", "at"),
        ),
        section(
            "contact_points",
            _("Chats and browsers you connected"),
            ContactPoint.objects.filter(**mine),
            *("channel", "address", "created_at", "disabled_at"),
        ),
        section(
            "preferences",
            _("How you like to be told"),
            GuestPreference.objects.filter(**mine),
            *("preferred_channel", "off_channels", "off_kinds", "updated_at"),
        ),
        section(
            "campaigns",
            _("Offers and news"),
            CampaignRecipient.objects.filter(**mine).select_related("campaign"),
            *("campaign", "status", "handed_over_at", "unsubscribed_at"),
        ),
    ]


def _erase(guest_ids: Sequence[int], now: datetime) -> None:
    """That something was sent stays; what it said and where it went does not. A refusal (STOP) of
    an address stays too, as nobody could keep to it otherwise.
    """
    messages = Message.objects.filter(_about(guest_ids))
    ids = list(messages.values_list("pk", flat=True))
    MessageAttempt.objects.filter(message__in=ids).update(address="", detail="")
    Message.objects.filter(pk__in=ids).update(content=None, context={}, last_error="")
    Message.objects.filter(pk__in=ids, status=MessageStatus.WAITING).update(
        status=MessageStatus.DROPPED, reason="guest_gone", finished_at=now
    )
    _said(guest_ids).delete()
    ContactPoint.objects.filter(guest__in=guest_ids).delete()
    ContactLink.objects.filter(reservation__guest__in=guest_ids).delete()
    GuestPreference.objects.filter(guest__in=guest_ids).delete()
    CampaignRecipient.objects.filter(guest__in=guest_ids, status=RecipientStatus.WAITING).update(
        status=RecipientStatus.CANCELLED
    )


def _erase_strays(organisation_id: int, since: datetime, now: datetime, most: int) -> int:  # noqa: ARG001
    """What was written from numbers that belong to nobody in the book."""
    rows = ConversationEntry.objects.filter(
        restaurant__organisation=organisation_id, guest=None, reservation=None, at__lt=since
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:most])
    ConversationEntry.objects.filter(pk__in=ids).delete()
    return len(ids)


def _active(guest_ids: Sequence[int], since: datetime) -> set[int]:
    """Who wrote, or connected a chat or a browser."""
    mine = {"guest__in": guest_ids}
    wrote = ConversationEntry.objects.filter(**mine, direction="in", at__gte=since)
    connected = ContactPoint.objects.filter(**mine, created_at__gte=since)
    return {pk for rows in (wrote, connected) for pk in rows.values_list("guest", flat=True)}


KEEPER = Keeper(
    name="notifications", show=_show, erase=_erase, active=_active, erase_strays=_erase_strays
)
