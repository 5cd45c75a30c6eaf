"""Guests, day, time: every screen asks anew what is free, however old the keyboard is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from bookings import selectors
from bookings.availability import Reason, SlotAnswer
from bookings.deposits import Terms
from bookings.presenters.clock import clock_text, long_date
from bookings.presenters.finder import Choice, alternatives_of, count_open, slot_blocks
from bookings.presenters.words import HIDDEN, explain
from bookings.selectors import DayState
from bookings.selectors.prices import chosen_terms
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.codes import Step, Tap, encode
from telegram_bot.guest.facts import Goal, Other, Times
from telegram_bot.guest.presenters.card import card_screen, phone_words
from telegram_bot.guest.presenters.finding import (
    days_screen,
    more_guests_screen,
    party_screen,
    times_screen,
)
from telegram_bot.guest.profiles import profile_awaits
from telegram_bot.guest.reading import (
    answer_to,
    answers_of,
    can_wait,
    day_of,
    is_bookable_date,
    strip_of,
)
from telegram_bot.guest.screens import Reply
from telegram_bot.screen import Screen

USUAL_DINNER = time(19)


def party(turn: Turn) -> Reply:
    return Reply(screen=party_screen(turn.goal()))


def more_guests(turn: Turn) -> Reply:
    return Reply(screen=more_guests_screen(turn.goal()))


def days(turn: Turn) -> Reply:
    goal = turn.goal()
    if not takes_party(goal, turn.tap.party):
        return refreshed(party_screen(goal))
    return Reply(screen=days_of(goal, turn.tap, now=turn.now))


def days_of(goal: Goal, tap: Tap, *, now: datetime, said: str = "") -> Screen:
    strip = strip_of(goal, party=tap.party, page=tap.page, now=now)
    return days_screen(goal, strip, party=tap.party, now=now, said=said)


def takes_party(goal: Goal, party: int) -> bool:
    policy = goal.restaurant.policy
    return max(1, policy.min_party) <= party <= policy.max_party


def closed_day(turn: Turn) -> Reply:
    """Why a day cannot be booked; it may have been opened since."""
    goal, day = turn.goal(), turn.tap.day
    if day is None or not is_bookable_date(goal, day, now=turn.now):
        return refreshed(days_of(goal, turn.tap, now=turn.now))
    state = day_of(goal, party=turn.tap.party, day=day, now=turn.now)
    if state.state in {"open", "full"}:
        return refreshed(times_for(goal, turn.tap, day, now=turn.now))
    words = ": ".join(part for part in (long_date(day), state.name) if part)
    return Reply(
        notice=" ".join(part for part in (f"{words}.", why_not(state), state.note) if part),
        is_alert=True,
    )


def why_not(state: DayState) -> str:
    """One sentence about a day without a free time."""
    if state.state == "open":
        return _("No times are left for this day.")
    if state.state == "full":
        return _("Every time on this day is taken.")
    if {Reason.NOTICE, Reason.PAST} & set(state.reasons):
        return _("It is too late to book online for this day.")
    return str(explain(state.reasons).sentence)


def times(turn: Turn) -> Reply:
    goal, tap = turn.goal(), turn.tap
    if not takes_party(goal, tap.party):
        return refreshed(party_screen(goal))
    if tap.day is None or not is_bookable_date(goal, tap.day, now=turn.now):
        return refreshed(days_of(goal, replace(tap, page=0), now=turn.now))
    return Reply(screen=times_for(goal, tap, tap.day, now=turn.now))


def times_for(goal: Goal, tap: Tap, day: date, *, now: datetime, said: str = "") -> Screen:
    """The times of a day; where none is free, the nearest ones and the next day that has some."""
    answers = answers_of(goal, party=tap.party, day=day, now=now)
    found = _times_of(goal, tap, answers, day=day)
    if not count_open(found.blocks):
        found = _instead(goal, tap, found, now=now)
    return times_screen(goal, found, said=said)


def _times_of(goal: Goal, tap: Tap, answers: Sequence[SlotAnswer], *, day: date) -> Times:
    """The times of a day in blocks of its services."""
    blocks = slot_blocks(
        answers,
        day=day,
        restaurant=goal.restaurant,
        periods={period.pk: period for period in goal.restaurant.service_periods.all()},
        areas={},
        chosen=None,
        area_id=None,
    )
    return Times(
        party=tap.party,
        day=day,
        page=tap.page,
        answers=answers,
        blocks=blocks,
        can_wait=can_wait(goal, answers),
    )


def _instead(goal: Goal, tap: Tap, found: Times, *, now: datetime) -> Times:
    own = goal.reservation
    others = others_of(
        goal,
        selectors.alternatives_payload(
            restaurant=goal.restaurant,
            date=found.day,
            time=own.local_time if own is not None else USUAL_DINNER,
            party_size=tap.party,
            now=now,
            exclude_reservation_id=own.pk if own is not None else None,
        ),
        wished=found.day,
    )
    later = strip_of(goal, party=tap.party, page=tap.page, now=now).days
    return replace(
        found,
        message=why_not(day_of(goal, party=tap.party, day=found.day, now=now)),
        others=others,
        next_day=next((d.date for d in later if d.date > found.day and d.state == "open"), None),
    )


def others_of(goal: Goal, raw: list[dict[str, object]], *, wished: date) -> list[Other]:
    """What is free instead, as buttons."""
    found = alternatives_of(raw, wished=wished, restaurant=goal.restaurant)
    choices = [(other.label, Choice.parse(other.value)) for other in found]
    return [Other(label, choice) for label, choice in choices if choice is not None]


def taken_time(turn: Turn) -> Reply:
    """Why a struck-out time is not free; if it has become free, its card."""
    goal, tap = turn.goal(), turn.tap
    answer = _answer(goal, tap, now=turn.now)
    if answer is None or HIDDEN & set(answer.reasons):
        return _times_again(turn, goal)
    if answer.available:
        return card(turn)
    at = clock_text(answer.local_time, goal.restaurant)
    return Reply(notice=f"{at}: {explain(answer.reasons).sentence}", is_alert=True)


def card(turn: Turn) -> Reply:
    """What is about to be booked, if it is still free; the telephone number is asked for once."""
    goal, profile = turn.goal(), turn.profile
    tap = replace(turn.tap, step=Step.CARD, nonce="", version=0)
    answer = _answer(goal, tap, now=turn.now)
    if answer is None or not answer.available or not takes_party(goal, tap.party):
        return _times_again(turn, goal)
    screen, confirm = card_screen(
        goal,
        answer,
        tap=tap,
        name=profile.name,
        phone=str(profile.phone),
        now=turn.now,
        terms=_terms(goal, tap, answer, now=turn.now),
    )
    if goal.reservation is not None or profile.phone:
        return Reply(screen=screen)
    profile_awaits(profile, encode(confirm), now=turn.now)
    return Reply(screen=screen, phone_prompt=phone_words())


def _terms(goal: Goal, tap: Tap, answer: SlotAnswer, *, now: datetime) -> Terms | None:
    """What a new booking costs; one that is changed keeps its terms."""
    if goal.reservation is not None or tap.day is None:
        return None
    return chosen_terms(
        answer,
        restaurant=goal.restaurant,
        day=tap.day,
        party_size=tap.party,
        area_id=None,
        hold_id=None,
        now=now,
        source="telegram",
    )


def _answer(goal: Goal, tap: Tap, *, now: datetime) -> SlotAnswer | None:
    day = tap.day
    if day is None or tap.time is None or not is_bookable_date(goal, day, now=now):
        return None
    return answer_to(tap, answers_of(goal, party=tap.party, day=day, now=now))


def _times_again(turn: Turn, goal: Goal) -> Reply:
    """The time of the tap went in the meantime: fresh times instead of a card."""
    tap = turn.tap
    reply = times(replace(turn, tap=replace(tap, step=Step.TIMES, start=None)))
    if tap.time is None or reply.screen is None or reply.notice:
        return reply
    said = _("%(time)s is not free any more.") % {"time": clock_text(tap.time, goal.restaurant)}
    day = tap.day
    if day is None:
        return reply
    return refreshed(times_for(goal, tap, day, now=turn.now, said=said))
