"""What Stripe calls us for. An event says what to ask about; Stripe delivers them in any order."""

from __future__ import annotations

from datetime import datetime

import stripe
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from payments.gateways.base import Answer, BadSignature, Incoming, Malformed, Notice
from payments.gateways.stripe.telling import (
    Thing,
    dispute_facts,
    dispute_news,
    id_of,
    public_id_of,
)
from reservehub.core.reading import clean, instant, json_of, object_at, part

TOLERANCE_SECONDS = 300
_OF_INTENTS = frozenset(
    {
        "payment_intent.amount_capturable_updated",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "setup_intent.succeeded",
        "setup_intent.setup_failed",
        "setup_intent.canceled",
    }
)
_OF_CHARGES = frozenset(
    {
        "charge.captured",
        "charge.expired",
        "charge.refunded",
        "charge.refund.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
    }
)
_OF_DISPUTES = frozenset(
    {
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)


class StripeWebhook:
    provider = "stripe"

    def read(self, request: HttpRequest) -> Incoming:
        verify(request.body, request.headers.get("Stripe-Signature", ""))
        event = object_at(json_of(request.body), "event")
        notice = _notice(event)
        return Incoming(notices=(notice,) if notice else (), response=HttpResponse("ok"))


def verify(body: bytes, header: str) -> None:
    """Signed with one of our secrets, within the last five minutes. `STRIPE_WEBHOOK_SECRET` may
    hold several, separated by commas: while one is being replaced, and for the endpoint of
    connected accounts, which has its own.

    :raises BadSignature: unless Stripe signed exactly this
    """
    secrets = [one.strip() for one in settings.STRIPE_WEBHOOK_SECRET.split(",") if one.strip()]
    if not any(_is_signed(body, header, secret) for secret in secrets):
        raise BadSignature("wrong signature")


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    if not header.isascii():
        return False  # the SDK would stumble
    try:
        stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False  # ValueError: bytes that are no text, which Stripe never sends
    return True


def _notice(event: Thing) -> Notice | None:
    """None for what we have not asked to be told, and for charges made without a PaymentIntent,
    which are none of ours.
    """
    event_id, kind = clean(event.get("id")), clean(event.get("type"), 100)
    if not event_id or not kind:
        raise Malformed("event without id or type")
    thing = part(object_at(event.get("data"), "data"), "object")
    if kind in _OF_INTENTS:
        provider_id = clean(thing.get("id"))
    elif kind in _OF_CHARGES | _OF_DISPUTES:
        provider_id = clean(id_of(thing.get("payment_intent")))
    else:
        return None
    if not provider_id:
        return None
    return Notice(
        event_id=event_id,
        kind=kind,
        public_id=clean(public_id_of(thing), 36),
        provider_id=provider_id,
        account=clean(event.get("account")),
        answer=_of_dispute(thing, instant(event.get("created"))) if kind in _OF_DISPUTES else None,
    )


def _of_dispute(dispute: Thing, told_at: datetime | None) -> Answer:
    """A dispute tells all about itself, and when: a later telling counts, whenever it arrives."""
    if told_at is None:
        raise Malformed("event without time")
    try:
        return Answer(
            facts=tuple(dispute_facts(dispute, now=told_at)),
            disputes=(dispute_news(dispute, told_at=told_at),),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Malformed("dispute") from None
