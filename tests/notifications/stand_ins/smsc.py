"""SMSC.RU: send.php and status.php, and the callbacks it makes."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

from tests.notifications.stand_ins.server import Answer, Call, Delivered, Received, StandIn, as_json

LOGIN, PASSWORD, SECRET = "reservehub", "the-password", "the-callback-secret"


class SmscStandIn(StandIn):
    """Refuses the same request twice, as within one minute of the real one; `minute_passes`."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: dict[tuple[str, str], int] = {}
        self._lately: set[bytes] = set()

    def settings(self) -> dict[str, Any]:
        return {
            "SMSC_LOGIN": LOGIN,
            "SMSC_PASSWORD": PASSWORD,
            "SMSC_API_URLS": [self.url],
            "SMSC_CALLBACK_SECRET": SECRET,
        }

    def minute_passes(self) -> None:
        self._lately.clear()

    def answer(self, request: Received) -> Answer:
        form = request.form
        if form.get("fmt") != "3" or form.get("charset") != "utf-8":
            return Answer(200, b"OK - 1 SMS")
        if (form.get("login"), form.get("psw")) != (LOGIN, PASSWORD):
            return _error(2)
        if request.path == "/sys/status.php":
            status = self.statuses.get((form["id"], form["phone"]), -3)
            return as_json({"status": status, "last_date": "", "err": 0})
        if request.path != "/sys/send.php":
            return Answer(404)
        return self._send(request, form)

    def _send(self, request: Received, form: dict[str, str]) -> Answer:
        phone = form.get("phones", "")
        if not phone.isdigit() or len(phone) < 7:
            return _error(7)
        if request.body in self._lately:
            return _error(9)
        self._lately.add(request.body)
        self.statuses[form["id"], phone] = 0
        self.delivered.append(
            Delivered(to=f"+{phone}", text=form["mes"], provider_id=form["id"], more=form)
        )
        return as_json({"id": int(form["id"]), "cnt": 1})


def _error(code: int) -> Answer:
    return as_json({"error": "wrong 79991234567", "error_code": code})


def status_call(message_id: str, phone: str, status: int, *, err: str = "") -> Call:
    fields = {"id": message_id, "phone": phone, "status": str(status), "err": err}
    text = f"{message_id}:{phone}:{status}:{SECRET}".encode()
    fields["md5"] = hashlib.md5(text).hexdigest()  # noqa: S324 - their choice
    fields["sha1"] = hashlib.sha1(text).hexdigest()  # noqa: S324
    return _form("/webhooks/smsc/", fields)


def inbound_call(sender: str, text: str, *, sms_id: str, token: str = SECRET) -> Call:
    fields = {"sms_id": sms_id, "phone": sender.lstrip("+"), "mes": text, "to": "79990000000"}
    return _form(f"/webhooks/smsc/?token={token}", fields)


def _form(path: str, fields: dict[str, str]) -> Call:
    return Call(path, urlencode(fields).encode(), "application/x-www-form-urlencoded", {})
