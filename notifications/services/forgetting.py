"""Messages are no archive of personal data: their words and addresses go after some months."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.selectors.disputes import disputed_reservations
from notifications.models import ContactLink, Message, MessageAttempt

KEEP_CONTENTS = timedelta(days=180)
KEEP_LINKS = timedelta(days=7)


def contents_forget(*, now: datetime) -> int:
    """Forget what old messages said and where they went; that they were sent stays, and so does
    what is evidence while a payment is disputed (rule 108). Returns how many.
    """
    old = Message.objects.filter(finished_at__lt=now - KEEP_CONTENTS, content__isnull=False)
    disputed = disputed_reservations()
    if disputed:
        old = old.exclude(reservation__in=disputed)
    MessageAttempt.objects.filter(message__in=old).update(address="", detail="")
    ContactLink.objects.filter(expires_at__lt=now - KEEP_LINKS).delete()
    return old.update(content=None, context={})
