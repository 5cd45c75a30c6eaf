"""Telling the workers that a committed row waits: best effort, as the row's sweep finds what was
missed."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from reservehub.core.background import Pump


class Handover:
    """Has one task run for rows that were written in a transaction, once it has committed.

    :param task: name of the task, which takes the key of the row; messages on their way carry it,
        so it may not change
    """

    def __init__(self, task: str) -> None:
        self.task = task
        self._pump: Pump[int] = Pump(f"handover-{task}", self._send)

    def after_commit(self, pk: int) -> None:
        """Never waits for the broker and never fails."""
        transaction.on_commit(partial(self._hand_over, pk), robust=True)

    def now(self, pk: int) -> None:
        """Queue the task, waiting for the broker.

        :raises kombu.exceptions.OperationalError: if it cannot be reached
        """
        current_app.signature(self.task, args=(pk,)).apply_async(retry=False)

    def _hand_over(self, pk: int) -> None:
        if current_app.conf.task_always_eager:
            self.now(pk)
        else:
            self._pump.put(pk)

    def _send(self, pk: int) -> None:
        try:
            self.now(pk)
        except OperationalError as error:
            self._pump.complain(f"the broker is down, left to the sweep: {error}")
