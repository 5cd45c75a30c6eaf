"""What a message tells beside its subject: its context, and what campaigns and waitlists add."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse

from bookings.presenters.clock import clock_text, short_date
from guests.models import PrivacyLink
from guests.services.privacy import privacy_token
from notifications.kinds import Kind
from notifications.live_pages import entry_path, queue_path
from notifications.models import CampaignRecipient, Message
from notifications.rendering.context import Given
from notifications.unsubscribe import news_url
from payments.models import Payment
from waitlist.models import QueueEntry, WaitlistEntry


def given_of(message: Message, *, language: str) -> Given:
    """The context of the row, and over it what its subject says now. At most one query, and none
    but for campaigns, receipts and links to what is stored.
    """
    if message.kind == Kind.CAMPAIGN and not message._state.adding:  # noqa: SLF001 - documented
        recipient = getattr(message, "campaign_recipient", None)
        return Given(_campaign(recipient, language) if recipient is not None else message.context)
    if message.waitlist_entry is not None:
        return Given({**message.context, **_waiting(message, message.waitlist_entry)})
    if message.queue_entry is not None:
        return Given({**message.context, **_queueing(message.queue_entry)})
    tells = _TELLS.get(Kind(message.kind))
    return Given({**message.context, **tells(message)} if tells else message.context)


def _campaign(recipient: CampaignRecipient, language: str) -> Mapping[str, Any]:
    """The variant in the reader's language, else any."""
    written = {text.language: text for text in recipient.campaign.texts.order_by("language")}
    text = written.get(language) or next(iter(written.values()), None)
    words = (
        {} if text is None else {"subject": text.subject, "text": text.text, "short": text.short}
    )
    return {**words, "stop_url": news_url(recipient)}


def _paid(message: Message) -> Mapping[str, Any]:
    """The card and our number of the payment; nothing of it stands in the context."""
    pk = message.context.get("payment")
    rows = Payment.objects.select_related("method")
    payment = rows.filter(pk=pk).first() if isinstance(pk, int) else None
    if payment is None:
        return {}
    card = str(payment.method) if payment.method is not None and payment.method.last4 else ""
    return {"number": str(payment.public_id), "card": card}


def _disputed(message: Message) -> Mapping[str, Any]:
    """The page of the payment, where the dispute is answered."""
    pk = message.context.get("payment")
    if not isinstance(pk, int):
        return {}
    return {"page_url": reverse("staff:payment", args=[message.restaurant.slug, pk])}


def _privacy(message: Message) -> Mapping[str, Any]:
    """The link is derived again, and stored nowhere in the row's context."""
    pk = message.context.get("privacy_link")
    link = PrivacyLink.objects.filter(pk=pk).first() if isinstance(pk, int) else None
    if link is None:
        return {}
    return {"page_url": reverse("guests:stored", args=[privacy_token(link.nonce)])}


_TELLS: Mapping[Kind, Callable[[Message], Mapping[str, Any]]] = {
    Kind.RECEIPT: _paid,
    Kind.STAFF_DISPUTE: _disputed,
    Kind.PRIVACY_LINK: _privacy,
}


def _waiting(message: Message, entry: WaitlistEntry) -> Mapping[str, Any]:
    offer = message.waitlist_offer
    told = {
        "guest_name": entry.guest_name,
        "party_size": entry.party_size,
        "page_url": entry_path(entry),
        "window": _window(entry),
    }
    if offer is None:
        return told
    return {
        **told,
        "party_size": offer.party_size,
        "starts_at": offer.starts_at.isoformat(),
        "until": offer.expires_at.isoformat(),
        "is_shared": offer.is_broadcast,
    }


def _queueing(entry: QueueEntry) -> Mapping[str, Any]:
    until = entry.held_until
    return {
        "guest_name": entry.name,
        "party_size": entry.party_size,
        "page_url": queue_path(entry),
        **({} if until is None else {"until": until.isoformat()}),
    }


def _window(entry: WaitlistEntry) -> str:
    """``Fri 5 Jun, 18:00-20:00``, or with the last date where several suit."""
    days = [short_date(entry.service_date)]
    if not entry.is_one_date:
        days.append(short_date(entry.last_service_date))
    times = [
        clock_text(datetime.combine(entry.service_date, time), entry.restaurant)
        for time in entry.window
    ]
    return f"{' - '.join(days)}, {'-'.join(dict.fromkeys(times))}"
