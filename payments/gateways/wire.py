"""HTTP to payment providers: what an answer or its absence means for money.

Errors bear codes of ours or of the provider, never its words, which may hold a name.
"""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from payments.gateways.base import GatewayError, NotDone, OutcomeUnknown, Refused
from reservehub.core import wire

_OUR_KEYS = frozenset({401, 403})
_LATER = frozenset({408, 425, 429})


def act(method: str, url: str, **what: Any) -> requests.Response:
    """One request that may move money, and its answer, whatever its status.

    :raises NotDone: it never left
    :raises OutcomeUnknown: it may have arrived
    """
    connect, read = settings.RESERVEHUB_PAYMENT_TIMEOUTS
    try:
        return wire.ask(method, url, timeouts=(float(connect), float(read)), **what)
    except requests.RequestException as error:
        name = type(error).__name__
        if wire.never_left(error):
            raise NotDone(f"unreachable: {name}") from None
        raise OutcomeUnknown(f"no_answer: {name}") from None


def look(url: str, **what: Any) -> requests.Response:
    """One request that only reads: whatever goes wrong, nothing was done.

    :raises NotDone: there is no answer
    """
    try:
        return act("GET", url, **what)
    except OutcomeUnknown as error:
        raise NotDone(error.code) from None


def refusal_of(status: int, code: str) -> GatewayError:
    """What an answer other than success means where the provider's own code says nothing more.

    Trouble with our keys is the operator's to mend, and what was to be done is still to be done. A
    5xx may come from a proxy whose upstream has done the work.
    """
    code = (code or f"http_{status}")[:100]
    if status >= 500:
        return OutcomeUnknown(code)
    if status in _OUR_KEYS or status in _LATER or 300 <= status < 400:
        return NotDone(code)
    return Refused(code)
