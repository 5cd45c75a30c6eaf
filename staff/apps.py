from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """The staff area: pages and sockets over the services of the other apps; no tables of its own
    (docs/adr/0006-a-staff-app.md)."""

    name = "staff"
    verbose_name = _("Staff area")
    default_auto_field = "django.db.models.BigAutoField"
