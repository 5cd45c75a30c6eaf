"""Where a chat begins, and the list of bookings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.presenters.clock import short_date
from bookings.presenters.finder import guests_text
from bookings.presenters.visit import time_text
from telegram_bot.guest.codes import Step, Tap
from telegram_bot.guest.screens import as_rows, button, paragraphs
from telegram_bot.screen import Button, Screen
from waitlist.models import WaitlistEntry
from waitlist.presenters.entry import window_text


def home_screen(*, said: str = "") -> Screen:
    """One line and two buttons; `said` stands above it."""
    hero = "🍽 " + _("Book a table in seconds. No account, no calls.")
    return Screen(
        text=paragraphs(escape(said), f"<b>{escape(hero)}</b>"),
        rows=((book_button(), visits_button()),),
    )


def said_screen(said: str, buttons: list[Button]) -> Screen:
    """One sentence and where to go from there."""
    return Screen(text=escape(said), rows=as_rows(buttons))


def book_button() -> Button:
    return button(_("Book"), Tap(step=Step.PLACES))


def visits_button() -> Button:
    return button(_("My bookings"), Tap(step=Step.VISITS))


def home_button() -> Button:
    return back_button(Tap(step=Step.HOME))


def back_button(tap: Tap) -> Button:
    return button("‹ " + _("Back"), tap)


def visits_screen(
    reservations: Sequence[Reservation], waits: Sequence[WaitlistEntry] = (), *, said: str = ""
) -> Screen:
    """What is coming up, soonest first, and below it what is waited for."""
    heading = _("My bookings") if reservations or waits else _("You have no bookings ahead.")
    rows = [
        (button(visit_label(found), Tap(step=Step.VISIT, reservation_id=found.pk)),)
        for found in reservations
    ]
    rows += [
        (button(wait_label(entry), Tap(step=Step.WAITING, reservation_id=entry.pk)),)
        for entry in waits
    ]
    last = [home_button()] if rows else [home_button(), book_button()]
    return Screen(
        text=paragraphs(escape(said), f"<b>{escape(heading)}</b>"), rows=as_rows(*rows, last)
    )


def visit_label(reservation: Reservation) -> str:
    """``Fri 5 Jun, 19:30 · Bistro Anna · 2 guests``."""
    when = f"{short_date(reservation.local_date)}, {time_text(reservation)}"
    guests = guests_text(reservation.party_size)
    return f"{when} · {reservation.restaurant.name} · {guests}"


def wait_label(entry: WaitlistEntry) -> str:
    """``🔔 Fri 5 Jun, 19:00 – 20:30 · Bistro Anna · 2 guests``."""
    when = f"{short_date(entry.service_date)}, {window_text(entry)}"
    return f"🔔 {when} · {entry.restaurant.name} · {guests_text(entry.party_size)}"
