"""The card of a request, before and after the answer (user experience 2.5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.lifecycle import ANSWER_UNDO_WINDOW, Status
from bookings.models import Reservation
from bookings.presenters.clock import clock_text, long_date
from telegram_bot.presenters.words import (
    STATUS_SIGNS,
    edit_path,
    floor_path,
    guests_text,
    joined,
    tables_text,
    time_of,
    visit_text,
)
from telegram_bot.screen import Button, Screen, code, e, link, screen
from telegram_bot.selectors.cards import Deed, Facts
from telegram_bot.services.answering import REASONS

CARD = "c"
"""First part of what the buttons of cards send: ``c:<deed>:<card>:<version>[:<reason>]``."""
LONGEST_NOTE = 300
NO_REASON = "none"


def card_screen(
    facts: Facts,
    *,
    card_id: int,
    is_group: bool,
    now: datetime,
    asks_reason: bool = False,
) -> Screen:
    """The reservation as it is now.

    :param is_group: health and notes are only flagged there (rule 107)
    :param asks_reason: somebody pressed Discard: the buttons are the reasons
    """
    lines = [f"<b>{e(headline(facts))}</b>", "", *lines_of(facts, is_group=is_group)]
    if asks_reason and facts.reservation.status == Status.PENDING:
        lines += ["", _("Why? The guest is told.")]
        return screen(lines, _reason_rows(card_id, facts.reservation))
    return screen(lines, _rows(facts, card_id=card_id, now=now))


def undo_until(facts: Facts, *, now: datetime) -> datetime | None:
    """When the present answer can no longer be taken back; None if it cannot be."""
    reservation = facts.reservation
    if reservation.status not in (Status.CONFIRMED, Status.DECLINED) or not reservation.undo:
        return None
    if reservation.undo.get("status") != Status.PENDING:
        return None
    until = datetime.fromisoformat(reservation.undo["at"]) + ANSWER_UNDO_WINDOW
    # A button that goes in this very second would only disappoint.
    return until if until > now + timedelta(seconds=1) else None


def headline(facts: Facts) -> str:
    """``✅ Confirmed by Maria, 18:04, table 7``."""
    reservation = facts.reservation
    status = Status(reservation.status)
    return f"{STATUS_SIGNS[status]} {joined(_headline(facts, status), ', ')}"


def _headline(facts: Facts, status: Status) -> Iterator[str]:
    reservation, deed = facts.reservation, facts.deed
    if status is Status.PENDING:
        yield (
            _("New request")
            if deed is None
            else _("Request, answer taken back by %(who)s") % {"who": deed.who}
        )
    elif status is Status.EXPIRED:
        yield _("Nobody answered in time")
    elif status is Status.CANCELLED_BY_GUEST:
        yield _("Cancelled by the guest")
    else:
        yield _by(reservation, status, deed)
    if deed is not None:
        yield time_of(deed.at, reservation.restaurant)
    if status is Status.DECLINED and reservation.cancellation_reason:
        yield reservation.cancellation_reason
    if status not in (Status.PENDING, Status.DECLINED):
        yield tables_text(facts.tables)


def _by(reservation: Reservation, status: Status, deed: Deed | None) -> str:
    if deed is None or not deed.who:
        return str(reservation.get_status_display())
    words = {"who": deed.who, "status": reservation.get_status_display()}
    if status is Status.CONFIRMED:
        return _("Confirmed by %(who)s") % words
    if status is Status.DECLINED:
        return _("Declined by %(who)s") % words
    if status is Status.CANCELLED_BY_RESTAURANT:
        return _("Cancelled by %(who)s") % words
    return _("%(status)s (%(who)s)") % words


def lines_of(facts: Facts, *, is_group: bool, sees_contact: bool = True) -> Iterator[str]:
    """Who, when, how many, and what to know of them."""
    reservation = facts.reservation
    restaurant = reservation.restaurant
    yield f"👤 <b>{e(reservation.guest_name)}</b>{' ⭐ VIP' if reservation.is_vip else ''}"
    day = long_date(reservation.local_date)
    yield f"📅 {e(day)}, <b>{clock_text(reservation.local_time, restaurant)}</b>"
    yield f"👥 {guests_text(reservation.party_size)}"
    if reservation.guest_phone and sees_contact:
        yield f"📞 {e(str(reservation.guest_phone))}"
    yield f"🔁 {visit_text(facts.history.visits, facts.history.no_shows)}"
    if reservation.dietary_restrictions and sees_contact:
        yield "⚠️ " + _("Allergy or diet: see the page")
    if reservation.special_requests:
        yield "📝 " + (_("Note: see the page") if is_group else e(_note(reservation)))
    if reservation.special_occasion != "none":
        yield f"🎉 {e(str(reservation.get_special_occasion_display()))}"
    if reservation.status == Status.PENDING:
        yield "🪑 " + (
            _("Kept for them: %(tables)s") % {"tables": e(tables_text(facts.tables))}
            if facts.tables
            else _("No table yet")
        )
    yield f"<i>{e(restaurant.name)} · {reservation.reference}</i>"


def _note(reservation: Reservation) -> str:
    text = reservation.special_requests
    return text if len(text) <= LONGEST_NOTE else f"{text[:LONGEST_NOTE]}…"


def _rows(facts: Facts, *, card_id: int, now: datetime) -> list[list[Button | None]]:
    reservation = facts.reservation
    version = reservation.version
    if reservation.status == Status.PENDING:
        confirm = code(CARD, "ok", card_id, version)
        discard = code(CARD, "no", card_id, version)
        return [
            [
                Button("✅ " + pgettext("button", "Confirm"), confirm),
                Button("❌ " + pgettext("button", "Discard"), discard),
            ],
            [link("🕑 " + pgettext("button", "Other time"), edit_path(reservation))],
        ]
    undo = None
    if undo_until(facts, now=now) is not None:
        undo = Button("↩️ " + pgettext("button", "Undo"), code(CARD, "undo", card_id, version))
    return [[undo, link("↗️ " + pgettext("button", "Open"), floor_path(reservation))]]


def _reason_rows(card_id: int, reservation: Reservation) -> list[list[Button]]:
    version = reservation.version
    reasons = [
        [Button(str(words), code(CARD, "no", card_id, version, key))]
        for key, words in REASONS.items()
    ]
    return [
        *reasons,
        [
            Button(
                "❌ " + pgettext("button", "No reason"),
                code(CARD, "no", card_id, version, NO_REASON),
            ),
            Button("⬅️ " + pgettext("button", "Back"), code(CARD, "back", card_id, version)),
        ],
    ]
