"""`manage.py rederive_times`: after an update of the time zone database (rule 10)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from bookings.services import reservations_rederive
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.models import Restaurant


class Command(BaseCommand):
    help = "Derive the instants of all bookings ahead again from their wall times."

    def handle(self, *args: Any, **options: Any) -> None:
        for restaurant in Restaurant.objects.filter(is_active=True).order_by("pk").iterator():
            moved = reservations_rederive(
                restaurant_id=restaurant.pk, actor=SYSTEM, now=clock.now()
            )
            if moved:
                self.stdout.write(f"{restaurant.slug}: {moved} bookings moved")
