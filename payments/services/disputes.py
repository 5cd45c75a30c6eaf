"""Disputes, as providers tell them."""

from __future__ import annotations

from datetime import datetime

from payments.events import DisputeChanged
from payments.gateways.base import DisputeNews
from payments.models import Dispute, DisputeStatus, Payment
from payments.services.telling import about
from reservehub.core import events

_OVER = (DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.ACCEPTED)
_TOLD = (
    *("status", "reason", "amount_minor", "currency"),
    *("respond_by", "opened_at", "told_at", "closed_at"),
)
"""What providers tell of a dispute."""
_ORDER = [
    DisputeStatus.NEEDS_RESPONSE,
    DisputeStatus.UNDER_REVIEW,
    DisputeStatus.ACCEPTED,
    DisputeStatus.LOST,
    DisputeStatus.WON,
]
"""Which of two states told for the same second is the later one."""


def dispute_note(*, payment: Payment, news: DisputeNews, now: datetime) -> Dispute:
    """Write down a dispute; of several tellings the provider's latest holds, whatever the order in
    which they arrive. The caller holds the payment's lock.
    """
    dispute = Dispute.objects.filter(payment=payment, provider_id=news.provider_id).first()
    is_new = dispute is None
    if dispute is None:
        dispute = Dispute(payment=payment, provider_id=news.provider_id, opened_at=news.opened_at)
    elif _rank(news.told_at, news.status) <= _rank(dispute.told_at, dispute.status):
        return dispute
    was = "" if is_new else dispute.status
    dispute.status = news.status
    dispute.reason = news.reason[:100]
    dispute.amount_minor = news.amount_minor
    dispute.currency = news.currency
    dispute.respond_by = news.respond_by
    dispute.opened_at = min(news.opened_at, dispute.opened_at)
    dispute.told_at = news.told_at
    dispute.closed_at = news.told_at if news.status in _OVER else None
    # Somebody may make the evidence at this moment, which is none of the provider's news.
    dispute.save(update_fields=None if is_new else _TOLD)
    if dispute.status != was:
        events.publish(
            DisputeChanged(
                **about(payment, now), dispute_id=dispute.pk, is_new=is_new, status=dispute.status
            )
        )
    return dispute


def _rank(told_at: datetime, status: str) -> tuple[datetime, int]:
    return told_at, _ORDER.index(DisputeStatus(status))
