"""WhatsApp's webhook: the handshake, statuses, and what people write or press."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from notifications.channels.base import BadSignature, Inbound, Incoming, Report, ReportStatus
from notifications.channels.whatsapp.backend import NEEDS
from notifications.kinds import ChannelName
from reservehub.core.needs import problem_of
from reservehub.core.reading import (
    TEXT_LENGTH,
    clean,
    hmac_sha256,
    instant,
    json_of,
    object_at,
    objects_at,
    part,
    same,
)

_STATUSES = {
    "sent": ReportStatus.SENT,
    "delivered": ReportStatus.DELIVERED,
    "read": ReportStatus.READ,
    "failed": ReportStatus.FAILED,
}
_SILENT = frozenset({"system", "reaction", "unsupported", "request_welcome"})


class WhatsappWebhook:
    provider = "whatsapp"
    channel = ChannelName.WHATSAPP
    methods: tuple[str, ...] = ("GET", "POST")

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        if request.method == "GET":
            return Incoming(response=_handshake(request))
        verify(request.body, request.headers.get("X-Hub-Signature-256", ""))
        body = object_at(json_of(request.body), "body")
        values = [
            part(change, "value")
            for entry in objects_at(body.get("entry"), "entry")
            for change in objects_at(entry.get("changes"), "changes")
            if change.get("field") == "messages"
        ]
        ours = [value for value in values if _is_ours(value)]
        return Incoming(
            reports=tuple(report for value in ours for report in _reports(value)),
            inbound=tuple(inbound for value in ours for inbound in _inbound(value)),
        )


def _handshake(request: HttpRequest) -> HttpResponse:
    """:raises BadSignature: unless it is asked with the token we gave to Meta"""
    given = request.GET.get("hub.verify_token", "")
    if request.GET.get("hub.mode") != "subscribe" or not same(
        given, settings.WHATSAPP_VERIFY_TOKEN
    ):
        raise BadSignature("wrong token")
    challenge = request.GET.get("hub.challenge", "")[:200]
    return HttpResponse(challenge, content_type="text/plain; charset=utf-8")


def verify(body: bytes, signature: str) -> None:
    """:raises BadSignature: unless Meta signed exactly these bytes"""
    expected = "sha256=" + hmac_sha256(settings.WHATSAPP_APP_SECRET, body).hexdigest()
    if not same(signature, expected):
        raise BadSignature("wrong signature")


def _is_ours(value: dict[str, Any]) -> bool:
    """One app may serve several numbers; the others' messages are not for us."""
    number = clean(part(value, "metadata").get("phone_number_id"))
    return number in ("", settings.WHATSAPP_PHONE_NUMBER_ID)


def _reports(value: dict[str, Any]) -> list[Report]:
    reports = []
    for item in objects_at(value.get("statuses"), "statuses"):
        status, message_id = _STATUSES.get(clean(item.get("status"))), clean(item.get("id"))
        if status is None or not message_id:
            continue
        errors = objects_at(item.get("errors"), "errors")
        reports.append(
            Report(
                provider_id=message_id,
                status=status,
                code=clean(errors[0].get("code"), 60) if errors else "",
                at=instant(item.get("timestamp")),
            )
        )
    return reports


def _inbound(value: dict[str, Any]) -> list[Inbound]:
    found = []
    for item in objects_at(value.get("messages"), "messages"):
        message_id, sender = clean(item.get("id")), clean(item.get("from")).lstrip("+")
        if not message_id or not sender or clean(item.get("type")) in _SILENT:
            continue
        text, code = _said(item)
        found.append(
            Inbound(
                provider_id=message_id,
                sender=f"+{sender}",
                text=text,
                answer_code=code,
                in_reply_to=clean(part(item, "context").get("id")),
                at=instant(item.get("timestamp")),
            )
        )
    return found


def _said(item: dict[str, Any]) -> tuple[str, str]:
    """The words, and the code of a pressed button."""
    kind = clean(item.get("type"), 30)
    if kind == "text":
        return clean(part(item, "text").get("body"), TEXT_LENGTH), ""
    if kind == "button":
        button = part(item, "button")
        return clean(button.get("text"), TEXT_LENGTH), clean(button.get("payload"))
    if kind == "interactive":
        interactive = part(item, "interactive")
        reply = part(interactive, clean(interactive.get("type")))
        return clean(reply.get("title"), TEXT_LENGTH), clean(reply.get("id"))
    # Something was sent that is not kept here; staff see at least that, and the words under it.
    return clean(part(item, kind).get("caption"), TEXT_LENGTH) or f"[{kind}]", ""
