"""All that staff can say to the bot, in the order in which it is tried."""

from __future__ import annotations

from aiogram import Router

from telegram_bot.staff import cards, commands, linking

router = Router(name="staff")
router.include_routers(linking.router, cards.router, commands.router)
