"""`manage.py live_demo`: the evening goes on while somebody watches; for the demo only."""

from __future__ import annotations

import random
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, close_old_connections

from demo.passersby import Passersby
from demo.world import demo_load, lively_places
from reservehub.core import clock

PLAN_EVERY = 60.0
"""Seconds between two looks at the plan of the day; passers-by fill the time between."""


class Command(BaseCommand):
    help = "Let guests book, arrive, sit down and leave in the demo restaurants, until stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=float,
            default=6.0,
            metavar="SECONDS",
            help="Something happens so often in each of the four detailed restaurants.",
        )

    def handle(self, *, every: float, **options: Any) -> None:
        if not settings.RESERVEHUB_DEMO:
            raise CommandError("The demo is switched off here: set RESERVEHUB_DEMO=1 to allow it.")
        if every <= 0:
            raise CommandError("--every must be more than 0 seconds.")
        chance = random.Random()  # noqa: S311 - theatre
        plan_at = time.monotonic()
        while True:
            try:
                if time.monotonic() >= plan_at:
                    plan_at = time.monotonic() + PLAN_EVERY
                    demo_load(now=clock.now(), is_watched=True)
                self._round(chance, every)
            except OperationalError:  # the database restarts: so does the evening
                close_old_connections()
                time.sleep(every)

    def _round(self, chance: random.Random, every: float) -> None:
        """One thing in every place, spread over the time."""
        places = lively_places()
        for place in chance.sample(places, len(places)):
            Passersby(place, chance).happen(now=clock.now())
            time.sleep(every / len(places))
        if not places:
            time.sleep(every)
