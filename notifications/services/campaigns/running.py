"""Starting a campaign, stopping it for a while or for good."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from notifications.errors import CampaignMoved, CampaignReachesNobody
from notifications.models import (
    Campaign,
    CampaignRecipient,
    CampaignStatus,
    Message,
    MessageStatus,
    RecipientStatus,
)
from notifications.selectors.audience import counted
from notifications.services.campaigns.drafts import lock_draft
from reservehub.core import audit
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed

_SNAPSHOT = """
    , chosen AS (
        SELECT DISTINCT ON (way, address) guest_id FROM reader
        WHERE why = '' ORDER BY way, address, guest_id
    ), made AS (
        INSERT INTO notifications_campaignrecipient (campaign_id, guest_id, status)
        SELECT %s, guest_id, 'waiting' FROM chosen ORDER BY guest_id
        ON CONFLICT (campaign_id, guest_id) DO NOTHING
    )
"""
_TO_STOP = {
    CampaignStatus.DRAFT,
    CampaignStatus.SCHEDULED,
    CampaignStatus.SENDING,
    CampaignStatus.PAUSED,
}


@transaction.atomic
def campaign_start(*, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Fix who gets it, in one statement, and let it go.

    :raises CampaignUnderWay: if it has been started
    :raises CampaignReachesNobody: if nobody of the segment would get it
    """
    campaign = lock_draft(campaign_id)
    audience = counted(campaign, then=_SNAPSHOT, values=[campaign.pk])
    if not audience.count:
        raise CampaignReachesNobody
    campaign.recipients_count = audience.count
    campaign.left_out = dict(audience.left_out)
    campaign.started_at = now
    return _move(campaign, CampaignStatus.SENDING, "start", actor=actor, now=now)


@transaction.atomic
def campaign_schedule(
    *, campaign_id: int, scheduled_at: datetime, actor: Actor, now: datetime
) -> Campaign:
    """Have it start by itself; who gets it is decided then.

    :raises CampaignUnderWay: if it has been started
    :raises ValidationFailed: for a time that is over
    """
    campaign = lock_draft(campaign_id)
    if scheduled_at <= now:
        words = _("Choose a time that is still to come.")
        raise ValidationFailed(errors=[FieldError("/scheduled_at", "past", words)])
    campaign.scheduled_at = scheduled_at
    return _move(campaign, CampaignStatus.SCHEDULED, "schedule", actor=actor, now=now)


def campaigns_start_due(*, now: datetime) -> int:
    """Start those whose time has come; one that reaches nobody is over. Returns how many."""
    due = Campaign.objects.filter(status=CampaignStatus.SCHEDULED, scheduled_at__lte=now)
    ids = list(due.order_by("scheduled_at").values_list("pk", flat=True)[:50])
    for campaign_id in ids:
        _start_due(campaign_id, now)
    return len(ids)


def _start_due(campaign_id: int, now: datetime) -> None:
    try:
        campaign_start(campaign_id=campaign_id, actor=SYSTEM, now=now)
    except CampaignReachesNobody:
        with transaction.atomic():
            campaign = _locked(campaign_id, CampaignStatus.SCHEDULED)
            campaign.started_at = campaign.finished_at = now
            _move(campaign, CampaignStatus.DONE, "reached_nobody", actor=SYSTEM, now=now)
    except CampaignMoved:
        return  # somebody was quicker


@transaction.atomic
def campaign_pause(*, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Nothing more goes out until somebody resumes it; what a provider has is gone.

    :raises CampaignMoved: if it is not being sent
    """
    campaign = _locked(campaign_id, CampaignStatus.SENDING)
    _take_back(campaign, RecipientStatus.WAITING)
    return _move(campaign, CampaignStatus.PAUSED, "pause", actor=actor, now=now)


@transaction.atomic
def campaign_resume(*, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """:raises CampaignMoved: if it is not paused"""
    campaign = _locked(campaign_id, CampaignStatus.PAUSED)
    return _move(campaign, CampaignStatus.SENDING, "resume", actor=actor, now=now)


@transaction.atomic
def campaign_cancel(*, campaign_id: int, actor: Actor, now: datetime) -> Campaign:
    """Nobody else gets it, ever.

    :raises CampaignMoved: if it is over already
    """
    campaign = _locked(campaign_id, *_TO_STOP)
    _take_back(campaign, RecipientStatus.CANCELLED)
    campaign.recipients.filter(status=RecipientStatus.WAITING).update(
        status=RecipientStatus.CANCELLED
    )
    campaign.finished_at = now
    return _move(campaign, CampaignStatus.CANCELLED, "cancel", actor=actor, now=now)


def _locked(campaign_id: int, *statuses: CampaignStatus) -> Campaign:
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("restaurant", "segment")
        .filter(pk=campaign_id)
        .first()
    )
    if campaign is None:
        raise NotFound
    if campaign.status not in statuses:
        raise CampaignMoved
    return campaign


def _take_back(campaign: Campaign, status: RecipientStatus) -> None:
    """Messages no sender has touched yet are as if they had never been written. Those that have
    been tried stay: their provider may know them, and only the same key is recognised.
    """
    untouched = Message.objects.select_for_update(of=("self",)).filter(
        campaign_recipient__campaign=campaign, status=MessageStatus.WAITING, attempts=0
    )
    ids = list(untouched.values_list("pk", flat=True))
    CampaignRecipient.objects.filter(message__in=ids).update(
        status=status, message=None, handed_over_at=None
    )
    Message.objects.filter(pk__in=ids).delete()


def _move(
    campaign: Campaign, status: CampaignStatus, deed: str, *, actor: Actor, now: datetime
) -> Campaign:
    before, campaign.status = campaign.status, status
    campaign.save()
    audit.record(
        actor=actor,
        action=f"notifications.campaign.{deed}",
        obj=campaign,
        now=now,
        restaurant_id=campaign.restaurant_id,
        before={"status": str(before)},
        after={"status": str(status), "recipients_count": campaign.recipients_count},
    )
    return campaign
