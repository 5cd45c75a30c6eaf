"""SendGrid's mail API, and its Event Webhook."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from reservehub.core import clock
from tests.notifications.stand_ins.server import Answer, Call, Delivered, Received, StandIn, as_json

KEY = "SG.the-key"


class SendgridStandIn(StandIn):
    def __init__(self) -> None:
        super().__init__()
        self._signer = ec.generate_private_key(ec.SECP256R1())

    def settings(self) -> dict[str, Any]:
        return {
            "RESERVEHUB_EMAIL_PROVIDER": "sendgrid",
            "SENDGRID_API_KEY": KEY,
            "SENDGRID_API_URL": f"{self.url}/v3/",
            "SENDGRID_WEBHOOK_PUBLIC_KEY": self.public_key,
        }

    @property
    def public_key(self) -> str:
        key = self._signer.public_key()
        return base64.b64encode(
            key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        ).decode()

    def answer(self, request: Received) -> Answer:
        if (request.method, request.path) != ("POST", "/v3/mail/send"):
            return Answer(404)
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return as_json({"errors": [{"message": "authorization required"}]}, 401)
        body = request.json
        to = body["personalizations"][0]["to"][0]["email"]
        if to.endswith("@invalid.example"):
            field = "personalizations.0.to.0.email"
            return as_json({"errors": [{"message": f"bad {to}", "field": field}]}, 400)
        text = next(part["value"] for part in body["content"] if part["type"] == "text/plain")
        tracking = body.get("custom_args", {}).get("reservehub_id", "")
        self.delivered.append(Delivered(to=to, text=text, provider_id=tracking, more=body))
        return Answer(202, headers={"X-Message-Id": "abc"})

    def call(self, *events: dict[str, Any], at: datetime | None = None) -> Call:
        """The Event Webhook with these events, signed."""
        body = json.dumps(events).encode()
        timestamp = str(int((at or clock.now()).timestamp()))
        signature = self._signer.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }
        return Call("/webhooks/sendgrid/", body, "application/json", headers)


def event(name: str, tracking_id: str = "", **more: Any) -> dict[str, Any]:
    about = {"reservehub_id": tracking_id} if tracking_id else {}
    return {
        "email": "anna@example.com",
        "timestamp": 1790000000,
        "event": name,
        "sg_event_id": "e1",
        "sg_message_id": "m1",
        **about,
        **more,
    }
