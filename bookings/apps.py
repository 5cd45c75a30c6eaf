from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = _("Bookings")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from bookings.services.figures import figures_count  # noqa: PLC0415
        from bookings.services.money_privacy import disputing  # noqa: PLC0415
        from bookings.services.privacy import KEEPER  # noqa: PLC0415
        from bookings.services.stranded import (  # noqa: PLC0415
            reservations_on_tables,
            stranded_reservations,
        )
        from guests.merging import register_recount  # noqa: PLC0415
        from guests.privacy import register_keeper, register_pause  # noqa: PLC0415
        from restaurants.impact import (  # noqa: PLC0415
            register_impact_check,
            register_table_use,
        )

        register_impact_check(stranded_reservations)
        register_table_use(reservations_on_tables)
        register_recount(figures_count)
        register_keeper(KEEPER)
        register_pause(disputing)
