from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RestaurantsConfig(AppConfig):
    name = "restaurants"
    verbose_name = _("Restaurants")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from accounts.second_factor import register_second_factor_question  # noqa: PLC0415
        from restaurants.selectors.access import (  # noqa: PLC0415
            is_asked_for_second_factor,
        )

        register_second_factor_question(is_asked_for_second_factor)
