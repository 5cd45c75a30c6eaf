"""Notifications to browsers that a guest has allowed."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from pywebpush import WebPusher, WebPushException

from notifications.channels.base import CannotSay, Envelope, Receipt, SendFailed
from notifications.channels.webpush.keys import authorization
from notifications.channels.webpush.services import is_push_service
from notifications.channels.wire import exchange, refusal_of
from notifications.kinds import ChannelName
from reservehub.core.needs import Needs, problem_of

NEEDS: Needs = (("VAPID_PRIVATE_KEY",), ("VAPID_SUBJECT",))
LARGEST_PAYLOAD = 3993  # what fits into one record of 4096 bytes
_LONGEST_TITLE = 120
_LONGEST_BODY = 500
_GONE = frozenset({404, 410})
_TAKEN = frozenset({200, 201, 202})


class WebpushBackend:
    """A push service replaces a waiting notification by one with the same topic, and a browser a
    shown one by one with the same tag: a repetition is seen once."""

    channel = ChannelName.WEBPUSH
    provider = "webpush"
    resends_safely = True

    def problem(self) -> str:
        return problem_of(NEEDS)

    def send(self, envelope: Envelope) -> Receipt:
        if not is_push_service(envelope.address):
            raise SendFailed("foreign_service", is_address_dead=True)
        response = exchange(
            "POST", envelope.address, data=_sealed(envelope), headers=_headers(envelope)
        )
        if response.status_code in _TAKEN:
            return Receipt("")
        code = f"push_{response.status_code}"
        if response.status_code in _GONE:
            raise SendFailed(code, "subscription gone", is_address_dead=True)
        raise refusal_of(response.status_code, response.headers, code=code)

    def find(self, envelope: Envelope, *, since: datetime) -> Receipt | None:  # noqa: ARG002
        raise CannotSay("webpush_cannot_say")


def topic_of(envelope: Envelope) -> str:
    """The key in the 32 characters that a topic may have."""
    digest = hashlib.sha256(envelope.key.encode()).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def payload_of(envelope: Envelope) -> dict[str, Any]:
    """What the service worker shows: ``{title, body, url, tag, actions}``."""
    content = envelope.content
    actions = [
        {"action": action.code or f"open-{number}", "title": action.label, "url": action.url}
        for number, action in enumerate(content.actions)
    ]
    return {
        "title": content.subject[:_LONGEST_TITLE],
        "body": (content.short or content.text)[:_LONGEST_BODY],
        "url": next((action["url"] for action in actions if action["url"]), "")
        or settings.RESERVEHUB_BASE_URL,
        "tag": topic_of(envelope),
        "actions": actions,
    }


def _sealed(envelope: Envelope) -> bytes:
    """The payload, encrypted for the one browser that has the other key (RFC 8291).

    :raises SendFailed: if the subscription's keys are none
    """
    payload = payload_of(envelope)
    text = json.dumps(payload, ensure_ascii=False).encode()
    if len(text) > LARGEST_PAYLOAD:
        text = json.dumps({**payload, "actions": []}, ensure_ascii=False).encode()
    keys = {name: envelope.keys.get(name) for name in ("p256dh", "auth")}
    try:
        pusher = WebPusher({"endpoint": envelope.address, "keys": keys})
        return bytes(pusher.encode(text)["body"])
    except (WebPushException, ValueError, TypeError, IndexError):
        raise SendFailed("bad_keys", is_address_dead=True) from None


def _headers(envelope: Envelope) -> dict[str, str]:
    try:
        who = authorization(envelope.address)
    except ValueError:
        raise SendFailed("bad_vapid_key", "our account") from None
    return {
        **who,
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(int(envelope.lifetime.total_seconds())),
        "Urgency": "high" if envelope.is_urgent else "normal",
        "Topic": topic_of(envelope),
    }
