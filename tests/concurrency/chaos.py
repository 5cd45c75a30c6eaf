"""Prepares the database of the chaos test: ``python -m tests.concurrency.chaos``.

Migrates and prints the slug of a restaurant; a process of its own, as the database is one of its
own.
"""

from __future__ import annotations

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reservehub.settings.development")
    django.setup()

from django.core.management import call_command

if __name__ == "__main__":
    call_command("migrate", verbosity=0, interactive=False)

    from tests.factories import make_restaurant  # needs the apps

    restaurant = make_restaurant(tables=(2, 2, 2, 4, 4, 6), period={"max_arriving_covers": 12})
    sys.stdout.write(restaurant.slug)
