"""Shows one card as it is now: claim, look, send or edit, note what came of it.

Outside any transaction, as it touches the network. The worker does this for whatever is due, the
bot at once for the card that was tapped.
"""

from __future__ import annotations

import logging

from django.utils import translation

from bookings.lifecycle import Status
from bookings.models import Reservation
from notifications.channels.base import OutcomeUnknown, SendFailed
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from telegram_bot.client import ChatGone, ChatMoved, message_edit, message_send
from telegram_bot.models import Card
from telegram_bot.presenters.card import card_screen, undo_until
from telegram_bot.selectors.cards import Facts, facts_of
from telegram_bot.services.cards import (
    card_claim,
    card_doubt,
    card_drop,
    card_fail,
    card_later,
    card_sending,
    card_shown,
    chat_leave_topic,
    chat_move,
)
from telegram_bot.services.links import chat_disable

logger = logging.getLogger(__name__)


class TelegramDown(Exception):
    """It could not be reached: others need not be tried now."""


def card_show(card_id: int) -> bool:
    """Show the card if it is due. Returns whether it shows the truth now.

    :raises TelegramDown: if Telegram cannot be reached; the card is tried again later
    """
    card = card_claim(card_id=card_id, now=clock.now())
    if card is None:
        return False
    try:
        facts = facts_of(card.reservation_id)
    except Reservation.DoesNotExist:
        card_drop(card=card)
        return False
    if card.message_id is None and facts.reservation.status != Status.PENDING:
        card_drop(card=card)
        return False
    try:
        message_id = _shown_already(card, facts) or _exchange(card, facts)
    except OutcomeUnknown as error:
        _unknown(card, error)
        return False
    except SendFailed as error:
        _failed(card, error)
        return False
    card_shown(
        card=card,
        message_id=message_id,
        version=facts.reservation.version,
        undo_until=undo_until(facts, now=clock.now()),
    )
    return True


def _shown_already(card: Card, facts: Facts) -> int | None:
    """The number of the message, if another showing was quicker and nothing has to be changed."""
    is_current = card.shown_version == facts.reservation.version
    has_old_button = card.undo_until is not None and card.undo_until <= clock.now()
    return card.message_id if is_current and not has_old_button else None


def _exchange(card: Card, facts: Facts) -> int:
    """The number of the message that shows it now."""
    chat = card.chat
    with translation.override(chat.language):
        content = card_screen(facts, card_id=card.pk, is_group=chat.is_group, now=clock.now())
    if card.message_id is not None:
        message_edit(chat_id=chat.chat_id, message_id=card.message_id, screen=content)
        return card.message_id
    card_sending(card=card)
    return message_send(chat_id=chat.chat_id, thread_id=chat.thread_id, screen=content)


def _unknown(card: Card, error: OutcomeUnknown) -> None:
    if card.message_id is None:
        logger.error("Card %s: nobody knows whether it arrived: %s", card.pk, error)
        card_doubt(card=card, error=str(error))
    else:
        card_later(card=card, error=str(error), now=clock.now())
        raise TelegramDown from None


def _failed(card: Card, error: SendFailed) -> None:
    """It was certainly not shown."""
    now = clock.now()
    logger.warning("Card %s was not shown: %s", card.pk, error.code)
    if isinstance(error, ChatMoved):
        chat_move(chat=card.chat, chat_id=error.chat_id)
        card_later(card=card, error=str(error), now=now)
    elif isinstance(error, ChatGone):
        card_fail(card=card, error=str(error))
        chat_disable(chat=card.chat, reason=error.detail, actor=SYSTEM, now=now)
    elif "thread not found" in error.detail and card.message_id is None:
        chat_leave_topic(chat=card.chat)
        card_later(card=card, error=str(error), now=now)
    elif error.is_permanent:
        card_fail(card=card, error=str(error))
    else:
        card_later(card=card, error=str(error), now=now, wait=error.retry_after)
        if error.code == "unreachable":
            raise TelegramDown from None
