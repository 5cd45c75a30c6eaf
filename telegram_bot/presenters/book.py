"""The book of today, the floor and what was found, as text with buttons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.floor import TableState, TableView
from bookings.lifecycle import AT_TABLE, AWAITING, Status
from bookings.presenters.clock import long_date
from bookings.selectors.floor import Floor, floor_of
from bookings.selectors.service import Party, Service, parties_found, party_of, service_of
from bookings.services import service_date_now
from restaurants.permissions import Capability
from telegram_bot.presenters.words import (
    STATUS_SIGNS,
    TABLE_STATES,
    guests_text,
    joined,
    time_of,
)
from telegram_bot.screen import Button, Screen, code, e, link, screen
from telegram_bot.selectors.people import Post

STAFF = "s"
"""First part of what these buttons send: ``s:<screen>:<restaurant>[:…]``."""
PAGE = 10
FOUND = 10
LONGEST_NAME = 22

EXPECTED = (*AWAITING, Status.CONFIRMED, Status.ARRIVED)
_T = TableState
_TIMED = frozenset({_T.SEATED, _T.FINISHING, _T.AVAILABLE, _T.SOON, _T.CLEANING, _T.BLOCKED})


def today_screen(post: Post, *, now: datetime, page: int = 0, is_digest: bool = False) -> Screen:
    """Who comes, sits and has left, with counts; those who matter next come first."""
    service = service_of(
        post.restaurant, service_date=service_date_now(post.restaurant, now=now), now=now
    )
    shown = [one for one in service.parties if one.status in EXPECTED or one.status in AT_TABLE]
    pages = max(1, -(-len(shown) // PAGE))
    page = min(max(page, 0), pages - 1)
    here = shown[page * PAGE : (page + 1) * PAGE]
    title = f"📖 <b>{e(post.restaurant.name)}</b> · {e(long_date(service.date))}"
    lines = [title, *_counts(service), "", *_lines(service, here)]
    if pages > 1:
        lines.append(_("Page %(page)s of %(pages)s") % {"page": page + 1, "pages": pages})
    if is_digest:
        return screen(lines, [[link("↗️ " + pgettext("button", "Open"), _floor_path(post))]])
    return screen(lines, [*_party_rows(post, here), *_today_nav(post, page, pages)])


def _counts(service: Service) -> Iterator[str]:
    """``42 covers, 15 parties · 3 requests``, then who is where."""
    covers, parties = service.totals()
    states = Counter(one.status for one in service.parties)
    requests = states[Status.PENDING]
    yield joined(
        [
            ngettext("%(count)d cover", "%(count)d covers", covers) % {"count": covers},
            ngettext("%(count)d party", "%(count)d parties", parties) % {"count": parties},
            ngettext("%(count)d request", "%(count)d requests", requests) % {"count": requests}
            if requests
            else "",
        ]
    )
    here = sum(states[state] for state in AT_TABLE)
    to_come = states[Status.CONFIRMED] + states[Status.ARRIVED]
    done, missed = states[Status.COMPLETED], states[Status.NO_SHOW]
    yield joined(
        [
            _count("🕐", pgettext("number of parties", "to come"), to_come),
            _count("🍽", pgettext("number of parties", "at table"), here),
            _count("🏁", pgettext("number of parties", "gone"), done),
            _count("👻", _("no-shows"), missed) if missed else "",
        ]
    )


def _count(sign: str, what: str, number: int) -> str:
    return f"{sign} {what}: {number}"


def _lines(service: Service, parties: Sequence[Party]) -> Iterator[str]:
    numbers = {table.pk: table.number for table in service.tables}
    if not parties:
        yield _("Nobody is expected any more.")
    for one in parties:
        tables = " + ".join(numbers[pk] for pk in one.table_ids if pk in numbers)
        yield joined(
            [
                f"{STATUS_SIGNS[one.status]} {time_of(one.visit.starts_at, service.restaurant)}",
                f"<b>{e(one.visit.guest_name)}</b>",
                guests_text(one.covers),
                f"🪑 {e(tables)}" if tables else _("no table"),
                "⭐" if one.visit.is_vip else "",
            ]
        )


def _party_rows(post: Post, parties: Sequence[Party]) -> list[list[Button]]:
    buttons = [_party_button(post, one) for one in parties]
    return [buttons[at : at + 2] for at in range(0, len(buttons), 2)]


def _party_button(post: Post, party: Party) -> Button:
    name = Truncator(party.visit.guest_name).chars(LONGEST_NAME)
    at = time_of(party.visit.starts_at, post.restaurant)
    return Button(f"{at} {name}", code(STAFF, "r", post.restaurant.pk, party.reservation.pk))


def _today_nav(post: Post, page: int, pages: int) -> list[list[Button | None]]:
    def to(label: str, number: int) -> Button | None:
        if not 0 <= number < pages:
            return None
        return Button(label, code(STAFF, "today", post.restaurant.pk, number))

    return [
        [to("◀️", page - 1), to("🔄", page), to("▶️", page + 1)],
        [
            Button("🗺 " + pgettext("button", "Tables"), code(STAFF, "floor", post.restaurant.pk)),
            other_button(post),
        ],
    ]


def other_button(post: Post) -> Button | None:
    """To another restaurant, if there is one to speak of here."""
    if not post.others:
        return None
    return Button("🏠 " + pgettext("button", "Other restaurant"), code(STAFF, "where", 0))


def _floor_path(post: Post) -> str:
    return reverse("staff:floor", args=[post.restaurant.slug])


def floor_screen(post: Post, *, now: datetime) -> Screen:
    """Every table: sign, number, word, who and until when."""
    floor = floor_of(
        post.restaurant,
        service_date=service_date_now(post.restaurant, now=now),
        at=now,
        now=now,
        is_live=True,
    )
    lines = [
        f"🗺 <b>{e(post.restaurant.name)}</b> · {time_of(now, post.restaurant)}",
        "",
        *(_table_line(floor, view, post) for view in floor.tables),
    ]
    if floor.unassigned:
        lines += ["", _("Without a table: %(count)s") % {"count": len(floor.unassigned)}]
    place = post.restaurant.pk
    return screen(
        lines,
        [
            [
                Button("🔄", code(STAFF, "floor", place)),
                Button("🚶 " + pgettext("button", "Walk-in"), code(STAFF, "w", place)),
                Button("📖 " + pgettext("button", "Today"), code(STAFF, "today", place, 0)),
            ],
            [link("↗️ " + pgettext("button", "Open"), _floor_path(post)), other_button(post)],
        ],
    )


def _table_line(floor: Floor, view: TableView, post: Post) -> str:
    sign, word = TABLE_STATES[view.state]
    visit = view.visit or (view.next if view.state not in (_T.AVAILABLE, _T.SOON) else None)
    who = f"{e(visit.guest_name)} · {visit.party_size}" if visit else ""
    until = ""
    if view.until is not None and view.state in _TIMED:
        until = _("until %(time)s") % {"time": time_of(view.until, post.restaurant)}
    elif view.starts_at is not None and not visit:
        until = time_of(view.starts_at, post.restaurant)
    number = e(floor.labels[view.table_id].number)
    return joined([f"{sign} <b>{number}</b> {word}", who, until])


def found_screen(post: Post, text: str, *, now: datetime) -> Screen:
    """Reservations from today on by name, reference or the last digits of the phone."""
    wanted = text.strip()
    today = service_date_now(post.restaurant, now=now)
    found = [
        party_of(row)
        for row in parties_found(
            post.restaurant,
            text=wanted,
            since=today,
            but_not_on=date.min,
            sees_contact=post.can(Capability.SEE_CONTACT),
            limit=FOUND,
        )
    ]
    lines = [f"🔎 <b>{e(wanted[:60])}</b> · {e(post.restaurant.name)}", ""]
    if not found:
        lines.append(_("Nothing found from today on."))
    lines += [_found_line(post, one) for one in found]
    return screen(lines, _party_rows(post, found))


def _found_line(post: Post, party: Party) -> str:
    day = long_date(party.reservation.service_date)
    return joined(
        [
            f"{STATUS_SIGNS[party.status]} {e(day)}, "
            + time_of(party.visit.starts_at, post.restaurant),
            f"<b>{e(party.visit.guest_name)}</b>",
            guests_text(party.covers),
        ]
    )
