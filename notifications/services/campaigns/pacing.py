"""Letting the recipients of campaigns through, at the pace of their organisation.

What is let through becomes a message, in the same transaction and under a unique key: a worker that
is killed leaves either both or neither, and the next one goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from notifications.kinds import MANNERS, Kind
from notifications.models import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    Message,
    MessageStatus,
    RecipientStatus,
)
from notifications.selectors import message_settings_of, quiet_hours_of
from notifications.services.messages import message_queue
from reservehub.core.timezones import to_wall
from restaurants.models import Organisation, Restaurant

WINDOW = timedelta(seconds=15)
"""A quarter of the pace in any quarter of a minute: no bursts, and never more in any minute."""


def organisations_sending() -> list[int]:
    """Those with a campaign on its way."""
    found = Campaign.objects.filter(status=CampaignStatus.SENDING)
    return sorted(set(found.values_list("restaurant__organisation", flat=True)))


@transaction.atomic
def campaigns_let_through(*, organisation_id: int, now: datetime) -> int:
    """Hand over as many recipients as the pace allows, the oldest campaign first; returns how many.

    The organisation's row is the lock: a rival worker comes away with nothing, rather than with
    another whole share of the pace.
    """
    lock = Organisation.objects.select_for_update(skip_locked=True, no_key=True)
    if not lock.filter(pk=organisation_id).exists():
        return 0
    room = _room(organisation_id, now)
    passed = 0
    for campaign in _sending(organisation_id):
        if is_quiet(campaign.restaurant, now):
            continue
        passed += _hand_over(campaign, most=room - passed, now=now)
        _finish(campaign, now)
    return passed


def _room(organisation_id: int, now: datetime) -> int:
    share = -(-settings.RESERVEHUB_CAMPAIGN_PER_MINUTE * WINDOW // timedelta(minutes=1))
    lately = CampaignRecipient.objects.filter(
        campaign__restaurant__organisation=organisation_id, handed_over_at__gt=now - WINDOW
    )
    return max(0, share - lately.count())


def _sending(organisation_id: int) -> Iterable[Campaign]:
    """Locked, so that pausing one waits for what is being let through, and the reverse."""
    return (
        Campaign.objects.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("restaurant")
        .prefetch_related("texts")
        .filter(status=CampaignStatus.SENDING, restaurant__organisation=organisation_id)
        .order_by("started_at", "pk")
    )


def is_quiet(restaurant: Restaurant, now: datetime) -> bool:
    """Nobody is sent news at night (rule 105)."""
    wall, _fold = to_wall(now, restaurant.timezone)
    return quiet_hours_of(message_settings_of(restaurant)).covers(wall.time())


def _hand_over(campaign: Campaign, *, most: int, now: datetime) -> int:
    """One message for each of the next recipients: five queries for any number."""
    if most <= 0:
        return 0
    due = list(
        CampaignRecipient.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("guest")
        .filter(campaign=campaign, status=RecipientStatus.WAITING)
        .order_by("pk")[:most]
    )
    messages = Message.objects.bulk_create(_message(campaign, one, now) for one in due)
    for recipient, message in zip(due, messages, strict=True):
        recipient.message = message
        recipient.status = RecipientStatus.HANDED_OVER
        recipient.handed_over_at = now
        message_queue(message.pk)
    CampaignRecipient.objects.bulk_update(due, ["message", "status", "handed_over_at"])
    return len(due)


def _message(campaign: Campaign, recipient: CampaignRecipient, now: datetime) -> Message:
    return Message(
        dedupe_key=f"{Kind.CAMPAIGN}:{recipient.pk}",
        kind=Kind.CAMPAIGN,
        restaurant=campaign.restaurant,
        guest=recipient.guest,
        language=_language(campaign, recipient.guest.language),
        channels=list(campaign.channels),
        due_at=now,
        expires_at=now + MANNERS[Kind.CAMPAIGN].lifetime,
        created_at=now,
    )


def _language(campaign: Campaign, wanted: str) -> str:
    """The guest's, where it was written; else the restaurant's; else the first there is."""
    written = sorted(text.language for text in campaign.texts.all())
    for code in (wanted, campaign.restaurant.language):
        if code in written:
            return code
    return written[0]


def _finish(campaign: Campaign, now: datetime) -> None:
    """A campaign is over when nobody waits and every message has found its end."""
    recipients = CampaignRecipient.objects.filter(campaign=campaign)
    open_message = Message.objects.filter(
        pk=OuterRef("message"), status__in=[MessageStatus.WAITING, MessageStatus.SENDING]
    )
    if recipients.filter(status=RecipientStatus.WAITING).exists():
        return
    if recipients.filter(Exists(open_message)).exists():
        return
    campaign.status = CampaignStatus.DONE
    campaign.finished_at = now
    campaign.save(update_fields=["status", "finished_at"])
