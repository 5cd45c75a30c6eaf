"""One reservation with what can be done now, a party at the door, and the pause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings import lifecycle
from bookings.floor import TableState
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.presenters.clock import moment_text
from bookings.selectors.service import service_of
from bookings.services import service_date_now
from bookings.services.visits import EARLIEST
from reservehub.core.errors import NotFound
from restaurants.models import Restaurant
from restaurants.permissions import Capability
from telegram_bot.presenters.book import STAFF, other_button
from telegram_bot.presenters.card import headline, lines_of
from telegram_bot.presenters.words import floor_path, guests_text
from telegram_bot.screen import Button, Screen, code, e, link, screen
from telegram_bot.selectors.cards import facts_of
from telegram_bot.selectors.people import Post

_S, _T = Status, TableState
SIZES = (1, 2, 3, 4, 5, 6, 7, 8)
SUGGESTED = 6
SEATABLE = frozenset({_T.AVAILABLE, _T.SOON, _T.CLEANING})


def reservation_screen(post: Post, reservation_id: int, *, now: datetime) -> Screen:
    """:raises NotFound: for a reservation of another restaurant"""
    mine = Reservation.objects.filter(pk=reservation_id, restaurant=post.restaurant)
    if not mine.exists():
        raise NotFound
    facts = facts_of(reservation_id)
    row = facts.reservation
    lines = [
        f"<b>{e(headline(facts))}</b>",
        "",
        *lines_of(facts, is_group=post.is_group, sees_contact=post.can(Capability.SEE_CONTACT)),
    ]
    steps = list(_steps(post, row, now=now)) if post.can(Capability.EDIT_BOOK) else []
    place = post.restaurant.pk
    return screen(
        lines,
        [
            *(steps[at : at + 2] for at in range(0, len(steps), 2)),
            [
                Button("⬅️ " + pgettext("button", "Today"), code(STAFF, "today", place, 0)),
                link("↗️ " + pgettext("button", "Open"), floor_path(row)),
            ],
        ],
    )


def _steps(post: Post, row: Reservation, *, now: datetime) -> Iterator[Button]:
    """What the lifecycle allows now; the services have the last word."""
    status = Status(row.status)
    is_close = now >= row.starts_at - EARLIEST
    is_due = now >= row.starts_at
    expected = status in (_S.CONFIRMED, _S.ARRIVED)
    offers = (
        (status is _S.PENDING, "approve", "✅ " + pgettext("button", "Confirm")),
        (status is _S.PENDING, "decline", "❌ " + pgettext("button", "Discard")),
        (status is _S.CONFIRMED and is_close, "arrive", "🚪 " + pgettext("step", "Arrived")),
        (status is _S.NO_SHOW, "arrive", "🚪 " + _("They came after all")),
        (expected and is_close, "seat", "🍽 " + pgettext("step", "Seated")),
        (status is _S.PARTIALLY_SEATED, "seat", "🍽 " + _("All are seated")),
        (status in lifecycle.AT_TABLE, "finish", "🏁 " + pgettext("step", "Finished")),
        (expected and is_due, "no-show", "👻 " + pgettext("step", "No-show")),
        (may_undo(row, now=now), "undo", "↩️ " + pgettext("button", "Undo")),
    )
    for is_offered, step, label in offers:
        if is_offered:
            yield Button(label, code(STAFF, "do", post.restaurant.pk, row.pk, row.version, step))


def may_undo(row: Reservation, *, now: datetime) -> bool:
    """Whether the last step can be taken back; the service has the last word."""
    if not row.undo:
        return False
    try:
        lifecycle.check_undo(
            Status(row.status),
            previous=Status(row.undo["status"]),
            changed_at=datetime.fromisoformat(row.undo["at"]),
            now=now,
        )
    except lifecycle.TransitionRefused:
        return False
    return True


def walk_in_size_screen(post: Post) -> Screen:
    place = post.restaurant.pk
    sizes = [Button(str(size), code(STAFF, "w", place, size)) for size in SIZES]
    return screen(
        [f"🚶 <b>{e(post.restaurant.name)}</b>", _("How many guests are at the door?")],
        [sizes[:4], sizes[4:], [other_button(post)]],
    )


def walk_in_table_screen(post: Post, size: int, *, now: datetime) -> Screen:
    """The smallest free tables that suit, and the choice of the house first."""
    place = post.restaurant.pk
    service = service_of(
        post.restaurant, service_date=service_date_now(post.restaurant, now=now), now=now
    )
    suiting = [
        table
        for table in service.tables
        if table.is_active
        and table.min_party <= size <= table.max_party
        and service.view_of(table.pk).state in SEATABLE
    ]
    suiting.sort(key=lambda table: table.seats)
    tables = [
        Button(
            _("Table %(number)s (%(seats)s)") % {"number": table.number, "seats": table.seats},
            code(STAFF, "w", place, size, table.pk),
        )
        for table in suiting[:SUGGESTED]
    ]
    lines = [f"🚶 <b>{guests_text(size)}</b>", _("Where shall they sit?")]
    if not tables:
        lines.append(_("No single table is free for them; perhaps tables can be joined."))
    return screen(
        lines,
        [
            [Button("⭐ " + _("Best table"), code(STAFF, "w", place, size, "best"))],
            *(tables[at : at + 2] for at in range(0, len(tables), 2)),
            [Button("⬅️ " + pgettext("button", "Back"), code(STAFF, "w", place))],
        ],
    )


def pause_screen(post: Post, restaurant: Restaurant, *, now: datetime) -> Screen:
    """Whether online bookings are on, and how long to pause them."""
    until = restaurant.paused_until
    is_paused = until is not None and until > now
    sentence = (
        _("Online bookings are paused until %(moment)s.")
        % {"moment": moment_text(until, restaurant)}
        if is_paused and until is not None
        else _("Online bookings are on.")
    )
    place = restaurant.pk
    choices = [
        Button("30", code(STAFF, "p", place, "30")),
        Button("60", code(STAFF, "p", place, "60")),
        Button("120", code(STAFF, "p", place, "120")),
        Button(_("Rest of today"), code(STAFF, "p", place, "today")),
    ]
    resume = Button("▶️ " + _("Take bookings again"), code(STAFF, "p", place, "off"))
    return screen(
        [
            f"⏸ <b>{e(restaurant.name)}</b>",
            sentence,
            "",
            _("Pause for how many minutes?"),
        ],
        [choices[:3], choices[3:], [resume if is_paused else None, other_button(post)]],
    )


def where_screen(places: list[Restaurant]) -> Screen:
    return screen(
        [_("Which restaurant?")],
        [[Button(place.name[:60], code(STAFF, "to", place.pk))] for place in places],
    )
