"""Count the figures of guests: `count_guests`, after an import or for data of earlier days."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from bookings.services.figures import figures_count_stale
from reservehub.core import clock


class Command(BaseCommand):
    help = "Count the visits of guests whose figures are missing or old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that look right")

    def handle(self, *_args: Any, **options: Any) -> None:
        counted = figures_count_stale(now=clock.now(), everybody=bool(options["all"]))
        self.stdout.write(f"{counted} guests counted.")
