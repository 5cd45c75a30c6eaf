"""Subscribers at MailerLite: who may be sent campaigns.

Not a `Backend`: MailerLite sends campaigns to lists and no single messages. Every call may be
repeated: subscribers are known by their e-mail address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests
from django.conf import settings

from notifications.channels.base import OutcomeUnknown
from notifications.channels.wire import exchange, refusal_of
from reservehub.core.needs import Needs, problem_of
from reservehub.core.reading import clean
from reservehub.core.wire import object_of

NEEDS: Needs = (("MAILERLITE_API_KEY",), ("MAILERLITE_WEBHOOK_SECRET",))


class MailerliteClient:
    """Every method raises `SendFailed` if it was refused, `OutcomeUnknown` if nobody can say."""

    provider = "mailerlite"

    def problem(self) -> str:
        return problem_of(NEEDS)

    def subscribe(
        self, email: str, *, fields: Mapping[str, str], groups: Sequence[str] = ()
    ) -> str:
        """Add the subscriber or bring its fields up to date; the id at MailerLite.

        Somebody who has unsubscribed there stays so: only the reader's own word changes that.
        """
        body: dict[str, Any] = {"email": email, "fields": dict(fields)}
        if groups:
            body["groups"] = list(groups)
        return _id_of(_answer(_call("POST", "subscribers", json=body)))

    def unsubscribe(self, email: str) -> None:
        """No campaigns any more; the address stays known so that nobody adds it again."""
        body = {"email": email, "status": "unsubscribed"}
        _answer(_call("POST", "subscribers", json=body))

    def forget(self, email: str) -> bool:
        """Have everything about the subscriber erased (GDPR). False if there is none."""
        found = _call("GET", f"subscribers/{quote(email, safe='@')}")
        if found.status_code == 404:
            return False
        subscriber_id = _id_of(_answer(found))
        forgotten = _call("POST", f"subscribers/{quote(subscriber_id, safe='')}/forget")
        if forgotten.status_code != 404:
            _answer(forgotten)
        return True


def _call(method: str, path: str, **what: Any) -> requests.Response:
    headers = {
        "Authorization": f"Bearer {settings.MAILERLITE_API_KEY}",
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    url = f"{settings.MAILERLITE_API_URL.rstrip('/')}/{path}"
    return exchange(method, url, headers=headers, **what)


def _answer(response: requests.Response) -> dict[str, Any]:
    if not 200 <= response.status_code < 300:
        raise refusal_of(
            response.status_code, response.headers, code=f"mailerlite_{response.status_code}"
        )
    return object_of(response)


def _id_of(answer: dict[str, Any]) -> str:
    data = answer.get("data")
    found = clean(data.get("id")) if isinstance(data, dict) else ""
    if not found:
        raise OutcomeUnknown("unreadable_answer")
    return found
