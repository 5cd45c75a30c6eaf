"""Every update is handled once, as far as that can be promised.

A process claims an update before it handles it. What is done is never done again. What was claimed
and not finished (its process died, or the database went away) is handled again when Telegram
delivers it again, so handlers must bear repetition: they call services that compare the version or
the state, and edit messages in place. A new message sent just before the crash may appear twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from telegram_bot.models import AdminChat, Dialogue, TelegramUser, Update

TAKEN_BACK_AFTER = timedelta(seconds=90)
"""A claim older than this is of a process that died; longer than any handler may take."""
KEPT_FOR = timedelta(days=3)
DIALOGUES_KEPT_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Begun:
    """:param is_ours: whether to handle it now; if not, `is_done` tells why"""

    is_ours: bool
    is_done: bool
    language: str


@transaction.atomic
def update_begin(
    *,
    update_id: int,
    by: str,
    telegram_id: int | None,
    chat_id: int | None,
    language_code: str,
    now: datetime,
) -> Begun:
    """Claim the update and find out the language to answer in.

    :param by: the process; names of pollers begin with ``poll``. There can be only one, and it
        asks again for what it or its predecessor did not finish: that is taken over at once
    """
    language = language_of(telegram_id=telegram_id, chat_id=chat_id, code=language_code)
    if _claim(update_id, by=by, now=now):
        return Begun(is_ours=True, is_done=False, language=language)
    is_done = Update.objects.filter(pk=update_id, done_at__isnull=False).exists()
    return Begun(is_ours=False, is_done=is_done, language=language)


def _claim(update_id: int, *, by: str, now: datetime) -> bool:
    try:
        with transaction.atomic():
            Update.objects.create(update_id=update_id, claimed_by=by, claimed_at=now)
    except IntegrityError:
        pass  # somebody has it, or had it
    else:
        return True
    abandoned = Q(claimed_at__lt=now - TAKEN_BACK_AFTER)
    if by.startswith("poll"):
        abandoned |= Q(claimed_by__startswith="poll")
    return bool(
        Update.objects.filter(abandoned, pk=update_id, done_at=None).update(
            claimed_by=by, claimed_at=now
        )
    )


def update_done(*, update_id: int, now: datetime) -> None:
    Update.objects.filter(pk=update_id).update(done_at=now)


def updates_prune(*, now: datetime) -> int:
    """Forget what Telegram will not deliver again (it keeps updates for a day), and dialogues that
    nobody continued.
    """
    gone, _by_model = Update.objects.filter(claimed_at__lt=now - KEPT_FOR).delete()
    Dialogue.objects.filter(updated_at__lt=now - DIALOGUES_KEPT_FOR).delete()
    return gone


def language_of(*, telegram_id: int | None, chat_id: int | None, code: str) -> str:
    """The chosen language: a chat of a restaurant has its own; a person's choice; else what
    Telegram says, if we speak it; else English.
    """
    if chat_id is not None and chat_id < 0:
        chats = AdminChat.objects.filter(chat_id=chat_id)
        chosen = chats.values_list("language", flat=True).first()
    elif telegram_id is not None:
        people = TelegramUser.objects.filter(pk=telegram_id)
        chosen = people.values_list("language", flat=True).first()
    else:
        chosen = None
    known = dict(settings.LANGUAGES)
    for wish in (chosen, code.partition("-")[0].lower()):
        if wish in known:
            return wish
    return settings.LANGUAGE_CODE


def language_choose(*, telegram_id: int, language: str, now: datetime) -> None:
    """Remember what somebody chose with /lang."""
    TelegramUser.objects.update_or_create(
        pk=telegram_id, defaults={"language": language, "updated_at": now}
    )
