from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from payments import checks

__all__ = ["PaymentsConfig", "checks"]


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"
