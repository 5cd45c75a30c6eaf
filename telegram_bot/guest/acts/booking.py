"""The fourth tap: what the card says becomes a booking or a change of one, exactly once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings.errors import (
    DeadlinePassed,
    NoOnlineAvailability,
    SameGuestOverlap,
    SlotUnavailable,
    TransitionRefused,
)
from bookings.models import Reservation
from bookings.presenters.clock import clock_text
from bookings.presenters.finder import Choice
from reservehub.core.errors import (
    DomainError,
    IdempotencyMismatch,
    ValidationFailed,
    VersionConflict,
)
from telegram_bot.guest.acts.finding import card, others_of
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.presenters.card import choice_of, lost_screen, refused_screen
from telegram_bot.guest.presenters.visits import visit_screen
from telegram_bot.guest.reading import reservation_of_chat
from telegram_bot.guest.screens import Reply
from telegram_bot.guest.writing import book_once, change_once
from telegram_bot.screen import Screen


def confirm(turn: Turn) -> Reply:
    """Book or move; a refusal comes with what can be done instead, and nothing is chosen anew."""
    goal, tap = turn.goal(), turn.tap
    is_whole = tap.day is not None and tap.time is not None and bool(tap.nonce)
    if not is_whole or (goal.reservation is None and not turn.profile.phone):
        return card(turn)
    choice = choice_of(tap)
    try:
        reservation = _write(turn, goal, choice)
    except IdempotencyMismatch:
        return card(turn)
    except (DeadlinePassed, TransitionRefused, VersionConflict) as refusal:
        return refreshed(_as_it_is(turn, goal, refusal))
    except SlotUnavailable as refusal:
        return Reply(screen=_taken(turn, goal, choice, refusal))
    except DomainError as refusal:
        return Reply(screen=refused_screen(goal, said=_words(refusal)))
    return Reply(screen=visit_screen(reservation, now=turn.now))


def _write(turn: Turn, goal: Goal, choice: Choice) -> Reservation:
    if goal.reservation is None:
        return book_once(goal, turn.tap, choice, profile=turn.profile, now=turn.now)
    return change_once(goal, turn.tap, choice, now=turn.now)


def _as_it_is(turn: Turn, goal: Goal, refusal: DomainError) -> Screen:
    """The booking that could not be changed; past the deadline it shows the telephone (rule 72)."""
    if goal.reservation is None:
        return refused_screen(goal, said=str(refusal))
    said = str(refusal)
    if isinstance(refusal, VersionConflict):
        said = _("The booking was changed in the meantime. This is how it is now; try again.")
    fresh = reservation_of_chat(turn.chat_id, goal.reservation.pk)
    return visit_screen(fresh, now=turn.now, said=said)


def _taken(turn: Turn, goal: Goal, choice: Choice, refusal: SlotUnavailable) -> Screen:
    if isinstance(refusal, NoOnlineAvailability):
        said = _("There is no online availability. Please call the restaurant.")
        return refused_screen(goal, said=said, with_phone=True)
    raw = list(refusal.extra.get("alternatives", ()))
    others = others_of(goal, raw, wished=choice.date)
    at = {"time": clock_text(choice.time, goal.restaurant)}
    if "nonexistent_time" in refusal.extra.get("reasons", ()):
        said = _("The clocks go forward that night: this time does not exist.")
    elif goal.reservation is not None:
        said = _("%(time)s is not free any more.") % at
    elif others:
        said = _("%(time)s was just taken.") % at
    else:
        said = _("%(time)s is not available, and no time near it is. Please try another day.") % at
    return lost_screen(goal, others, tap=turn.tap, said=said)


def _words(refusal: DomainError) -> str:
    if isinstance(refusal, ValidationFailed) and refusal.errors:
        return " ".join(str(error.detail) for error in refusal.errors)
    if isinstance(refusal, SameGuestOverlap):
        return f"{refusal.title}."
    return str(refusal)
