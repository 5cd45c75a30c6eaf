"""The link in a campaign: no more offers and news."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from guests.models import ConsentPurpose
from guests.services import consent_record
from notifications.models import CampaignRecipient
from reservehub.core.actors import Actor

SOURCE = "unsubscribe_link"


@transaction.atomic
def news_refuse(*, recipient: CampaignRecipient, actor: Actor, now: datetime) -> None:
    """Withdraw the consent to offers and news of whoever got this one; saying it twice changes
    nothing. Messages about bookings go on (rule 105).
    """
    consent_record(
        guest_id=recipient.guest_id,
        purpose=ConsentPurpose.MARKETING,
        is_given=False,
        wording=_("No more offers and news"),
        source=SOURCE,
        actor=actor,
        ip=actor.ip,
        now=now,
    )
    CampaignRecipient.objects.filter(pk=recipient.pk, unsubscribed_at=None).update(
        unsubscribed_at=now
    )
