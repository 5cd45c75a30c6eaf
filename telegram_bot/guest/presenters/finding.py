"""The four taps: guests, day, time, card. New bookings and changes share them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.availability import SlotAnswer
from bookings.models import Reservation
from bookings.presenters.clock import long_date, short_date, today_at, zone_text
from bookings.presenters.finder import (
    GUEST_CHOICES,
    Choice,
    SlotBlock,
    SlotChip,
    day_chips,
    day_notes,
    guests_text,
)
from bookings.presenters.profile import line_of
from bookings.presenters.visit import time_text
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap, start_of
from telegram_bot.guest.facts import Goal, Strip, Times
from telegram_bot.guest.links import phone_text
from telegram_bot.guest.presenters.home import back_button
from telegram_bot.guest.screens import (
    MAX_BUTTONS,
    Row,
    as_rows,
    button,
    in_columns,
    lines,
    paragraphs,
    struck,
)
from telegram_bot.screen import Button, Screen

LARGEST_SHOWN = 40


def heading_of(goal: Goal) -> str:
    """The restaurant; for a change also what is booked now."""
    name = f"<b>{escape(goal.restaurant.name)}</b>"
    if goal.reservation is None:
        return name
    return lines(name, escape(_("Booked now: %(what)s") % {"what": booked(goal.reservation)}))


def booked(reservation: Reservation) -> str:
    """``Friday 5 June, 19:30 · 2 guests``."""
    when = f"{long_date(reservation.local_date)}, {time_text(reservation)}"
    return f"{when} · {guests_text(reservation.party_size)}"


def party_screen(goal: Goal) -> Screen:
    """One to eight guests in a row, and what to do with more."""
    restaurant, policy = goal.restaurant, goal.restaurant.policy
    sizes = range(max(1, policy.min_party), min(GUEST_CHOICES, policy.max_party) + 1)
    more = button(pgettext("guests", "more"), replace(goal.tap, step=Step.MORE_GUESTS))
    about = ""
    place = []
    back = Tap(step=Step.PLACES)
    if goal.reservation is None:
        about = lines(escape(line_of(restaurant)), escape(restaurant.address))
        place = [button("ℹ️ " + _("Contacts and hours"), replace(goal.tap, step=Step.PLACE))]
    else:
        back = goal.tap
    return Screen(
        text=paragraphs(lines(heading_of(goal), about), escape(_("How many guests?"))),
        rows=as_rows([_size(goal, n) for n in sizes], [more], place, [back_button(back)]),
    )


def _size(goal: Goal, party: int) -> Button:
    is_now = goal.reservation is not None and goal.reservation.party_size == party
    label = f"·{party}·" if is_now else str(party)
    return button(label, replace(goal.tap, step=Step.DAYS, party=party))


def more_guests_screen(goal: Goal) -> Screen:
    """Sizes above eight, as far as they can be booked here; beyond that the telephone helps."""
    policy = goal.restaurant.policy
    most = policy.max_party
    sizes = range(max(GUEST_CHOICES + 1, policy.min_party), min(most, LARGEST_SHOWN) + 1)
    large = _("More than %(count)s guests? The restaurant plans that with you in person.")
    return Screen(
        text=paragraphs(
            heading_of(goal),
            lines(escape(large % {"count": most}), phone_text(goal.restaurant)),
        ),
        rows=as_rows(
            *in_columns([_size(goal, n) for n in sizes], 8),
            [back_button(replace(goal.tap, step=Step.PARTY))],
        ),
    )


def days_screen(goal: Goal, strip: Strip, *, party: int, now: datetime, said: str = "") -> Screen:
    """Seven days with their states; full ones can be tapped too and lead to what else is free."""
    here = replace(goal.tap, step=Step.DAYS, party=party)
    today = today_at(goal.restaurant, now)
    chips = day_chips(strip.days, chosen=None, today=today)
    buttons = []
    for day, chip in zip(strip.days, chips, strict=True):
        name = _("Today") if day.date == today else short_date(day.date)
        label = f"{name} · {chip.state_text}" if chip.state_text else name
        step = Step.TIMES if day.state in {"open", "full"} else Step.CLOSED_DAY
        target = replace(here, step=step, day=day.date, page=strip.page)
        buttons.append(button(label, target))
    turn = []
    if strip.page > 0:
        turn.append(button("‹ " + _("Earlier"), replace(here, page=strip.page - 1)))
    if strip.has_later:
        turn.append(button(_("Later") + " ›", replace(here, page=strip.page + 1)))
    question = f"{guests_text(party)}. " + _("Which day?")
    return Screen(
        text=paragraphs(
            escape(said),
            heading_of(goal),
            lines(*map(escape, day_notes(strip.days))),
            escape(question),
        ),
        rows=as_rows(*in_columns(buttons, 2), turn, [_before_days(goal)]),
    )


def _before_days(goal: Goal) -> Button:
    step = Step.PARTY if goal.reservation is None else Step.CHANGE
    return back_button(replace(goal.tap, step=step))


def times_screen(goal: Goal, times: Times, *, said: str = "") -> Screen:
    """The times of a day in columns, taken ones struck out; other times where all are taken."""
    here = replace(goal.tap, party=times.party, day=times.day, page=times.page)
    rows = _blocks(here, times.blocks)
    others = [
        button(other.label, chosen(here, other.choice, step=Step.CARD)) for other in times.others
    ]
    next_day = []
    if times.next_day is not None:
        target = replace(here, step=Step.TIMES, day=times.next_day)
        next_day = [button(short_date(times.next_day) + " ›", target)]
    text = paragraphs(
        escape(said),
        heading_of(goal),
        lines(
            f"<b>{escape(long_date(times.day))}</b> · {escape(guests_text(times.party))}",
            escape(times.message or _("Which time?")),
            _after_midnight(times),
        ),
        _zone(goal.restaurant, times.answers),
    )
    return Screen(
        text=text,
        rows=as_rows(
            *rows,
            *in_columns(others, 1),
            next_day,
            [button("🔔 " + _("Join the waitlist"), replace(here, step=Step.WAIT))]
            if times.can_wait
            else [],
            [back_button(replace(here, step=Step.DAYS))],
        ),
    )


def _zone(restaurant: Restaurant, answers: Sequence[SlotAnswer]) -> str:
    return f"<i>{escape(zone_text(restaurant, answers[0].starts_at))}</i>" if answers else ""


def _after_midnight(times: Times) -> str:
    """A late service belongs to its evening, its last times to the next date (rule 7)."""
    following = times.day + timedelta(days=1)
    if not any(answer.local_time.date() == following for answer in times.answers):
        return ""
    return escape(_("After midnight: %(day)s") % {"day": long_date(following)})


def _blocks(here: Tap, blocks: Sequence[SlotBlock]) -> list[Row]:
    """Lunch and dinner under their names; without the taken times if all together are too many."""
    count = sum(len(block.slots) for block in blocks)
    is_too_long = count > MAX_BUTTONS - 12
    rows: list[Row] = []
    for block in blocks:
        slots = [slot for slot in block.slots if slot.is_open or not is_too_long]
        if not slots:
            continue
        if len(blocks) > 1 and block.name:
            rows.append((button(f"— {block.name} —", Tap(step=Step.LABEL)),))
        columns = 2 if any(slot.offset for slot in slots) else 4
        rows += in_columns([_slot(here, slot) for slot in slots], columns)
    return rows


def _slot(here: Tap, slot: SlotChip) -> Button:
    choice = Choice.parse(slot.value)
    if choice is None:
        raise ValueError(f"{slot.value} is not a start")
    if slot.is_open:
        return button(slot.spoken, chosen(here, choice, step=Step.CARD))
    return button(struck(slot.spoken), chosen(here, choice, step=Step.TAKEN_TIME))


def chosen(here: Tap, choice: Choice, *, step: Step, nonce: str = "") -> Tap:
    """A code for one start."""
    start = start_of(choice.time, choice.fold)
    return replace(here, step=step, day=choice.date, start=start, nonce=nonce)
