"""What `make run` does before it starts the processes, in one go: migrations and demo data."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """One process for both, since loading Django costs more than either when nothing is to do."""

    help = "Migrate the database and, with the demo on, load its data."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if settings.RESERVEHUB_DEMO and "load_demo" in get_commands():
            call_command("load_demo", stdout=self.stdout)
