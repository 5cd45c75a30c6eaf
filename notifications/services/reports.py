"""What providers report of messages they took: late, twice, in any order."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from notifications.channels.base import Report, ReportStatus
from notifications.models import AttemptOutcome, Message, MessageAttempt, MessageStatus
from notifications.services.contacts import address_bury, opt_out
from notifications.services.sending import message_to_next_channel

_RANK = {
    AttemptOutcome.UNDER_WAY: 0,
    AttemptOutcome.UNKNOWN: 0,
    AttemptOutcome.TAKEN: 1,
    AttemptOutcome.UNDELIVERED: 2,
    AttemptOutcome.DELIVERED: 3,
    AttemptOutcome.READ: 4,
}
_OUTCOMES = {
    ReportStatus.SENT: AttemptOutcome.TAKEN,
    ReportStatus.FAILED: AttemptOutcome.UNDELIVERED,
    ReportStatus.DELIVERED: AttemptOutcome.DELIVERED,
    ReportStatus.READ: AttemptOutcome.READ,
}


@transaction.atomic
def report_record(*, provider: str, report: Report, now: datetime) -> bool:
    """Note what became of a try. Better news replaces worse, never the other way round, so that
    repetitions and any order end the same.

    A message that its provider could not deliver goes over the next channel.

    :returns: False if no try has the provider's number (yet: a report can overtake the answer)
    """
    attempt = (
        MessageAttempt.objects.filter(provider=provider, provider_id=report.provider_id)
        .exclude(provider_id="")
        .first()
    )
    if attempt is None:
        return False
    message = Message.objects.select_for_update(of=("self",)).get(pk=attempt.message_id)
    attempt.refresh_from_db()
    if report.is_opt_out:
        opt_out(channel=attempt.channel, address=attempt.address, reason="told_provider", now=now)
    if report.is_address_dead:
        address_bury(channel=attempt.channel, address=attempt.address, code=report.code, now=now)
    outcome = _OUTCOMES[report.status]
    if _RANK[outcome] <= _RANK.get(AttemptOutcome(attempt.outcome), 5):
        return True
    attempt.outcome = outcome
    attempt.code = report.code[:60]
    attempt.finished_at = report.at or now
    attempt.save(update_fields=["outcome", "code", "finished_at"])
    if attempt.number == message.attempts:
        _tell(message, outcome, report, now)
    return True


def _tell(message: Message, outcome: AttemptOutcome, report: Report, now: datetime) -> None:
    if outcome == AttemptOutcome.UNDELIVERED:
        message.reason = (report.code or "undelivered")[:60]
        if message.expires_at > now:
            message_to_next_channel(message, now)
        else:
            message.status = MessageStatus.FAILED
            message.finished_at = now
            message.save()
        return
    message.claimed_at = None
    message.sent_at = message.sent_at or report.at or now
    message.finished_at = message.finished_at or now
    if outcome in (AttemptOutcome.DELIVERED, AttemptOutcome.READ):
        message.delivered_at = message.delivered_at or report.at or now
    message.status = {
        AttemptOutcome.TAKEN: MessageStatus.SENT,
        AttemptOutcome.DELIVERED: MessageStatus.DELIVERED,
        AttemptOutcome.READ: MessageStatus.READ,
    }[outcome]
    message.reason = ""
    message.save()
