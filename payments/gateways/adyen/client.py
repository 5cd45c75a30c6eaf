"""Calls to Adyen's Checkout API."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

from payments.gateways import wire
from payments.gateways.base import GatewayError, NotDone, OutcomeUnknown, Refused
from reservehub.core.reading import clean
from reservehub.core.wire import object_of

#: "Request already processed or in progress": the same key is under way in another request.
_UNDER_WAY = "704"


def act(path: str, body: dict[str, Any], *, key: str) -> dict[str, Any]:
    """A POST, done once however often it is made with the same key.

    :raises Refused: nothing happened, and will not
    :raises NotDone: nothing happened, and may be tried again
    :raises OutcomeUnknown: it may have happened
    """
    headers = {**_headers(), "Idempotency-Key": key}
    response = wire.act("POST", _url(path), json=body, headers=headers)
    answer = object_of(response)
    if response.status_code not in (200, 201):
        raise _failure(response, answer)
    if not answer:
        raise OutcomeUnknown("unreadable_answer")
    return answer


def remove(path: str, **query: str) -> None:
    """A DELETE: what is gone stays gone, so it needs no key.

    :raises Refused: nothing happened, and will not
    :raises NotDone: nothing happened, and may be tried again
    :raises OutcomeUnknown: it may have happened
    """
    response = wire.act("DELETE", _url(path), params=query, headers=_headers())
    if response.status_code not in (200, 204):
        raise _failure(response, object_of(response))


def look(path: str, **query: str) -> dict[str, Any]:
    """A GET.

    :raises Refused: there is no such thing
    :raises NotDone: there is no answer
    """
    response = wire.look(_url(path), params=query, headers=_headers())
    answer = object_of(response)
    if response.status_code == 200 and answer:
        return answer
    failure = _failure(response, answer)
    raise failure if isinstance(failure, Refused) else NotDone(failure.code)


def _url(path: str) -> str:
    return f"{settings.ADYEN_API_URL.rstrip('/')}/{path}"


def _headers() -> dict[str, str]:
    if not settings.ADYEN_API_KEY or not settings.ADYEN_API_URL:
        raise NotDone("no_keys")
    return {"X-API-Key": settings.ADYEN_API_KEY}


def _failure(response: requests.Response, answer: dict[str, Any]) -> GatewayError:
    number = clean(answer.get("errorCode"), 40)
    if number == _UNDER_WAY:
        return OutcomeUnknown(f"adyen_{number}")
    return wire.refusal_of(response.status_code, f"adyen_{number}" if number else "")
