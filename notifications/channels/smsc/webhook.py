"""What SMSC.RU calls us for: the status of an SMS, and SMS that people send to us.

Statuses are signed with a plain hash over three fields and a secret. How incoming SMS are signed is
not documented anywhere we could read, so the address entered for them carries the secret itself
(``?token=…``); a signature made like that of statuses is accepted as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest

from notifications.channels.base import BadSignature, Inbound, Incoming, Report, ReportStatus
from notifications.channels.smsc.backend import NEEDS
from notifications.kinds import ChannelName
from reservehub.core.needs import problem_of
from reservehub.core.reading import TEXT_LENGTH, clean, form_of, instant, same

_SENT, _FAILED = ReportStatus.SENT, ReportStatus.FAILED
_STATUSES = {
    "0": _SENT,
    "1": ReportStatus.DELIVERED,
    "2": ReportStatus.READ,
    "4": ReportStatus.READ,  # a link was followed
    "-2": _FAILED,
    "3": _FAILED,
    **dict.fromkeys(("20", "22", "23", "24", "25"), _FAILED),
}
_WRONG_PHONE = "22"
_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "sha1": lambda text: hashlib.sha1(text, usedforsecurity=False).hexdigest(),
    "md5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
}


class SmscWebhook:
    provider = "smsc"
    channel = ChannelName.SMS
    methods: tuple[str, ...] = ("POST",)

    def problem(self) -> str:
        return problem_of(NEEDS)

    def read(self, request: HttpRequest) -> Incoming:
        fields = {name: values[-1] for name, values in form_of(request).items()}
        if "mes" in fields:
            if not same(request.GET.get("token", ""), settings.SMSC_CALLBACK_SECRET):
                verify(fields, "phone", "mes", "to")
            return Incoming(inbound=_inbound(fields))
        verify(fields, "id", "phone", "status")
        return Incoming(reports=_reports(fields))


def verify(fields: Mapping[str, str], *signed: str) -> None:
    """Check every signature that is there, and that there is one.

    :param signed: the fields it covers, in order; the secret follows them
    :raises BadSignature: otherwise
    """
    text = ":".join([*(fields.get(name, "") for name in signed), settings.SMSC_CALLBACK_SECRET])
    given = [name for name in _HASHES if fields.get(name)]
    if not given or not settings.SMSC_CALLBACK_SECRET:
        raise BadSignature("no signature")
    if not all(same(fields[name].lower(), _HASHES[name](text.encode())) for name in given):
        raise BadSignature("wrong signature")


def _reports(fields: Mapping[str, str]) -> tuple[Report, ...]:
    status = _STATUSES.get(fields["status"])
    if status is None:
        return ()
    report = Report(
        provider_id=clean(fields["id"]),
        status=status,
        code=clean(f"{fields['status']} {fields.get('err', '')}".strip(), 60)
        if status == _FAILED
        else "",
        at=instant(fields.get("ts")),
        is_address_dead=fields["status"] == _WRONG_PHONE,
    )
    return (report,)


def _inbound(fields: Mapping[str, str]) -> tuple[Inbound, ...]:
    message_id = clean(fields.get("sms_id") or fields.get("id"))
    sender = clean(fields.get("phone")).lstrip("+")
    if not message_id or not sender:
        return ()
    return (
        Inbound(
            provider_id=f"in-{message_id}",
            sender=f"+{sender}",
            text=clean(fields["mes"], TEXT_LENGTH),
        ),
    )
