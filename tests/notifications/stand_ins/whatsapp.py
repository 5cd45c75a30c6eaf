"""The Cloud API's messages endpoint, and the webhook requests of Meta."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from tests.notifications.stand_ins.server import Answer, Call, Delivered, Received, StandIn, as_json

NUMBER_ID, TOKEN, SECRET, VERIFY = "1000001", "the-access-token", "the-app-secret", "the-verify"


class WhatsappStandIn(StandIn):
    """Lets free text through only to numbers in `windows`, where the 24 hours have not passed."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: set[str] = set()

    def settings(self) -> dict[str, Any]:
        return {
            "WHATSAPP_PHONE_NUMBER_ID": NUMBER_ID,
            "WHATSAPP_ACCESS_TOKEN": TOKEN,
            "WHATSAPP_APP_SECRET": SECRET,
            "WHATSAPP_VERIFY_TOKEN": VERIFY,
            "WHATSAPP_API_URL": f"{self.url}/v23.0",
        }

    def answer(self, request: Received) -> Answer:
        if request.path != f"/v23.0/{NUMBER_ID}/messages":
            return error(400, 100)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error(401, 190)
        body = request.json
        to, kind = body["to"], body["type"]
        if kind != "template" and f"+{to}" not in self.windows:
            return error(400, 131047)
        message_id = f"wamid.{len(self.delivered):08}"
        self.delivered.append(
            Delivered(to=f"+{to}", text=_text_of(body), provider_id=message_id, more=body)
        )
        return as_json(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": to, "wa_id": to}],
                "messages": [{"id": message_id}],
            }
        )


def _text_of(body: dict[str, Any]) -> str:
    kind = body["type"]
    if kind == "text":
        return str(body["text"]["body"])
    if kind == "interactive":
        return str(body["interactive"]["body"]["text"])
    components = body["template"]["components"]
    values = [
        item["text"] for part in components if part["type"] == "body" for item in part["parameters"]
    ]
    return f"{body['template']['name']}: {', '.join(values)}"


def error(status: int, code: int) -> Answer:
    return as_json(
        {"error": {"message": "to +15551234567", "type": "OAuthException", "code": code}}, status
    )


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def call(*, number_id: str = NUMBER_ID, **value: Any) -> Call:
    """A webhook request whose one change has these members."""
    metadata = {"display_phone_number": "15550001111", "phone_number_id": number_id}
    content = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    change = {"field": "messages", "value": content}
    envelope = {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [change]}],
    }
    body = json.dumps(envelope).encode()
    return Call(
        "/webhooks/whatsapp/", body, "application/json", {"X-Hub-Signature-256": sign(body)}
    )


def status_call(message_id: str, status: str, *, code: int = 0) -> Call:
    item: dict[str, Any] = {"id": message_id, "status": status, "timestamp": "1790000000"}
    if code:
        item["errors"] = [{"code": code, "title": "…"}]
    return call(statuses=[item])


def inbound_call(sender: str, message_id: str, **what: Any) -> Call:
    """``text={"body": …}``, ``button={…}`` or ``interactive={…}``"""
    kind = next(iter(what))
    message = {"from": sender.lstrip("+"), "id": message_id, "timestamp": "1790000000"}
    return call(messages=[{**message, "type": kind, **what}])
