"""``manage.py make_vapid_keys``: the key by which push services know this site."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from notifications.channels.webpush.keys import make_pair


class Command(BaseCommand):
    help = (
        "Prints a new VAPID_PRIVATE_KEY for .env and its public half. Changing the key ends all "
        "subscriptions made under the old one."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        private, public = make_pair()
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}")
        self.stdout.write(f"# public half, for your information: {public}")
