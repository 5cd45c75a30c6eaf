"""A booking in the chat: the state in words and what can still be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from html import escape

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.deposits import Terms
from bookings.models import Reservation
from bookings.presenters.money import price_full
from bookings.presenters.visit import Visit, google_url, visit_of
from bookings.selectors import manage_path, manage_token_of
from bookings.services.deposits.records import is_owing
from telegram_bot.guest.codes import Step, Tap
from telegram_bot.guest.facts import Goal
from telegram_bot.guest.links import link_row, phone_text
from telegram_bot.guest.presenters.finding import heading_of
from telegram_bot.guest.presenters.home import back_button, visits_button
from telegram_bot.guest.screens import as_rows, button, lines, paragraphs
from telegram_bot.screen import Button, Screen

_SIGNS: Mapping[str, str] = {"notice-good": "✅", "notice-wait": "⏳"}


def visit_screen(reservation: Reservation, *, now: datetime, said: str = "") -> Screen:
    """Everything about one booking; `said` is what has just happened to it."""
    visit = visit_of(reservation, now=now)
    buttons, written = link_row([*_to_pay(reservation), *_links(reservation)])
    if visit.is_over:
        buttons, written = [], ""
    here = Tap(step=Step.VISIT, reservation_id=reservation.pk)
    return Screen(
        text=paragraphs(
            escape(said),
            lines(f"{_SIGNS.get(visit.tone, 'ℹ️')} <b>{escape(visit.status)}</b>", _sentence(visit)),
            _facts(reservation, visit),
            _price(reservation),
            lines(
                escape(visit.deadline_text),
                escape(visit.late_text),
                phone_text(reservation.restaurant) if visit.is_phone_needed else "",
            ),
            written,
        ),
        rows=as_rows(
            *_answers(here, visit),
            buttons,
            [] if visit.is_over else [_to(here, Step.PLACE, "ℹ️ " + _("Contacts and hours"))],
            [back_button(Tap(step=Step.VISITS))],
        ),
    )


def _sentence(visit: Visit) -> str:
    # The good news of the page speaks of the page.
    return "" if visit.tone == "notice-good" else escape(visit.sentence)


def _facts(reservation: Reservation, visit: Visit) -> str:
    guests = " · ".join(part for part in (visit.guests, visit.area) if part)
    return lines(
        f"<b>{escape(visit.heading)}</b>",
        f"📅 {escape(visit.date)}, {escape(visit.time)}",
        f"👥 {escape(guests)}",
        f"🔖 {escape(reservation.reference)}",
        f"<i>{escape(visit.zone)}</i>",
    )


def _answers(here: Tap, visit: Visit) -> list[list[Button]]:
    rows = []
    if visit.can_reconfirm:
        rows.append([_to(here, Step.RECONFIRM, "👍 " + _("Yes, we are coming"))])
    change = [_to(here, Step.CHANGE, "✏️ " + _("Change"))] if visit.can_change else []
    cancel = [_to(here, Step.CANCEL, "✖️ " + _("Cancel booking"))] if visit.can_cancel else []
    rows.append([*change, *cancel])
    if visit.can_be_late:
        rows.append(late_buttons(here, visit.late_choices))
    return rows


def late_buttons(here: Tap, choices: tuple[int, ...]) -> list[Button]:
    """“Running late” by some minutes."""
    return [
        button(
            "🕒 " + _("%(minutes)s min late") % {"minutes": minutes},
            Tap(step=Step.LATE, reservation_id=here.reservation_id, page=minutes),
        )
        for minutes in choices
    ]


def _to(here: Tap, step: Step, label: str) -> Button:
    return button(label, Tap(step=step, reservation_id=here.reservation_id))


def _price(reservation: Reservation) -> str:
    """What is to be paid."""
    if not is_owing(reservation):
        return ""
    terms: Terms = reservation.policy_snapshot["deposit"]
    return f"💳 {escape(price_full(terms))}"


def _to_pay(reservation: Reservation) -> list[tuple[str, str]]:
    if not is_owing(reservation):
        return []
    page = reverse("bookings:manage-pay", args=[manage_token_of(reservation)])
    return [("💳 " + _("Pay now"), settings.RESERVEHUB_BASE_URL + page)]


def _links(reservation: Reservation) -> list[tuple[str, str]]:
    page = settings.RESERVEHUB_BASE_URL + manage_path(reservation)
    ics = reverse("bookings:manage-ics", args=[manage_token_of(reservation)])
    return [
        ("📅 " + _("Calendar"), settings.RESERVEHUB_BASE_URL + ics),
        ("📅 Google", google_url(reservation, manage_url=page)),
        ("🔗 " + _("Web page"), page),
    ]


def change_screen(reservation: Reservation) -> Screen:
    """What shall be different: the same keyboards as for booking follow."""
    goal = Goal(restaurant=reservation.restaurant, reservation=reservation)
    party = reservation.party_size
    pk = reservation.pk
    times = Tap(step=Step.TIMES, reservation_id=pk, party=party, day=reservation.service_date)
    return Screen(
        text=paragraphs(heading_of(goal), escape(_("What would you like to change?"))),
        rows=as_rows(
            [button(_("Time"), times)],
            [button(_("Day"), Tap(step=Step.DAYS, reservation_id=pk, party=party))],
            [button(_("Number of guests"), Tap(step=Step.PARTY, reservation_id=pk))],
            [back_button(Tap(step=Step.VISIT, reservation_id=pk))],
        ),
    )


def cancel_screen(reservation: Reservation, *, now: datetime) -> Screen:
    """The first of the two taps: asks once more."""
    visit = visit_of(reservation, now=now)
    pk, version = reservation.pk, reservation.version
    question = _("Cancel this booking?")
    sure = Tap(step=Step.CANCEL_NOW, reservation_id=pk, version=version)
    return Screen(
        text=paragraphs(
            f"<b>{escape(question)}</b>",
            _facts(reservation, visit),
            escape(visit.cancel_text),
        ),
        rows=as_rows(
            [button(_("Yes, cancel it"), sure)],
            [button(_("Keep the booking"), Tap(step=Step.VISIT, reservation_id=pk))],
        ),
    )


def cancelled_screen(reservation: Reservation, *, now: datetime) -> Screen:
    """Gone, and free of shame: the way to the next one stands below."""
    screen = visit_screen(reservation, now=now)
    again = button(_("Book again"), Tap(step=Step.PARTY, restaurant_id=reservation.restaurant_id))
    return Screen(text=screen.text, rows=as_rows([again], [visits_button()]))
