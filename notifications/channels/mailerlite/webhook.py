"""MailerLite tells who does not want campaigns any more, or cannot get them."""

from __future__ import annotations

import base64
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from notifications.channels.base import BadSignature, Incoming, OptOutNotice
from notifications.channels.mailerlite.client import NEEDS
from notifications.kinds import ChannelName
from reservehub.core.needs import problem_of
from reservehub.core.reading import (
    clean,
    hmac_sha256,
    json_of,
    object_at,
    objects_at,
    part,
    same,
)

_REFUSALS = frozenset({"unsubscribed", "bounced", "spam_reported"})


class MailerliteWebhook:
    """Says something about addresses, not about messages of ours; all of it is about marketing."""

    provider = "mailerlite"
    channel = ChannelName.EMAIL
    methods: tuple[str, ...] = ("POST",)

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        verify(request.body, request.headers.get("Signature", ""))
        body = object_at(json_of(request.body), "body")
        events = objects_at(body.get("events"), "events") or [body]
        notices = (_notice(event) for event in events)
        return Incoming(opt_outs=tuple(notice for notice in notices if notice is not None))


def verify(body: bytes, signature: str) -> None:
    """The encoding of the signature is not documented: hex and base64 are both understood.

    :raises BadSignature: unless MailerLite signed exactly these bytes
    """
    expected = hmac_sha256(settings.MAILERLITE_WEBHOOK_SECRET, body).digest()
    is_hex = same(signature.lower(), expected.hex())
    if not is_hex and not same(signature, base64.b64encode(expected).decode()):
        raise BadSignature("wrong signature")


def _notice(event: dict[str, Any]) -> OptOutNotice | None:
    name = clean(event.get("type") or event.get("event")).removeprefix("subscriber.")
    subscriber = part(event, "subscriber") or event
    address = clean(subscriber.get("email"), 500).lower()
    if name not in _REFUSALS or not address:
        return None
    return OptOutNotice(address=address, reason=name, is_marketing=True)
