"""The cards of requests in the outbox of development, as their chat shows them."""

from __future__ import annotations

from django.utils import translation
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from bookings.models import Reservation
from notifications.kinds import ChannelName
from notifications.outbox_sources import OutboxButton, OutboxItem
from reservehub.core import clock
from telegram_bot.models import Card, CardState
from telegram_bot.presenters.card import card_screen
from telegram_bot.selectors.cards import facts_of

NEWEST = 20


def cards_in_the_outbox() -> list[OutboxItem]:
    """The newest cards, also those that wait because no bot is connected."""
    cards = Card.objects.select_related("chat__restaurant").order_by("-pk")
    return [item for card in cards[:NEWEST] if (item := _item_of(card)) is not None]


def _item_of(card: Card) -> OutboxItem | None:
    try:
        facts = facts_of(card.reservation_id)
    except Reservation.DoesNotExist:
        return None
    with translation.override(card.chat.language):
        shown = card_screen(facts, card_id=card.pk, is_group=card.chat.is_group, now=clock.now())
    return OutboxItem(
        key=f"telegram-card-{card.pk}",
        channel=ChannelName.TELEGRAM,
        at=card.created_at,
        version=f"{card.state}-{facts.reservation.version}",
        kind_label=_("Card of a request"),
        status_label=str(CardState(card.state).label),
        to=card.chat.title or str(card.chat.chat_id),
        sender=str(card.chat.restaurant),
        text=strip_tags(shown.text),
        buttons=tuple(
            OutboxButton(label=button["text"], url=button.get("url", ""))
            for row in shown.markup()["inline_keyboard"]
            for button in row
        ),
    )
