"""A push service, and the browser behind it that can read what it is sent."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import http_ece
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.channels.webpush.keys import make_pair
from tests.notifications.stand_ins.server import Answer, Delivered, Received, StandIn

_VAPID = re.compile(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+),\s*k=([\w-]+)\Z")
_AUTH = b"0123456789abcdef"


class PushStandIn(StandIn):
    """One service with any number of subscriptions.

    :ivar on_screen: what the browsers show, by tag: a repetition replaces
    """

    def __init__(self) -> None:
        super().__init__()
        self.private_key, self.public_key = make_pair()
        self.on_screen: dict[str, dict[str, Any]] = {}
        self.gone: set[str] = set()
        self._browsers: dict[str, ec.EllipticCurvePrivateKey] = {}

    def settings(self) -> dict[str, Any]:
        return {
            "VAPID_PRIVATE_KEY": self.private_key,
            "VAPID_SUBJECT": "mailto:owner@example.com",
            "WEBPUSH_SERVICES": ["http://127.0.0.1"],
        }

    def subscribe(self) -> tuple[str, dict[str, str]]:
        """A new browser: its endpoint and its keys."""
        private = ec.generate_private_key(ec.SECP256R1())
        point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        path = f"/push/{len(self._browsers)}"
        self._browsers[path] = private
        return self.url + path, {"p256dh": _text(point), "auth": _text(_AUTH)}

    def answer(self, request: Received) -> Answer:
        browser = self._browsers.get(request.path)
        if browser is None:
            return Answer(404)
        if self.url + request.path in self.gone:
            return Answer(410)
        if not request.headers.get("Ttl", "").isdigit():
            return Answer(400)
        if not self._is_known(request.headers.get("Authorization", "")):
            return Answer(403)
        text = http_ece.decrypt(request.body, private_key=browser, auth_secret=_AUTH)
        payload = json.loads(text)
        self.on_screen[payload["tag"]] = payload
        self.delivered.append(
            Delivered(to=self.url + request.path, text=payload["body"], more=payload)
        )
        return Answer(201, headers={"Location": f"{self.url}/message/{len(self.delivered)}"})

    def _is_known(self, authorization: str) -> bool:
        """Check the signature and the claims of RFC 8292."""
        match = _VAPID.match(authorization)
        if match is None:
            return False
        head, claims, signature, key = match.groups()
        raw = _bytes(signature)
        der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(key))
        public.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        said = json.loads(_bytes(claims))
        return key == self.public_key and said["aud"] == self.url and "sub" in said


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
