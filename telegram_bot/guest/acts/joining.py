"""Waiting for a table where none is free: a time, a card, one tap (D7, rule 85)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _

from bookings.errors import NoOnlineAvailability
from bookings.presenters.words import explain
from reservehub.core.errors import DomainError, IdempotencyMismatch, ValidationFailed
from telegram_bot.guest.acts import finding
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.acts.waits import screen_of
from telegram_bot.guest.codes import Step, encode
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.presenters.card import refused_screen
from telegram_bot.guest.presenters.waiting import (
    wait_card_screen,
    wait_phone_words,
    wait_times_screen,
)
from telegram_bot.guest.profiles import profile_awaits
from telegram_bot.guest.reading import answers_of, can_wait, is_bookable_date, waitable
from telegram_bot.guest.screens import Reply
from telegram_bot.guest.writing import join_once
from telegram_bot.screen import Screen
from waitlist.errors import NothingToWaitFor, TableFree
from waitlist.selectors import settings_of


def times(turn: Turn) -> Reply:
    """Which time would suit? All of them at once only where not a single one is free."""
    goal, tap = turn.goal(), turn.tap
    tap = replace(tap, step=Step.WAIT, start=None, version=0, nonce="")
    is_sound = tap.day is not None and finding.takes_party(goal, tap.party)
    if tap.day is None or not is_sound or not is_bookable_date(goal, tap.day, now=turn.now):
        return finding.times(replace(turn, tap=replace(tap, step=Step.TIMES)))
    answers = answers_of(goal, party=tap.party, day=tap.day, now=turn.now)
    if not can_wait(goal, answers):
        return refreshed(finding.times_for(goal, tap, tap.day, now=turn.now))
    has_free = any(answer.available for answer in answers)
    return Reply(
        screen=wait_times_screen(
            goal, waitable(answers), tap=tap, day=tap.day, has_all=not has_free
        )
    )


def card(turn: Turn) -> Reply:
    """What is waited for, and how an offer works; the telephone number is asked for once."""
    goal, tap, profile = turn.goal(), turn.tap, turn.profile
    if tap.day is None or tap.time is None:
        return times(turn)
    screen, confirm = wait_card_screen(
        goal,
        tap=replace(tap, step=Step.WAIT_CARD, nonce=""),
        day=tap.day,
        window=(tap.time, tap.until or tap.time),
        name=profile.name,
        phone=str(profile.phone),
        is_broadcast=settings_of(goal.restaurant.pk).is_broadcast,
    )
    if profile.phone:
        return Reply(screen=screen)
    profile_awaits(profile, encode(confirm), now=turn.now)
    return Reply(screen=screen, phone_prompt=wait_phone_words())


def join(turn: Turn) -> Reply:
    """The card becomes an entry of the waitlist, exactly once."""
    goal, tap = turn.goal(), turn.tap
    is_whole = tap.day is not None and tap.time is not None and bool(tap.nonce)
    if tap.day is None or not is_whole or not turn.profile.phone:
        return card(turn)
    try:
        entry = join_once(goal, tap, profile=turn.profile, now=turn.now)
    except IdempotencyMismatch:
        return card(turn)
    except TableFree as refusal:
        return Reply(screen=_free(turn, goal, tap.day, refusal))
    except NoOnlineAvailability:
        said = _("There is no online availability. Please call the restaurant.")
        return Reply(screen=refused_screen(goal, said=said, with_phone=True))
    except DomainError as refusal:
        return Reply(screen=refused_screen(goal, said=_words(refusal)))
    return Reply(screen=screen_of(entry, now=turn.now))


def _free(turn: Turn, goal: Goal, day: date, refusal: TableFree) -> Screen:
    """There is nothing to wait for: the times as they are now."""
    tap = replace(turn.tap, step=Step.TIMES, start=None, version=0, nonce="")
    return finding.times_for(goal, tap, day, now=turn.now, said=f"{refusal.title}.")


def _words(refusal: DomainError) -> str:
    if isinstance(refusal, ValidationFailed) and refusal.errors:
        return " ".join(str(error.detail) for error in refusal.errors)
    if isinstance(refusal, NothingToWaitFor):
        return f"{refusal.title}. {explain(refusal.extra.get('reasons', ())).sentence}"
    return f"{refusal.title}."
