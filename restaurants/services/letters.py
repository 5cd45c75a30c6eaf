"""Telling the workers that a letter waits: best effort, as the sweep finds what was missed."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from reservehub.core.background import Pump

#: Messages on their way carry this name: it may not change.
LETTER_TASK = "restaurants.send_invitation"


def queue_letter(invitation_id: int) -> None:
    """Have the letter of an invitation sent once the transaction has committed."""
    transaction.on_commit(partial(_hand_over, invitation_id), robust=True)


def _hand_over(invitation_id: int) -> None:
    if current_app.conf.task_always_eager:
        current_app.signature(LETTER_TASK, args=(invitation_id,)).apply_async(retry=False)
    else:
        _pump.put(invitation_id)


def _send(invitation_id: int) -> None:
    try:
        current_app.signature(LETTER_TASK, args=(invitation_id,)).apply_async(retry=False)
    except OperationalError as error:
        _pump.complain(f"the broker is down, left to the sweep: {error}")


_pump: Pump[int] = Pump("invitation-letters", _send)
