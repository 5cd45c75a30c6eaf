"""The last of the four taps: what is about to be booked or changed, and on which terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

from django.utils.translation import gettext as _

from bookings.availability import SlotAnswer
from bookings.deposits import Terms
from bookings.presenters.finder import Choice
from bookings.presenters.panel import panel_of
from telegram_bot.guest.codes import Step, Tap, new_nonce
from telegram_bot.guest.facts import Goal, Other
from telegram_bot.guest.links import phone_text
from telegram_bot.guest.presenters.finding import chosen, heading_of
from telegram_bot.guest.presenters.home import back_button, visits_button
from telegram_bot.guest.screens import as_rows, button, lines, paragraphs
from telegram_bot.screen import Button, Screen


def card_screen(
    goal: Goal,
    answer: SlotAnswer,
    *,
    tap: Tap,
    name: str,
    phone: str,
    now: datetime,
    terms: Terms | None = None,
) -> tuple[Screen, Tap]:
    """The card and the tap that confirms it; without a telephone number the number is asked for
    instead of a tap.

    :param terms: what it costs to book
    """
    choice = choice_of(tap)
    panel = panel_of(
        restaurant=goal.restaurant,
        choice=choice,
        answer=answer,
        party_size=tap.party,
        area=None,
        nonce="",
        action="",
        now=now,
        terms=terms,
    )
    confirm = replace(tap, step=Step.CONFIRM, nonce=new_nonce())
    label = panel.button
    who = " · ".join(part for part in (name, phone) if part)
    if goal.reservation is not None:
        label, who = _("Move the booking"), ""
        confirm = replace(confirm, version=goal.reservation.version)
    may_confirm = bool(phone) or goal.reservation is not None
    screen = Screen(
        text=paragraphs(
            heading_of(goal),
            lines(
                f"📅 <b>{escape(panel.title)}</b>",
                f"👥 {escape(panel.guests)}",
                f"👤 {escape(who)}" if who else "",
            ),
            lines(
                escape(_("This is the last table at this time.")) if panel.is_last else "",
                escape(panel.terms),
                escape(panel.policy),
            ),
            f"<i>{escape(panel.zone)}</i>" if panel.zone else "",
        ),
        rows=as_rows(
            [button("✅ " + label, confirm)] if may_confirm else [],
            [back_button(replace(tap, step=Step.TIMES, start=None))],
        ),
    )
    return screen, confirm


def choice_of(tap: Tap) -> Choice:
    """The start of a tap.

    :raises ValueError: if it names none
    """
    if tap.day is None or tap.time is None:
        raise ValueError("the tap names no start")
    return Choice(tap.day, tap.time, tap.fold)


def lost_screen(goal: Goal, others: Sequence[Other], *, tap: Tap, said: str) -> Screen:
    """Somebody was faster: other times as buttons, each of which books at once."""
    return Screen(
        text=paragraphs(
            heading_of(goal),
            f"⚠️ <b>{escape(said)}</b>",
            escape(_offer(goal)) if others else "",
        ),
        rows=as_rows(
            *([_other(tap, other)] for other in others),
            [back_button(replace(tap, step=Step.DAYS, start=None, nonce="", version=0))],
        ),
    )


def _offer(goal: Goal) -> str:
    if goal.reservation is None:
        return _("Free instead: one tap books it")
    return _("These times are free. One tap moves the booking:")


def _other(tap: Tap, other: Other) -> Button:
    target = chosen(tap, other.choice, step=Step.CONFIRM, nonce=new_nonce())
    return button(other.label, target)


def refused_screen(goal: Goal, *, said: str, with_phone: bool = False) -> Screen:
    """Something stands against it that another time would not help."""
    return Screen(
        text=paragraphs(
            heading_of(goal),
            f"⚠️ {escape(said)}",
            phone_text(goal.restaurant) if with_phone else "",
        ),
        rows=as_rows([visits_button()], [back_button(goal.tap)]),
    )


def phone_words() -> str:
    """Asks for the number, once; sharing it confirms the card above."""
    return _(
        "Share your phone number with the button below and the table is booked. "
        "The restaurant calls only if it has to."
    )
