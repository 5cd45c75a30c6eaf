"""Mailgun's webhooks: one event each.

The signature lies inside the JSON body and covers a time and a random token only, so the body has
to be parsed to find it, and the event itself is protected by TLS alone. That is Mailgun's design.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from notifications.channels.anymail_sending import TRACKING
from notifications.channels.base import (
    BadSignature,
    Incoming,
    Malformed,
    OptOutNotice,
    Report,
    ReportStatus,
)
from notifications.kinds import ChannelName
from reservehub.core import clock
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import (
    clean,
    hmac_sha256,
    instant,
    json_of,
    object_at,
    part,
    same,
)

NEEDS: Needs = (("MAILGUN_WEBHOOK_SIGNING_KEY",),)
TOLERANCE = timedelta(hours=12)
"""Mailgun repeats an unanswered event for eight hours."""
_STATUSES = {
    "accepted": ReportStatus.SENT,
    "delivered": ReportStatus.DELIVERED,
    "opened": ReportStatus.READ,
    "clicked": ReportStatus.READ,
    "failed": ReportStatus.FAILED,
    "rejected": ReportStatus.FAILED,
    "complained": ReportStatus.DELIVERED,
    "unsubscribed": ReportStatus.DELIVERED,
}
_REFUSALS = frozenset({"complained", "unsubscribed"})
_DEAD = frozenset({"bounce", "suppress-bounce"})
_REFUSED_BEFORE = frozenset({"suppress-unsubscribe", "suppress-complaint"})


class MailgunWebhook:
    provider = "mailgun"
    channel = ChannelName.EMAIL
    methods: tuple[str, ...] = ("POST",)

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        try:
            body = object_at(json_of(request.body), "body")
            signature = object_at(body.get("signature"), "signature")
        except Malformed:
            raise BadSignature("no signature") from None
        verify(
            clean(signature.get("timestamp")),
            clean(signature.get("token")),
            clean(signature.get("signature")),
        )
        event = object_at(body.get("event-data"), "event-data")
        tracking_id = clean(part(event, "user-variables").get(TRACKING))
        if tracking_id:
            report = _report(event, tracking_id)
            return Incoming(reports=(report,) if report else ())
        name = clean(event.get("event"))
        if name in _REFUSALS:
            address = clean(event.get("recipient"), 500).lower()
            return Incoming(opt_outs=(OptOutNotice(address=address, reason=name),))
        return Incoming()


def verify(timestamp: str, token: str, signature: str) -> None:
    """:raises BadSignature: unless Mailgun made this signature, today"""
    expected = hmac_sha256(settings.MAILGUN_WEBHOOK_SIGNING_KEY, f"{timestamp}{token}".encode())
    if not token or not same(signature, expected.hexdigest()):
        raise BadSignature("wrong signature")
    signed_at = instant(timestamp)
    if signed_at is None or abs(clock.now() - signed_at) > TOLERANCE:
        raise BadSignature("too old")


def _report(event: dict[str, Any], tracking_id: str) -> Report | None:
    name = clean(event.get("event"))
    status = _STATUSES.get(name)
    # "Temporary": Mailgun goes on trying by itself.
    if status is None or (name == "failed" and event.get("severity") == "temporary"):
        return None
    reason = clean(event.get("reason"))
    code = clean(part(event, "delivery-status").get("code"))
    return Report(
        provider_id=tracking_id,
        status=status,
        code=f"{name} {code}".strip()[:60],
        at=instant(event.get("timestamp")),
        is_opt_out=name in _REFUSALS or reason in _REFUSED_BEFORE,
        is_address_dead=name == "failed" and reason in _DEAD,
    )
