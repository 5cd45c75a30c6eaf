"""Noting that the evidence of a dispute was made."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments.models import Dispute
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound


@transaction.atomic
def dispute_evidence_made(*, dispute_id: int, actor: Actor, now: datetime) -> Dispute:
    """Note when the evidence was last made, and in the audit who made it: it names the guest.

    :raises NotFound: if there is no such dispute
    """
    dispute = Dispute.objects.select_related("payment").filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFound
    dispute.evidence_made_at = now
    dispute.save(update_fields=["evidence_made_at"])
    audit.record(
        actor=actor,
        action="dispute.evidence_made",
        obj=dispute,
        now=now,
        restaurant_id=dispute.payment.restaurant_id,
    )
    return dispute
