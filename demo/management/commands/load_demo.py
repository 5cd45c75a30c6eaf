"""`manage.py load_demo`: restaurants, guests and an evening in full swing, for the demo only."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.wipe import demo_wipe
from demo.world import Report, demo_load
from reservehub.core import clock, realtime
from reservehub.local.demo import DEMO_ADDRESSES, DEMO_PASSWORD


class Command(BaseCommand):
    help = "Make the demo restaurants, or bring them to the present moment. Changes are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help="First delete the demo restaurants with everything people changed in them.",
        )

    def handle(self, *, reset: bool = False, **options: Any) -> None:
        if not settings.RESERVEHUB_DEMO:
            raise CommandError("The demo is switched off here: set RESERVEHUB_DEMO=1 to allow it.")
        now = clock.now()
        if reset:
            demo_wipe()
        report = demo_load(now=now)
        realtime.drain()
        self.stdout.write(_summary(report))


def _summary(report: Report) -> str:
    if not report.is_new:
        return (
            f"The demo is up to date: {report.booked} bookings added, {report.advanced} brought "
            f"forward, {report.played} steps played."
        )
    return (
        f"The demo is ready: {report.booked} bookings.\n"
        f"Log in as {', '.join(DEMO_ADDRESSES)}; the password is {DEMO_PASSWORD}."
    )
