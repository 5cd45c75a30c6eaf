"""Work of the bot beside its dialogues: cards, overviews, tidying."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings

from reservehub.core import clock
from telegram_bot.digest import digest_send
from telegram_bot.services.cards import CARD_TASK, cards_sweep
from telegram_bot.services.digests import digests_due
from telegram_bot.services.updates import updates_prune
from telegram_bot.showing import TelegramDown, card_show


@shared_task(name=CARD_TASK, ignore_result=True)
def sync_card(card_id: int) -> bool:
    """Show one card; harmless when run twice. Returns whether it shows the truth now."""
    if not settings.TELEGRAM_BOT_TOKEN:
        return False
    try:
        return card_show(card_id)
    except TelegramDown:
        return False


@shared_task(name="telegram_bot.sweep_cards", ignore_result=True)
def sweep_cards() -> int:
    """Show what waits: tasks that got lost, second tries, undo buttons whose minute is over.
    Returns how many were shown.
    """
    due = cards_sweep(now=clock.now())
    shown = 0
    if not settings.TELEGRAM_BOT_TOKEN:
        return shown
    for pk in due:
        try:
            shown += card_show(pk)
        except TelegramDown:
            break
    return shown


@shared_task(name="telegram_bot.prune_updates", ignore_result=True)
def prune_updates() -> int:
    """Forget old updates and abandoned dialogues. Returns how many updates."""
    return updates_prune(now=clock.now())


@shared_task(name="telegram_bot.send_digests", ignore_result=True)
def send_digests() -> int:
    """Tell the chats of restaurants that are about to open who comes. Returns how many were
    told.
    """
    if not settings.TELEGRAM_BOT_TOKEN:
        return 0
    return sum(digest_send(owed) for owed in list(digests_due(now=clock.now())))
