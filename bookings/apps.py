from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Bookings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from bookings.services.stranded import reservations_on_tables, stranded_reservations
        from restaurants.impact import register_impact_check, register_table_use

        register_impact_check(stranded_reservations)
        register_table_use(reservations_on_tables)
