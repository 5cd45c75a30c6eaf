"""Calls to Square's API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from payments.gateways import wire
from payments.gateways.base import GatewayError, NotDone, OutcomeUnknown, Refused
from reservehub.core.reading import clean
from reservehub.core.wire import object_of

VERSION = "2025-08-20"
#: The bank wants the guest to prove who they are.
_VERIFY = frozenset({"CARD_DECLINED_VERIFICATION_REQUIRED"})
_OURS = frozenset({"AUTHENTICATION_ERROR", "MERCHANT_SUBSCRIPTION_ERROR", "RATE_LIMIT_ERROR"})
#: What an earlier request with the same key did is not what we asked now: nobody can say.
_UNCLEAR = frozenset({"IDEMPOTENCY_KEY_REUSED", "TEMPORARY_ERROR"})
_MOST_PAGES = 200


def act(path: str, body: dict[str, Any], *, method: str = "POST") -> dict[str, Any]:
    """A request that changes something; the key is in the body.

    :raises Refused: nothing happened, and will not
    :raises NotDone: nothing happened, and may be tried again
    :raises OutcomeUnknown: it may have happened
    """
    response = wire.act(method, _url(path), json=body, headers=_headers())
    answer = object_of(response)
    if response.status_code != 200:
        raise _failure(response, answer)
    # Cancelling by key answers with an empty object; everything else says what it made.
    return answer


def look(path: str, **query: str) -> dict[str, Any]:
    """A GET.

    :raises Refused: there is no such thing
    :raises NotDone: there is no answer
    """
    response = wire.look(_url(path), params=query, headers=_headers())
    answer = object_of(response)
    if response.status_code == 200:
        return answer
    failure = _failure(response, answer)
    raise failure if isinstance(failure, Refused) else NotDone(failure.code)


def pages(path: str, name: str, **query: str) -> Iterator[dict[str, Any]]:
    """The objects of a list, page after page.

    :raises NotDone: if it does not end, or does not come
    """
    cursor = ""
    for _page in range(_MOST_PAGES):
        more = {"cursor": cursor} if cursor else {}
        answer = look(path, **query, **more)
        listed = answer.get(name)
        yield from (one for one in listed or () if isinstance(one, dict))
        cursor = clean(answer.get("cursor"), 1000)
        if not cursor:
            return
    raise NotDone("endless_list")


def at(path: str, number: str) -> str:
    """The path of an object."""
    return f"{path}/{quote(number, safe='')}"


def made(answer: dict[str, Any], name: str) -> dict[str, Any]:
    """The object that an answer is about.

    :raises OutcomeUnknown: if it is not there
    """
    thing = answer.get(name)
    if not isinstance(thing, dict) or not clean(thing.get("id")):
        raise OutcomeUnknown("unreadable_answer")
    return thing


def _url(path: str) -> str:
    return f"{settings.SQUARE_API_URL.rstrip('/')}/v2/{path}"


def _headers() -> dict[str, str]:
    if not settings.SQUARE_ACCESS_TOKEN:
        raise NotDone("no_keys")
    return {
        "Authorization": f"Bearer {settings.SQUARE_ACCESS_TOKEN}",
        "Square-Version": VERSION,
    }


def _failure(response: requests.Response, answer: dict[str, Any]) -> GatewayError:
    listed = answer.get("errors")
    error = listed[0] if isinstance(listed, list) and listed else {}
    error = error if isinstance(error, dict) else {}
    code, category = clean(error.get("code"), 60), clean(error.get("category"), 60)
    name = code.lower()
    if code in _UNCLEAR:
        return OutcomeUnknown(name)
    if category in _OURS:
        return NotDone(name or category.lower())
    failure = wire.refusal_of(response.status_code, name)
    if isinstance(failure, Refused) and code in _VERIFY:
        return Refused(name, needs_guest=True)
    return failure
