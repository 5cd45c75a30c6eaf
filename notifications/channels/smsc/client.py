"""Requests to SMSC.RU, over its spare hosts where the first cannot be reached."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from notifications.channels.base import OutcomeUnknown, SendFailed
from notifications.channels.wire import exchange, refusal_of
from reservehub.core.wire import object_of


def call(script: str, **fields: str) -> dict[str, Any]:
    """What ``/sys/<script>`` answers, errors of SMSC's own included.

    The next host is tried only if nothing can have reached the one before.

    :raises SendFailed: no host could be reached
    :raises OutcomeUnknown: it may have arrived
    """
    data = {**_who(), **fields, "fmt": "3", "charset": "utf-8"}
    unreachable = SendFailed("unreachable", "no host")
    for base in settings.SMSC_API_URLS:
        try:
            response = exchange("POST", f"{base.rstrip('/')}/sys/{script}", data=data)
        except SendFailed as error:
            unreachable = error
            continue
        if response.status_code != 200:
            raise refusal_of(response.status_code, response.headers)
        answer = object_of(response)
        if not answer:
            raise OutcomeUnknown("unreadable_answer")
        return answer
    raise unreachable


def _who() -> dict[str, str]:
    if settings.SMSC_API_KEY:
        return {"apikey": settings.SMSC_API_KEY}
    return {"login": settings.SMSC_LOGIN, "psw": settings.SMSC_PASSWORD}
