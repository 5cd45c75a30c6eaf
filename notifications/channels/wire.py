"""HTTP to providers of messages.

Texts of errors name codes of ours or of the provider; what it said in words may hold a phone number
or an address and is dropped, and so are URLs, some of which carry keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from django.conf import settings

from notifications.channels.base import OutcomeUnknown, SendFailed
from reservehub.core import wire

_OUR_ACCOUNT = frozenset({401, 402, 403})


def timeouts() -> tuple[float, float]:
    """Seconds for connecting and for each wait for an answer."""
    connect, read = settings.RESERVEHUB_SEND_TIMEOUTS
    return float(connect), float(read)


def exchange(method: str, url: str, **what: Any) -> requests.Response:
    """One request and its answer, whatever its status; redirects are not followed.

    :raises SendFailed: it never left
    :raises OutcomeUnknown: it may have arrived
    """
    try:
        return wire.ask(method, url, timeouts=timeouts(), **what)
    except requests.RequestException as error:
        raise failure_of(error) from None


def failure_of(error: BaseException | None) -> SendFailed | OutcomeUnknown:
    """What an exception of requests means: certainly not sent, or nobody knows."""
    if wire.never_left(error):
        return SendFailed("unreachable", type(error).__name__)
    return OutcomeUnknown(f"no_answer: {type(error).__name__}")


def refusal_of(
    status: int, headers: Mapping[str, str], *, code: str = ""
) -> SendFailed | OutcomeUnknown:
    """What an answer other than success means where the provider's own code says nothing more.

    Trouble with our own account (a wrong key, no money) is temporary: the operator mends it and the
    message still goes out. A 5xx may come from a proxy whose upstream has done the work.
    """
    code = code or f"http_{status}"
    if status >= 500:
        return OutcomeUnknown(code)
    if status == 429:
        return SendFailed(code, "too many", retry_after=wire.retry_after_of(headers))
    if status in _OUR_ACCOUNT:
        return SendFailed(code, "our account")
    if status == 408:
        return SendFailed(code, "too slow")
    return SendFailed(code, f"HTTP {status}", is_permanent=True)
