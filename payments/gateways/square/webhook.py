"""Square's events: signed over the address that Square calls and the body."""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from payments.gateways.base import Answer, BadSignature, Incoming, Malformed, Notice
from payments.gateways.square.telling import (
    Thing,
    dispute_answer,
    disputed_payment,
    payment_answer,
    public_id_of,
    refund_facts,
)
from reservehub.core.reading import clean, json_of, object_at, part, same


class SquareWebhook:
    provider = "square"

    def read(self, request: HttpRequest) -> Incoming:
        # The address as it was entered at Square, whatever a proxy made of it.
        url = settings.RESERVEHUB_BASE_URL.rstrip("/") + request.get_full_path()
        verify(url, request.body, request.headers.get("X-Square-Hmacsha256-Signature", ""))
        notice = _notice(object_at(json_of(request.body), "body"))
        return Incoming(notices=[notice] if notice else [], response=HttpResponse())


def verify(url: str, body: bytes, signature: str) -> None:
    """:raises BadSignature: unless Square signed exactly these bytes for this address"""
    keys = settings.SQUARE_WEBHOOK_SIGNATURE_KEYS
    if not any(same(signature, signature_of(url, body, key)) for key in keys):
        raise BadSignature("wrong signature")


def signature_of(url: str, body: bytes, key: str) -> str:
    mac = hmac.new(key.encode(), url.encode() + body, hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _notice(event: Thing) -> Notice | None:
    """None for what is about no payment's money."""
    event_id, kind = clean(event.get("event_id")), clean(event.get("type"), 100)
    if not event_id:
        raise Malformed("event_id")
    thing = part(part(event, "data"), "object")
    about = kind.partition(".")[0]
    if about == "payment":
        payment = part(thing, "payment")
        return Notice(
            event_id=event_id,
            kind=kind,
            public_id=public_id_of(payment),
            provider_id=clean(payment.get("id")),
            answer=payment_answer(payment),
        )
    if about == "refund":
        refund = part(thing, "refund")
        return Notice(
            event_id=event_id,
            kind=kind,
            provider_id=clean(refund.get("payment_id")),
            answer=Answer(facts=tuple(refund_facts(refund))),
        )
    if kind.startswith(("dispute.created", "dispute.state.")):
        dispute = part(thing, "dispute")
        return Notice(
            event_id=event_id,
            kind=kind,
            provider_id=disputed_payment(dispute),
            answer=dispute_answer(dispute),
        )
    return None
