"""Every button of the guest's part leads here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from reservehub.core.errors import NotFound
from telegram_bot.guest.acts import booking, finding, joining, places, visits, waits
from telegram_bot.guest.acts.turn import Turn, refreshed
from telegram_bot.guest.codes import Step, Tap, decode
from telegram_bot.guest.models import GuestProfile
from telegram_bot.guest.presenters.home import home_screen, visits_screen
from telegram_bot.guest.presenters.places import places_screen
from telegram_bot.guest.profiles import Visitor, profile_awaits, profile_of
from telegram_bot.guest.reading import places_of, visits_ahead, waits_ahead
from telegram_bot.guest.screens import Reply

ACTS: Mapping[Step, Callable[[Turn], Reply]] = MappingProxyType(
    {
        Step.HOME: places.home,
        Step.PLACES: places.places,
        Step.CITIES: places.cities,
        Step.PLACE: places.place,
        Step.LABEL: places.label,
        Step.PARTY: finding.party,
        Step.MORE_GUESTS: finding.more_guests,
        Step.DAYS: finding.days,
        Step.CLOSED_DAY: finding.closed_day,
        Step.TIMES: finding.times,
        Step.TAKEN_TIME: finding.taken_time,
        Step.CARD: finding.card,
        Step.CONFIRM: booking.confirm,
        Step.VISITS: visits.visits,
        Step.VISIT: visits.visit,
        Step.CHANGE: visits.change,
        Step.CANCEL: visits.cancel,
        Step.CANCEL_NOW: visits.cancel_now,
        Step.LATE: visits.late,
        Step.RECONFIRM: visits.reconfirm,
        Step.WAIT: joining.times,
        Step.WAIT_CARD: joining.card,
        Step.WAIT_JOIN: joining.join,
        Step.WAITING: waits.wait,
        Step.WAIT_TAKE: waits.take,
        Step.WAIT_DECLINE: waits.decline,
        Step.WAIT_RESUME: waits.resume,
        Step.WAIT_LEAVE: waits.leave,
        Step.WAIT_LEAVE_NOW: waits.leave_now,
    }
)


@dataclass(frozen=True)
class Outcome:
    """What to show, and which messages of the bot stand in the chat now."""

    reply: Reply
    screen_id: int | None
    prompt_id: int | None


def outcome_of(reply: Reply, profile: GuestProfile) -> Outcome:
    return Outcome(reply, profile.screen_id, profile.prompt_id)


def tap_answer(*, visitor: Visitor, code: str, now: datetime) -> Outcome:
    """What a tap leads to. An unknown code begins anew; what the chat may not see, or what is gone,
    shows what there is instead.
    """
    profile = profile_of(visitor, now=now)
    tap = decode(code)
    if tap is None:
        profile_awaits(profile, "", now=now)
        return outcome_of(refreshed(home_screen()), profile)
    reply = turn_answer(Turn(profile, tap, now))
    if reply.screen is not None and not reply.phone_prompt:
        profile_awaits(profile, "", now=now)
    return outcome_of(reply, profile)


def turn_answer(turn: Turn) -> Reply:
    """The answer to a tap that was understood."""
    try:
        return ACTS[turn.tap.step](turn)
    except NotFound:
        return _gone(turn.profile, turn.tap, now=turn.now)


def _gone(profile: GuestProfile, tap: Tap, *, now: datetime) -> Reply:
    if tap.reservation_id:
        chat_id = profile.chat_id
        return refreshed(
            visits_screen(visits_ahead(chat_id, now=now), waits_ahead(chat_id, now=now))
        )
    return refreshed(places_screen(places_of(profile.chat_id, page=0, city_id=0)))
