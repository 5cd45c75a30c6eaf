"""Taps on cards: confirm, discard with a reason, take back."""

from __future__ import annotations

from aiogram import F, Router
from aiogram.types import CallbackQuery
from django.utils import translation

from reservehub.core import clock
from reservehub.core.errors import DomainError
from telegram_bot.bridge import call
from telegram_bot.errors import ButtonOld
from telegram_bot.models import Card
from telegram_bot.presenters.card import CARD, NO_REASON, card_screen
from telegram_bot.screen import Screen, parts_of
from telegram_bot.selectors.cards import facts_of
from telegram_bot.services.answering import (
    Tapped,
    card_confirm,
    card_decline,
    card_opened,
    card_undo,
)
from telegram_bot.services.cards import card_distrust, cards_touch
from telegram_bot.showing import TelegramDown, card_show
from telegram_bot.staff import show

router = Router(name="staff.cards")


@router.callback_query(F.data.startswith(f"{CARD}:"))
async def tapped(tap: CallbackQuery) -> None:
    """Whatever comes of it, the message shows the truth afterwards."""
    deed, found, reason = _read(tap)
    try:
        if deed == "ok":
            said = await call(card_confirm, tapped=found, now=clock.now())
        elif deed == "no" and reason:
            wanted = "" if reason == NO_REASON else reason
            said = await call(card_decline, tapped=found, reason=wanted, now=clock.now())
        elif deed == "undo":
            said = await call(card_undo, tapped=found, now=clock.now())
        else:
            screen = await call(_asking, found, asks_reason=deed == "no")
            await show.edit(tap, screen)
            return
    except DomainError:
        await call(_show_now, found)
        raise
    await tap.answer(said)
    await call(_show_now, found)


def _read(tap: CallbackQuery) -> tuple[str, Tapped, str]:
    """:raises ButtonOld: for what we never sent"""
    deed, card_id, version, reason = (*parts_of(tap.data)[1:], "", "", "", "")[:4]
    if tap.message is None or not (card_id.isdecimal() and version.isdecimal()):
        raise ButtonOld
    return (
        deed,
        Tapped(
            card_id=int(card_id),
            chat_id=tap.message.chat.id,
            message_id=tap.message.message_id,
            telegram_id=tap.from_user.id,
            version=int(version),
        ),
        reason,
    )


def _asking(found: Tapped, *, asks_reason: bool) -> Screen:
    """The card with the reasons under it, or as it was before."""
    now = clock.now()
    card, _post = card_opened(tapped=found, now=now)
    facts = facts_of(card.reservation_id)
    with translation.override(card.chat.language):
        return card_screen(
            facts,
            card_id=card.pk,
            is_group=card.chat.is_group,
            now=now,
            asks_reason=asks_reason,
        )


def _show_now(found: Tapped) -> None:
    """At once, without waiting for the event to come round; its own showing then has nothing to
    do. Only for a card of this chat: a stranger's forgery moves nothing.
    """
    card = Card.objects.filter(pk=found.card_id, chat__chat_id=found.chat_id).first()
    if card is None:
        return
    card_distrust(card_id=card.pk)
    cards_touch(reservation_id=card.reservation_id, now=clock.now())
    try:
        card_show(card.pk)
    except TelegramDown:
        return  # it is tried again
