"""Cards: owed in the transaction of the event, shown by a task, edited to the truth.

A card is due when something happened. Whoever shows it claims it by compare-and-swap, so two
workers never send it together; what happens meanwhile makes it due again. The first sending is
noted before it begins: a crash in the middle leaves the card uncertain and is never repeated by
itself (requirement I1); an edit is repeated, as it does no harm.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from reservehub.core.handover import Handover
from telegram_bot.models import AdminChat, Card, CardState

CARD_TASK = "telegram_bot.sync_card"
STUCK_AFTER = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=10)
MAX_EDITS_TRIED = 12
LIVING = (CardState.WAITING, CardState.SENDING, CardState.SHOWN)

_cards = Handover(CARD_TASK)


def cards_add(*, reservation_id: int, restaurant_id: int, now: datetime) -> int:
    """Owe a card to every chat of the restaurant; repeating it changes nothing."""
    chats = AdminChat.objects.filter(restaurant_id=restaurant_id, is_active=True)
    Card.objects.bulk_create(
        [
            Card(chat=chat, reservation_id=reservation_id, due_at=now, created_at=now)
            for chat in chats
        ],
        ignore_conflicts=True,
    )
    return cards_touch(reservation_id=reservation_id, now=now)


def cards_touch(*, reservation_id: int, now: datetime) -> int:
    """Something happened to the reservation: its cards are to show it. Returns how many."""
    cards = Card.objects.filter(
        reservation_id=reservation_id, state__in=LIVING, chat__is_active=True
    )
    ids = list(cards.values_list("pk", flat=True))
    # Another instant than before: a showing under way sees that it is not the last.
    Card.objects.filter(pk__in=ids).update(due_at=now, attempts=0)
    _hand_over(ids)
    return len(ids)


def _hand_over(ids: Iterable[int]) -> None:
    for pk in ids:
        _cards.after_commit(pk)


@transaction.atomic
def card_claim(*, card_id: int, now: datetime) -> Card | None:
    """The card, for the caller alone to show; None if it is not due or somebody else shows it."""
    # On columns of the card alone: with a join it becomes a subquery, which a worker that waited
    # for the row does not evaluate again, and both would win.
    claimed = Card.objects.filter(
        pk=card_id, state__in=LIVING, due_at__lte=now, claimed_at=None
    ).update(claimed_at=now, attempts=F("attempts") + 1)
    if not claimed:
        return None
    card = Card.objects.select_related("chat", "reservation").get(pk=card_id)
    if not card.chat.is_active:
        card_fail(card=card, error="the chat is switched off")
        return None
    return card


def card_sending(*, card: Card) -> None:
    """The network is touched next: from here on a crash leaves the card uncertain."""
    Card.objects.filter(pk=card.pk).update(state=CardState.SENDING)


def card_shown(*, card: Card, message_id: int, version: int, undo_until: datetime | None) -> None:
    """The message shows this version. With `undo_until` it is due again then, to lose the button;
    what happened meanwhile makes it due at once.
    """
    done = {
        "state": CardState.SHOWN,
        "message_id": message_id,
        "shown_version": version,
        "undo_until": undo_until,
        "claimed_at": None,
        "attempts": 0,
        "last_error": "",
    }
    mine = Card.objects.filter(pk=card.pk, claimed_at=card.claimed_at)
    if not mine.filter(due_at=card.due_at).update(**done, due_at=undo_until):
        mine.update(**done)
        _hand_over([card.pk])


def card_later(
    *, card: Card, error: str, now: datetime, wait: timedelta | None = None
) -> datetime | None:
    """It was certainly not shown: try again later, each time later still. None if it was the last
    time.
    """
    if card.message_id is not None and card.attempts >= MAX_EDITS_TRIED:
        card_fail(card=card, error=error)
        return None
    pause = wait or min(FIRST_PAUSE * 2 ** min(card.attempts - 1, 10), LONGEST_PAUSE)
    due_at = now + pause * random.uniform(1, 1.2)  # noqa: S311 - spreads the load
    state = CardState.WAITING if card.message_id is None else CardState.SHOWN
    Card.objects.filter(pk=card.pk).update(
        state=state, claimed_at=None, due_at=due_at, last_error=error[:300]
    )
    return due_at


def card_fail(*, card: Card, error: str) -> None:
    """Trying again is useless."""
    _end(card, CardState.FAILED, error)


def card_drop(*, card: Card) -> None:
    """It was answered before it could be shown: nobody needs it."""
    _end(card, CardState.DROPPED, "")


def card_doubt(*, card: Card, error: str) -> None:
    """Nobody knows whether the message arrived. A person settles it, or a tap on it does."""
    _end(card, CardState.UNCERTAIN, error)


def _end(card: Card, state: CardState, error: str) -> None:
    Card.objects.filter(pk=card.pk).update(
        state=state, claimed_at=None, due_at=None, last_error=error[:300]
    )


def chat_move(*, chat: AdminChat, chat_id: int) -> None:
    """The group became a supergroup; Telegram gave it another number."""
    AdminChat.objects.filter(chat_id=chat.chat_id).update(chat_id=chat_id)


def chat_leave_topic(*, chat: AdminChat) -> None:
    """The topic is gone: the chat itself is told."""
    AdminChat.objects.filter(pk=chat.pk).update(thread_id=None)


def card_found(*, card: Card, message_id: int, now: datetime) -> None:
    """Somebody tapped the message, so it did arrive."""
    if card.message_id == message_id and card.state == CardState.SHOWN:
        return
    Card.objects.filter(pk=card.pk).exclude(state=CardState.SENDING).update(
        state=CardState.SHOWN,
        message_id=message_id,
        shown_version=0,
        due_at=now,
        attempts=0,
        last_error="",
    )


def card_distrust(*, card_id: int) -> None:
    """Somebody saw something else than the truth on it: edit it whatever version was noted."""
    Card.objects.filter(pk=card_id).update(shown_version=0)


def cards_sweep(*, now: datetime) -> list[int]:
    """Settle what died in the middle, and return the cards that wait to be shown."""
    stuck = Card.objects.filter(claimed_at__lt=now - STUCK_AFTER)
    stuck.filter(state=CardState.SENDING, message_id=None).update(
        state=CardState.UNCERTAIN,
        claimed_at=None,
        due_at=None,
        last_error="the process ended while it was sending",
    )
    stuck.filter(~Q(state=CardState.SENDING) | Q(message_id__isnull=False)).update(claimed_at=None)
    due = Card.objects.filter(
        due_at__lte=now, claimed_at=None, state__in=LIVING, chat__is_active=True
    )
    return list(due.order_by("due_at").values_list("pk", flat=True)[:200])


def card_sync_again(*, card_id: int, now: datetime) -> None:
    """Staff want it shown anew: a failed one is tried again, an uncertain one that was never seen
    is sent as if for the first time.
    """
    Card.objects.filter(pk=card_id, claimed_at=None).update(
        state=CardState.SHOWN, due_at=now, attempts=0, last_error="", shown_version=0
    )
    Card.objects.filter(pk=card_id, claimed_at=None, message_id=None).update(
        state=CardState.WAITING
    )
    _hand_over([card_id])


def card_settle(*, card_id: int, arrived: bool, now: datetime) -> None:
    """A person looked into the chat: it arrived (and stays as it is), or it did not."""
    uncertain = Card.objects.filter(pk=card_id, state=CardState.UNCERTAIN)
    if arrived:
        uncertain.update(state=CardState.DROPPED, due_at=None)
    else:
        uncertain.update(state=CardState.WAITING, due_at=now, attempts=0, last_error="")
        _hand_over([card_id])
