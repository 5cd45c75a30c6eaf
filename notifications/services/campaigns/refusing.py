"""The link in a campaign: no more offers and news."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from guests.models import ConsentEntry, ConsentPurpose, Guest
from notifications.models import CampaignRecipient
from reservehub.core import audit
from reservehub.core.actors import Actor

SOURCE = "unsubscribe_link"


@transaction.atomic
def news_refuse(*, recipient: CampaignRecipient, actor: Actor, now: datetime) -> None:
    """Withdraw the consent to offers and news of whoever got this one, and of the record theirs was
    merged into; saying it twice changes nothing. Messages about bookings go on (rule 105).
    """
    ids = {recipient.guest_id, recipient.guest.merged_into_id} - {None}
    guests = Guest.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    for guest in guests:
        if guest.has_marketing_consent:
            _withdraw(guest, recipient, actor=actor, now=now)
    CampaignRecipient.objects.filter(pk=recipient.pk, unsubscribed_at=None).update(
        unsubscribed_at=now
    )


def _withdraw(guest: Guest, recipient: CampaignRecipient, *, actor: Actor, now: datetime) -> None:
    ConsentEntry.objects.create(
        guest=guest,
        purpose=ConsentPurpose.MARKETING,
        is_given=False,
        source=SOURCE,
        actor=actor.label[:80],
        ip_address=actor.ip,
        created_at=now,
    )
    guest.has_marketing_consent = False
    guest.save(update_fields=["has_marketing_consent"])
    audit.record(
        actor=actor,
        action="guests.consent.withdrawn",
        obj=guest,
        now=now,
        restaurant_id=recipient.campaign.restaurant_id,
        before={"has_marketing_consent": True},
        after={"has_marketing_consent": False},
    )
