from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "reservehub.core"
    label = "core"
    verbose_name = _("System")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Load the checks and every app's ``subscribers`` module, so that the registry is whole."""
        import_module("reservehub.core.checks")
        autodiscover_modules("subscribers")
