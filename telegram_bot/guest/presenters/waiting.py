"""The waitlist in the chat: what may be waited for, the card, and one entry with its offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from html import escape

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.availability import SlotAnswer
from bookings.presenters.clock import clock_text, long_date
from bookings.presenters.finder import guests_text
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap, new_nonce, start_of, version_until
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.links import link_row, phone_text
from telegram_bot.guest.presenters.finding import heading_of
from telegram_bot.guest.presenters.home import back_button
from telegram_bot.guest.screens import (
    MAX_BUTTONS,
    as_rows,
    button,
    in_columns,
    lines,
    paragraphs,
)
from telegram_bot.screen import Button, Screen
from waitlist.models import EntryStatus, WaitlistEntry
from waitlist.presenters.entry import EntryView
from waitlist.selectors import entry_token_of

_SIGNS = {"notice-good": "✅", "notice-wait": "⏳"}


def wait_times_screen(
    goal: Goal, answers: Sequence[SlotAnswer], *, tap: Tap, day: date, has_all: bool
) -> Screen:
    """The times that may still become free.

    :param has_all: all of them can be waited for at once
    """
    here = replace(tap, step=Step.WAIT_CARD)
    times = list(dict.fromkeys(answer.local_time.time() for answer in answers))
    shown = times[: MAX_BUTTONS - 2]
    buttons = [
        button(clock_text(at, goal.restaurant), replace(here, start=start_of(at, 0)))
        for at in shown
    ]
    every = []
    if has_all and len(times) > 1:
        first, last = times[0], times[-1]
        target = replace(here, start=start_of(first, 0), version=version_until(last))
        words = _("Any time: %(window)s") % {"window": _window(goal.restaurant, first, last)}
        every = [button(words, target)]
    return Screen(
        text=paragraphs(
            heading_of(goal),
            lines(
                f"<b>{escape(long_date(day))}</b> · {escape(guests_text(tap.party))}",
                escape(_("Which time would you wait for?")),
            ),
        ),
        rows=as_rows(every, *in_columns(buttons, 4), [back_button(replace(tap, step=Step.TIMES))]),
    )


def wait_card_screen(
    goal: Goal,
    *,
    tap: Tap,
    day: date,
    window: tuple[time, time],
    name: str,
    phone: str,
    is_broadcast: bool,
) -> tuple[Screen, Tap]:
    """The card and the tap that joins; without a telephone number the number is asked for instead
    of a tap.
    """
    confirm = replace(tap, step=Step.WAIT_JOIN, nonce=new_nonce())
    how = (
        _("All who wait are told at once: first come, first served. Nothing is kept.")
        if is_broadcast
        else _("A table that becomes free is kept for you for a while. You book it with one tap.")
    )
    who = " · ".join(part for part in (name, phone) if part)
    screen = Screen(
        text=paragraphs(
            heading_of(goal),
            lines(
                f"📅 <b>{escape(long_date(day))}, {escape(_window(goal.restaurant, *window))}</b>",
                f"👥 {escape(guests_text(tap.party))}",
                f"👤 {escape(who)}" if who else "",
            ),
            lines(
                escape(how),
                escape(_("Joining costs nothing and binds you to nothing.")),
            ),
        ),
        rows=as_rows(
            [button("🔔 " + _("Join the waitlist"), confirm)] if phone else [],
            [back_button(replace(tap, step=Step.WAIT, start=None, version=0))],
        ),
    )
    return screen, confirm


def wait_phone_words() -> str:
    """Asks for the number, once; sharing it confirms the card above."""
    return _(
        "Share your phone number with the button below and you are on the waitlist. "
        "The restaurant calls only if it has to."
    )


def wait_screen(entry: WaitlistEntry, view: EntryView, *, said: str = "") -> Screen:
    """Where the guest stands, the offer, and what can be done; `said` is what has just happened."""
    links, written = link_row(_links(entry, view))
    return Screen(
        text=paragraphs(
            escape(said),
            lines(
                f"{_SIGNS.get(view.tone, 'ℹ️')} <b>{escape(view.status)}</b>",
                escape(_sentence(entry, view)),
            ),
            _facts(entry, view),
            lines(
                escape(view.position_text),
                "" if view.is_live else phone_text(entry.restaurant),
            ),
            written,
        ),
        rows=as_rows(*_answers(entry, view), links, [back_button(Tap(step=Step.VISITS))]),
    )


def _sentence(entry: WaitlistEntry, view: EntryView) -> str:
    # The words of the page speak of the page.
    is_waiting = view.offer is None and entry.status in (EntryStatus.WAITING, EntryStatus.OFFERED)
    return _("We will write here as soon as a table becomes free.") if is_waiting else view.sentence


def _facts(entry: WaitlistEntry, view: EntryView) -> str:
    offer = view.offer
    when = f"{offer.date}, {offer.time}" if offer else f"{view.date}, {view.times}"
    guests = offer.guests if offer else view.guests
    area = offer.area if offer else view.areas
    return lines(
        f"<b>{escape(entry.restaurant.name)}</b>",
        f"📅 {escape(when)}",
        "" if offer else escape(view.flexibility),
        f"👥 {escape(' · '.join(part for part in (guests, area) if part))}",
        f"<i>{escape(offer.zone)}</i>" if offer else "",
    )


def _answers(entry: WaitlistEntry, view: EntryView) -> list[list[Button]]:
    here = Tap(step=Step.WAITING, reservation_id=entry.pk, version=view.version)
    if not view.is_live:
        again = Tap(step=Step.PARTY, restaurant_id=entry.restaurant_id)
        booking = Tap(step=Step.VISIT, reservation_id=entry.reservation_id or 0)
        if entry.reservation_id:
            return [[button(_("See the booking"), booking)]]
        return [[button(_("See free times"), again)]]
    rows = []
    if view.offer is not None:
        rows.append([button("✅ " + _("Take the table"), replace(here, step=Step.WAIT_TAKE))])
        rows.append([button(_("No, thank you"), replace(here, step=Step.WAIT_DECLINE))])
    if view.is_paused:
        rows.append([button("👍 " + _("I still wait"), replace(here, step=Step.WAIT_RESUME))])
    rows.append([button("✖️ " + _("Leave the waitlist"), replace(here, step=Step.WAIT_LEAVE))])
    return rows


def _links(entry: WaitlistEntry, view: EntryView) -> list[tuple[str, str]]:
    """The page, where the wish can be changed."""
    if not view.is_live:
        return []
    path = reverse("waitlist:entry", args=[entry_token_of(entry)])
    return [("🔗 " + _("Web page"), settings.RESERVEHUB_BASE_URL + path)]


def wait_leave_screen(entry: WaitlistEntry) -> Screen:
    """Asks once more."""
    here = Tap(step=Step.WAITING, reservation_id=entry.pk)
    sure = replace(here, step=Step.WAIT_LEAVE_NOW, version=entry.version)
    return Screen(
        text=paragraphs(
            f"<b>{escape(entry.restaurant.name)}</b>", escape(_("Leave the waitlist?"))
        ),
        rows=as_rows([button(_("Yes, leave"), sure)], [button(_("No, I stay"), here)]),
    )


def _window(restaurant: Restaurant, first: time, last: time) -> str:
    """``19:00 – 20:30``, or one time."""
    return " – ".join(dict.fromkeys(clock_text(at, restaurant) for at in (first, last)))
