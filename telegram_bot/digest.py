"""Sends overviews of the day; touches the network outside any transaction."""

from __future__ import annotations

import logging

from django.utils import translation

from notifications.channels.base import OutcomeUnknown, SendFailed
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.permissions import Capability
from telegram_bot.client import ChatGone, message_send
from telegram_bot.presenters.book import today_screen
from telegram_bot.selectors.people import Post
from telegram_bot.services.digests import Owed, digest_claim, digest_release
from telegram_bot.services.links import chat_disable

logger = logging.getLogger(__name__)


def digest_send(owed: Owed) -> bool:
    """Returns whether Telegram took it."""
    if not digest_claim(owed=owed):
        return False
    chat = owed.chat
    post = Post(
        restaurant=chat.restaurant,
        actor=SYSTEM,
        capabilities=frozenset({Capability.VIEW_BOOK}),
        is_group=chat.is_group,
    )
    with translation.override(chat.language):
        content = today_screen(post, now=clock.now(), is_digest=True)
    try:
        message_send(chat_id=chat.chat_id, thread_id=chat.thread_id, screen=content)
    except ChatGone as error:
        chat_disable(chat=chat, reason=error.detail, actor=SYSTEM, now=clock.now())
    except SendFailed as error:
        logger.warning("The overview for chat %s was not sent: %s", chat.pk, error.code)
        digest_release(owed=owed)
    except OutcomeUnknown as error:
        logger.warning("The overview for chat %s may have been sent: %s", chat.pk, error)
    else:
        return True
    return False
