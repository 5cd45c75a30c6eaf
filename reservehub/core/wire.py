"""HTTP to services outside: bounded in time, never repeated, and honest about what may have
arrived.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import urllib3.exceptions

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
LONGEST_WAIT = timedelta(hours=1)


def ask(method: str, url: str, *, timeouts: tuple[float, float], **what: Any) -> requests.Response:
    """One request and its answer, whatever its status; redirects are not followed.

    :param timeouts: seconds for connecting, and for each wait for an answer
    :param what: for `requests.request`: ``json``, ``headers``, ``auth`` ...
    :raises requests.RequestException: see `never_left` for what it means
    """
    return requests.request(method, url, timeout=timeouts, allow_redirects=False, **what)


def never_left(error: BaseException | None) -> bool:
    """Whether an exception of requests proves that nothing was sent; else nobody knows."""
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
