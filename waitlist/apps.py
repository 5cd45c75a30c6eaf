from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WaitlistConfig(AppConfig):
    name = "waitlist"
    verbose_name = _("Waitlist")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from guests.privacy import register_keeper  # noqa: PLC0415
        from waitlist.services.privacy import KEEPER  # noqa: PLC0415

        register_keeper(KEEPER)
