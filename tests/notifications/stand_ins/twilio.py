"""Twilio's Messages resource, and the callbacks it makes."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

from tests.notifications.stand_ins.server import Answer, Call, Delivered, Received, StandIn, as_json

ACCOUNT = "AC" + "0" * 32
TOKEN = "the-auth-token"
NUMBER = "+15005550006"


class TwilioStandIn(StandIn):
    """Takes every number that looks like one; ``stopped`` ones have said STOP."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped: set[str] = set()
        self._messages: list[dict[str, Any]] = []

    def settings(self) -> dict[str, Any]:
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": NUMBER,
            "TWILIO_API_URL": self.url,
        }

    def answer(self, request: Received) -> Answer:
        if request.path != f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json":
            return _error(404, 20404)
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return _error(401, 20003)
        return self._list(request) if request.method == "GET" else self._create(request)

    def _create(self, request: Received) -> Answer:
        form = request.form
        to = form.get("To", "")
        if not (to.startswith("+") and to[1:].isdigit() and len(to) > 7):
            return _error(400, 21211)
        if to in self.stopped:
            return _error(400, 21610)
        message: dict[str, Any] = {
            "sid": f"SM{len(self._messages):032x}",
            "status": "queued",
            "direction": "outbound-api",
            "to": to,
            "from": form.get("From"),
            "messaging_service_sid": form.get("MessagingServiceSid"),
            "body": form.get("Body", ""),
            "num_segments": "1",
            "error_code": None,
            "date_created": format_datetime(datetime.now(UTC)),
            "date_sent": format_datetime(datetime.now(UTC)),
        }
        self._messages.append(message)
        self.delivered.append(
            Delivered(to=to, text=message["body"], provider_id=message["sid"], more=form)
        )
        return as_json(message, 201)

    def _list(self, request: Received) -> Answer:
        since = datetime.fromisoformat(request.query["DateSent>"])
        found = [
            message
            for message in self._messages
            if message["to"] == request.query.get("To")
            and parsedate_to_datetime(message["date_sent"]) >= since
        ]
        return as_json({"messages": found, "next_page_uri": None, "uri": request.path})


def _error(status: int, code: int) -> Answer:
    # The words of a real answer hold the number; they must not get anywhere.
    message = "The 'To' number +15551234567 is wrong"
    return as_json({"code": code, "message": message, "more_info": "", "status": status}, status)


def sign(url: str, fields: Mapping[str, str], key: str = TOKEN, algorithm: str = "sha1") -> str:
    text = url + "".join(name + fields[name] for name in sorted(fields))
    mac = hmac.new(key.encode(), text.encode(), getattr(hashlib, algorithm))
    return base64.b64encode(mac.digest()).decode()


def _call(fields: dict[str, str], site: str) -> Call:
    path = "/webhooks/twilio/"
    return Call(
        path,
        urlencode(fields).encode(),
        "application/x-www-form-urlencoded",
        {"X-Twilio-Signature": sign(site + path, fields)},
    )


def status_call(sid: str, status: str, *, error: str = "", site: str = "http://testserver") -> Call:
    fields = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT}
    if error:
        fields["ErrorCode"] = error
    return _call(fields, site)


def inbound_call(
    sender: str, text: str, *, sid: str, opt_out: str = "", site: str = "http://testserver"
) -> Call:
    fields = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "SmsStatus": "received",
        "AccountSid": ACCOUNT,
        "From": sender,
        "To": NUMBER,
        "Body": text,
        "NumMedia": "0",
    }
    if opt_out:
        fields["OptOutType"] = opt_out
    return _call(fields, site)
