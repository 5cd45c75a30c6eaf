"""Adyen's notifications: several in one request, each signed by itself, believed together."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from payments.gateways.adyen.telling import Item, answer_of, item_of
from payments.gateways.base import BadSignature, Incoming, Malformed, Notice
from reservehub.core.reading import json_of, object_at, objects_at, part, same

#: What the signature covers, in its order. Nothing else of an item is covered: hence the password.
_SIGNED = (
    ("pspReference",),
    ("originalReference",),
    ("merchantAccountCode",),
    ("merchantReference",),
    ("amount", "value"),
    ("amount", "currency"),
    ("eventCode",),
    ("success",),
)


class AdyenWebhook:
    provider = "adyen"

    def read(self, request: HttpRequest) -> Incoming:
        _check_password(request.headers.get("Authorization", ""))
        items = _verified(request.body)
        notices = [notice for raw in items if (notice := _notice(item_of(raw))) is not None]
        # Older accounts go on sending until they read exactly this.
        response = HttpResponse("[accepted]", content_type="text/plain; charset=utf-8")
        return Incoming(notices=notices, response=response)


def signature_of(raw: dict[str, Any], key: str) -> str:
    """The signature of an item under a key.

    :param key: 32 bytes in hexadecimal, as Adyen shows it
    :raises ValueError: for a key that is none
    """
    text = ":".join(_signed_value(raw, path) for path in _SIGNED)
    mac = hmac.new(binascii.unhexlify(key), text.encode("utf-8", "replace"), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def _signed_value(raw: dict[str, Any], path: tuple[str, ...]) -> str:
    value: Any = raw
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else ""


def _check_password(header: str) -> None:
    """:raises BadSignature: unless the password of the webhook's settings came along"""
    user, password = settings.ADYEN_WEBHOOK_USER, settings.ADYEN_WEBHOOK_PASSWORD
    expected = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
    if not user or not password or not same(header, expected):
        raise BadSignature("wrong password")


def _verified(body: bytes) -> list[dict[str, Any]]:
    """The items of a request, if all of them are Adyen's.

    :raises BadSignature: if one is not, or if there is nothing that could be signed
    """
    try:
        wrapped = objects_at(object_at(json_of(body), "body").get("notificationItems"), "items")
        items = [part(one, "NotificationRequestItem") for one in wrapped]
    except Malformed:
        raise BadSignature("nothing signed") from None
    if not items or not all(_is_signed(item) for item in items):
        raise BadSignature("wrong signature")
    return items


def _is_signed(raw: dict[str, Any]) -> bool:
    more = raw.get("additionalData")
    given = more.get("hmacSignature") if isinstance(more, dict) else None
    if not isinstance(given, str):
        return False
    return any(same(given, signature_of(raw, key)) for key in settings.ADYEN_HMAC_KEYS)


def _notice(item: Item) -> Notice | None:
    """None for what is about no payment. One with somebody else's reference may still be ours, if
    it was made by hand at Adyen: it is known by the payment's number.
    """
    answer = answer_of(item)
    if answer is None:
        return None
    return Notice(
        # A repetition has the same time; what is told anew under the same number has another.
        event_id=f"{item.event}:{item.number}:{item.is_success}:{item.at.isoformat()}",
        kind=item.event,
        public_id=item.reference.public_id,
        provider_id=item.payment,
        answer=answer,
    )
