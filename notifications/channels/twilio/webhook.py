"""What Twilio calls us for: the fate of an SMS, and SMS that people send to us."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from twilio.request_validator import (
    HMAC_SHA256,
    RequestValidator,
    get_signature_algorithm,
)

from notifications.channels.base import (
    BadSignature,
    Inbound,
    Incoming,
    OptOutNotice,
    Report,
    ReportStatus,
)
from notifications.channels.twilio.backend import NEEDS
from notifications.kinds import ChannelName
from reservehub.core.needs import problem_of
from reservehub.core.reading import TEXT_LENGTH, clean, form_of

_STATUSES = {
    "sent": ReportStatus.SENT,
    "delivered": ReportStatus.DELIVERED,
    "read": ReportStatus.READ,
    "failed": ReportStatus.FAILED,
    "undelivered": ReportStatus.FAILED,
    "canceled": ReportStatus.FAILED,
}
_NO_SUCH_PHONE = frozenset({"21211", "21614", "30005", "30006"})
_OPTED_OUT = "21610"
_EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


class TwilioWebhook:
    provider = "twilio"
    channel = ChannelName.SMS
    methods: tuple[str, ...] = ("POST",)

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        form = form_of(request)
        verify(public_url(request), form, request.headers)
        fields = {name: values[-1] for name, values in form.items()}
        response = HttpResponse(_EMPTY, content_type="text/xml; charset=utf-8")
        if "MessageStatus" in fields:
            report = _report(fields)
            return Incoming(reports=(report,) if report else (), response=response)
        return _inbound(fields, response)


def public_url(request: HttpRequest) -> str:
    """The address as Twilio called it, which a proxy may have hidden from us."""
    base = urlsplit(settings.RESERVEHUB_BASE_URL)
    return f"{base.scheme}://{base.netloc}{request.get_full_path()}"


def verify(url: str, form: Mapping[str, list[str]], headers: Mapping[str, str]) -> None:
    """The classic signature with the Auth Token (SHA1), or the newer one with a shared key.

    :raises BadSignature: unless Twilio signed exactly this
    """
    algorithm = get_signature_algorithm(headers.get("X-Twilio-Webhooks-Signature-Settings", ""))
    key = (
        settings.TWILIO_WEBHOOK_SHARED_KEY
        if algorithm.upper() == HMAC_SHA256
        else settings.TWILIO_AUTH_TOKEN
    )
    signature = headers.get("X-Twilio-Signature", "")
    if not key or not signature:
        raise BadSignature("no signature")
    if not RequestValidator(key).validate(url, _Fields(form), signature, algorithm):
        raise BadSignature("wrong signature")


class _Fields(dict[str, list[str]]):
    """What the validator expects of a form: `getlist`."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def _report(fields: Mapping[str, str]) -> Report | None:
    status = _STATUSES.get(fields["MessageStatus"])
    message_id = clean(fields.get("MessageSid"))
    if status is None or not message_id:
        return None
    code = clean(fields.get("ErrorCode"), 60)
    return Report(
        provider_id=message_id,
        status=status,
        code=code,
        is_opt_out=code == _OPTED_OUT,
        is_address_dead=code in _NO_SUCH_PHONE,
    )


def _inbound(fields: Mapping[str, str], response: HttpResponse) -> Incoming:
    message_id, sender = clean(fields.get("MessageSid")), clean(fields.get("From"))
    if not message_id or not sender:
        return Incoming(response=response)
    text = clean(fields.get("Body"), TEXT_LENGTH)
    said = clean(fields.get("OptOutType")).upper()
    notice = OptOutNotice(address=sender, reason="stop", is_withdrawn=said == "START")
    return Incoming(
        inbound=(Inbound(provider_id=message_id, sender=sender, text=text),),
        # Twilio has understood the word in the sender's language and has answered already.
        opt_outs=(notice,) if said in ("STOP", "START") else (),
        response=response,
    )
