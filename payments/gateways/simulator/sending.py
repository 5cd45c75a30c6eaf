"""Posting messages to the merchant, until they are taken."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import requests
from celery import current_app
from django.conf import settings
from django.db.models import F
from kombu.exceptions import OperationalError

from payments.gateways.simulator.signing import HEADER, sign
from payments.models import SimulatedEvent

POST_TASK = "payments.post_simulated_event"
WEBHOOK_PATH = "/webhooks/payments/simulator/"
_TIMEOUTS = (3.0, 20.0)
_PAUSES = (5, 15, 60, 300, 900, 3600)
"""Seconds between tries; after the last one nobody tries again."""

_log = logging.getLogger(__name__)


def event_hand_over(event_pk: int, *, seconds: float) -> None:
    """Have a worker post it in so many seconds; best effort, as the sweep finds what was missed."""
    try:
        current_app.signature(POST_TASK, args=(event_pk,)).apply_async(
            countdown=seconds or None, retry=False
        )
    except OperationalError:
        _log.warning("the broker is down: simulated event %s waits for the sweep", event_pk)


def events_due(*, now: datetime) -> list[int]:
    """What is to be posted now."""
    due = SimulatedEvent.objects.filter(taken_at=None, is_lost=False, next_try_at__lte=now)
    return list(due.filter(tries__lte=len(_PAUSES)).order_by("pk").values_list("pk", flat=True))


def event_post(*, event_pk: int, now: datetime) -> bool:
    """One try at one message; two at the same time are one. Returns whether it was taken.

    Touches the network: outside transactions only.
    """
    event = SimulatedEvent.objects.filter(pk=event_pk).first()
    if event is None or not _claim(event, now=now):
        return False
    body = event.body.encode()
    error = _post(body, sign(body, now=now))
    SimulatedEvent.objects.filter(pk=event.pk).update(
        last_error=error, taken_at=None if error else now
    )
    return not error


def _claim(event: SimulatedEvent, *, now: datetime) -> bool:
    if event.tries > len(_PAUSES):
        return False
    pause = timedelta(seconds=_PAUSES[min(event.tries, len(_PAUSES) - 1)])
    open_rows = SimulatedEvent.objects.filter(pk=event.pk, taken_at=None, is_lost=False)
    return bool(
        open_rows.filter(tries=event.tries, next_try_at__lte=now).update(
            tries=F("tries") + 1, next_try_at=now + pause
        )
    )


def _post(body: bytes, signature: str) -> str:
    """Empty where the merchant took it, else why not."""
    try:
        response = requests.post(
            settings.RESERVEHUB_BASE_URL + WEBHOOK_PATH,
            data=body,
            headers={HEADER: signature, "Content-Type": "application/json"},
            timeout=_TIMEOUTS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return type(error).__name__[:100]
    return "" if response.ok else f"http_{response.status_code}"
