from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TelegramBotConfig(AppConfig):
    name = "telegram_bot"
    verbose_name = _("Telegram bot")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from guests.privacy import register_keeper  # noqa: PLC0415
        from notifications.outbox_sources import register_outbox_source  # noqa: PLC0415
        from notifications.readers import register_staff_chats  # noqa: PLC0415
        from telegram_bot.outbox import cards_in_the_outbox  # noqa: PLC0415
        from telegram_bot.selectors.people import staff_chats_of  # noqa: PLC0415
        from telegram_bot.services.privacy import KEEPER  # noqa: PLC0415

        register_staff_chats(staff_chats_of)
        register_outbox_source(cards_in_the_outbox)
        register_keeper(KEEPER)
