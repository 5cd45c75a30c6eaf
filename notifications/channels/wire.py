"""HTTP to providers: bounded in time, never repeated, and honest about what may have arrived.

Texts of errors name codes of ours or of the provider; what it said in words may hold a phone number
or an address and is dropped, and so are URLs, some of which carry keys.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3.exceptions
from django.conf import settings

from notifications.channels.base import OutcomeUnknown, SendFailed
from reservehub.core import clock

_NEVER_SENT = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
)
_NOT_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)
_OUR_ACCOUNT = frozenset({401, 402, 403})
LONGEST_WAIT = timedelta(hours=1)


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
        return requests.request(method, url, timeout=timeouts(), allow_redirects=False, **what)
    except requests.RequestException as error:
        raise failure_of(error) from None


def failure_of(error: BaseException | None) -> SendFailed | OutcomeUnknown:
    """What an exception of requests means: certainly not sent, or nobody knows."""
    if _never_left(error):
        return SendFailed("unreachable", type(error).__name__)
    return OutcomeUnknown(f"no_answer: {type(error).__name__}")


def _never_left(error: BaseException | None) -> bool:
    if isinstance(error, _NEVER_SENT):
        return True
    cause = error.args[0] if isinstance(error, requests.ConnectionError) and error.args else None
    reason = getattr(cause, "reason", None)
    if isinstance(reason, _NOT_CONNECTED):
        return True
    # A certificate that is not theirs is found out before anything of ours is said.
    return isinstance(reason, urllib3.exceptions.SSLError) and any(
        isinstance(inner, ssl.SSLCertVerificationError) for inner in reason.args
    )


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
        return SendFailed(code, "too many", retry_after=retry_after_of(headers))
    if status in _OUR_ACCOUNT:
        return SendFailed(code, "our account")
    if status == 408:
        return SendFailed(code, "too slow")
    return SendFailed(code, f"HTTP {status}", is_permanent=True)


def retry_after_of(headers: Mapping[str, str]) -> timedelta | None:
    """The ``Retry-After`` header, in seconds or as a date, within reason."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:6])), LONGEST_WAIT)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - clock.now(), timedelta()), LONGEST_WAIT)


def object_of(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer; empty if it is none."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
