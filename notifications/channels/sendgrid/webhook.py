"""SendGrid's Event Webhook: a JSON array of events, signed with ECDSA."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.conf import settings
from django.http import HttpRequest

from notifications.channels.anymail_sending import TRACKING
from notifications.channels.base import (
    BadSignature,
    Incoming,
    OptOutNotice,
    Report,
    ReportStatus,
)
from notifications.kinds import ChannelName
from reservehub.core import clock
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import CODE_LENGTH, clean, instant, json_of, objects_at

NEEDS: Needs = (("SENDGRID_WEBHOOK_PUBLIC_KEY",),)
TOLERANCE = timedelta(minutes=10)
_STATUSES = {
    "processed": ReportStatus.SENT,
    "delivered": ReportStatus.DELIVERED,
    "open": ReportStatus.READ,
    "click": ReportStatus.READ,
    "bounce": ReportStatus.FAILED,
    "dropped": ReportStatus.FAILED,
    # They had to get it to say so.
    "spamreport": ReportStatus.DELIVERED,
    "unsubscribe": ReportStatus.DELIVERED,
    "group_unsubscribe": ReportStatus.DELIVERED,
}
_REFUSALS = frozenset({"spamreport", "unsubscribe", "group_unsubscribe"})
_DROPPED_AS_DEAD = frozenset({"bounced address", "invalid"})
_DROPPED_AS_REFUSED = frozenset({"unsubscribed address", "spam reporting address"})


class SendgridWebhook:
    provider = "sendgrid"
    channel = ChannelName.EMAIL
    methods: tuple[str, ...] = ("POST",)

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        verify(
            request.body,
            signature=request.headers.get("X-Twilio-Email-Event-Webhook-Signature", ""),
            timestamp=request.headers.get("X-Twilio-Email-Event-Webhook-Timestamp", ""),
        )
        events = objects_at(json_of(request.body), "events")
        reports = [_report(event) for event in events]
        return Incoming(
            reports=tuple(report for report in reports if report is not None),
            opt_outs=tuple(_notice(event) for event in events if _is_refusal_of_another(event)),
        )


def public_key() -> EllipticCurvePublicKey:
    """The verification key of the account.

    :raises ValueError: if the setting holds no such key
    """
    der = base64.b64decode(settings.SENDGRID_WEBHOOK_PUBLIC_KEY, validate=True)
    key = load_der_public_key(der)
    if not isinstance(key, EllipticCurvePublicKey):
        raise ValueError("not an elliptic curve key")  # noqa: TRY004 - the value is wrong
    return key


def verify(body: bytes, *, signature: str, timestamp: str) -> None:
    """:raises BadSignature: unless SendGrid signed exactly this, not long ago"""
    signed_at = instant(timestamp)
    if signed_at is None or abs(clock.now() - signed_at) > TOLERANCE:
        raise BadSignature("too old")
    try:
        public_key().verify(
            base64.b64decode(signature, validate=True),
            timestamp.encode() + body,
            ECDSA(hashes.SHA256()),
        )
    except (InvalidSignature, binascii.Error, ValueError):
        raise BadSignature("wrong signature") from None


def _report(event: dict[str, Any]) -> Report | None:
    name = clean(event.get("event"))
    tracking_id = clean(event.get(TRACKING))
    status = _STATUSES.get(name)
    if status is None or not tracking_id:
        return None
    reason = clean(event.get("reason")).lower()
    is_dropped = name == "dropped"
    return Report(
        provider_id=tracking_id,
        status=status,
        code=_code(event, name),
        at=instant(event.get("timestamp")),
        is_opt_out=name in _REFUSALS or (is_dropped and reason in _DROPPED_AS_REFUSED),
        # A "blocked" bounce is a quarrel between servers and may be over tomorrow.
        is_address_dead=(name == "bounce" and event.get("type") != "blocked")
        or (is_dropped and reason in _DROPPED_AS_DEAD),
    )


def _code(event: dict[str, Any], name: str) -> str:
    """``bounce 5.1.1``: numbers only, as the reason in words holds the address."""
    status = clean(event.get("status"), CODE_LENGTH)
    is_number = status.replace(".", "").isdigit()
    return f"{name} {status}" if is_number else name


def _is_refusal_of_another(event: dict[str, Any]) -> bool:
    """About a letter that carries no number of ours, such as one to an account's owner."""
    return clean(event.get("event")) in _REFUSALS and not clean(event.get(TRACKING))


def _notice(event: dict[str, Any]) -> OptOutNotice:
    return OptOutNotice(
        address=clean(event.get("email"), 500).lower(), reason=clean(event.get("event"))
    )
