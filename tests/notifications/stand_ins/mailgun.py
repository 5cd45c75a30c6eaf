"""Mailgun's messages and events, and its webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from reservehub.core import clock
from tests.notifications.stand_ins.server import Answer, Call, Delivered, Received, StandIn, as_json

KEY, DOMAIN, SIGNING_KEY = "key-mailgun", "mg.example.com", "the-signing-key"


class MailgunStandIn(StandIn):
    def settings(self) -> dict[str, Any]:
        return {
            "RESERVEHUB_EMAIL_PROVIDER": "mailgun",
            "MAILGUN_API_KEY": KEY,
            "MAILGUN_SENDER_DOMAIN": DOMAIN,
            "MAILGUN_API_URL": f"{self.url}/v3",
            "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY,
        }

    def answer(self, request: Received) -> Answer:
        expected = base64.b64encode(f"api:{KEY}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return Answer(401, b"Forbidden")
        if request.path == f"/v3/{DOMAIN}/events":
            return self._events(request.query["message-id"])
        if request.path != f"/v3/{DOMAIN}/messages":
            return Answer(200, b"Mailgun Magnificent API")
        fields = fields_of(request)
        to = fields["to"]
        if "@invalid.example" in to:
            return as_json({"message": "'to' parameter is not a valid address"}, 400)
        self.delivered.append(
            Delivered(
                to=to, text=fields["text"], provider_id=fields["v:reservehub_id"], more=fields
            )
        )
        return as_json({"id": "<20260101.1@mg.example.com>", "message": "Queued. Thank you."})

    def _events(self, message_id: str) -> Answer:
        items = [
            {"event": "accepted", "user-variables": {"reservehub_id": letter.provider_id}}
            for letter in self.delivered
            if letter.more["h:Message-Id"].strip("<>") == message_id
        ]
        return as_json({"items": items, "paging": {}})


def fields_of(request: Received) -> dict[str, str]:
    """The text fields of a form, multipart or not; a file as its content type and content."""
    kind = request.headers["Content-Type"]
    if not kind.startswith("multipart/"):
        return request.form
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    message: Any = BytesParser(policy=HTTP).parsebytes(head + request.body)
    fields: dict[str, str] = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True).decode()
        is_file = part.get_filename() is not None
        fields[name] = f"{part['Content-Type']}\n{content}" if is_file else content
    return fields


def call(name: str, tracking_id: str = "", *, at: datetime | None = None, **more: Any) -> Call:
    timestamp, token = str(int((at or clock.now()).timestamp())), "0123456789abcdef" * 3
    mac = hmac.new(SIGNING_KEY.encode(), f"{timestamp}{token}".encode(), hashlib.sha256)
    variables = {"reservehub_id": tracking_id} if tracking_id else {}
    body = {
        "signature": {"timestamp": timestamp, "token": token, "signature": mac.hexdigest()},
        "event-data": {
            "event": name,
            "timestamp": 1790000000.5,
            "recipient": "anna@example.com",
            "user-variables": variables,
            **more,
        },
    }
    return Call("/webhooks/mailgun/", json.dumps(body).encode(), "application/json", {})
