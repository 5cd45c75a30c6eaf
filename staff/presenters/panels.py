"""The panel beside the plan: a table with its evening, or one reservation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from bookings.deposits import payment_reference
from bookings.floor import Stay, TableState, TableView, Visit, table_view
from bookings.lifecycle import AT_TABLE, OCCUPYING, Status
from bookings.models import DepositStatus, Reservation, Source
from bookings.presenters.clock import clock_text, local, moment_text, short_date
from bookings.presenters.words import DIETARY
from bookings.selectors import tables_of
from bookings.selectors.floor import service_date_at, stays_of_day
from bookings.services.deposits.records import asked_until, is_withdrawn
from guests.selectors.profile import alerts_of
from payments.selectors import payments_of
from restaurants.models import Restaurant, Table
from restaurants.permissions import Capability
from staff.access import Desk
from staff.presenters.actions import (
    Action,
    call_action,
    may_undo,
    more_actions,
    next_action,
)
from staff.presenters.bills import CardBill, card_bill
from staff.presenters.deposit_asking import deposit_actions, is_waited_for
from staff.presenters.deposits import amount_text
from staff.presenters.floor import STATE_WORDS
from staff.presenters.payments import Badge, deposit_badge

_T = TableState
WALK_IN_STATES = frozenset({_T.AVAILABLE, _T.SOON, _T.CLEANING})
BLOCK_MINUTES = (30, 60, 120, 240)


@dataclass(frozen=True, kw_only=True)
class CardMoney:
    """The deposit of a reservation; `amount` is empty where nothing is owed, `url` the page of its
    payment, for those who may open it.
    """

    badge: Badge
    amount: str
    until: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One reservation as staff see it, with what can be done. Contact data, dietary needs,
    actions and the address of the messages are empty for those who may not see or do that.
    """

    reservation: Reservation
    name: str
    party: str
    when: str
    tables: str
    status: str
    flags: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    contact: tuple[str, ...]
    first: Action | None
    call: Action | None
    more: tuple[Action, ...]
    may_undo: bool
    talk_url: str
    guest_url: str = ""
    money: CardMoney | None = None
    bill: CardBill | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    """One stay in the evening of a table."""

    time: str
    party: str
    name: str
    word: str
    reservation_id: int | None
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class TablePanel:
    """A table now (or on another date): its state, its party, its evening."""

    table: Table
    view: TableView
    is_today: bool
    word: str
    until: str
    card: Card | None
    rows: tuple[Row, ...]
    party_sizes: tuple[int, ...]
    may_edit: bool

    @property
    def is_free(self) -> bool:
        return self.view.state in WALK_IN_STATES

    @property
    def is_cleaning(self) -> bool:
        return self.view.state is _T.CLEANING

    @property
    def is_blocked(self) -> bool:
        return self.view.state is _T.BLOCKED

    @property
    def block_minutes(self) -> tuple[int, ...]:
        return BLOCK_MINUTES


def table_panel(desk: Desk, table: Table, *, service_date: Any, at: datetime) -> TablePanel:
    """The panel of a table: four queries.

    :param service_date, at: what the plan shows; on the present business day the table is shown as
        it is now
    """
    is_today = service_date == service_date_at(desk.restaurant, desk.now)
    moment = desk.now if is_today and at == desk.now else at
    stays = stays_of_day(
        desk.restaurant, service_date=service_date, now=desk.now, table_ids=[table.pk]
    ).get(table.pk, ())
    view = table_view(stays, at=moment, is_live=moment == desk.now, table_id=table.pk)
    focus = _focus(view)
    may_edit = desk.can(Capability.EDIT_BOOK)
    return TablePanel(
        table=table,
        view=view,
        is_today=is_today,
        word=str(STATE_WORDS[view.state]),
        until=_until(view, desk.restaurant),
        card=card_of_id(desk, focus.reservation_id) if focus else None,
        rows=_rows(desk.restaurant, stays, view),
        party_sizes=_party_sizes(table) if may_edit and is_today else (),
        may_edit=may_edit,
    )


def _focus(view: TableView) -> Visit | None:
    """Whose reservation the large button is about: who has the table, else who comes next soon."""
    if view.state is _T.CLEANING:
        return view.next if view.next and _is_soon(view) else None
    if view.visit is not None:
        return view.visit
    return view.next if view.state is _T.SOON else None


def _is_soon(view: TableView) -> bool:
    return bool(
        view.next and view.until and view.next.starts_at - view.until <= timedelta(minutes=90)
    )


def _until(view: TableView, restaurant: Restaurant) -> str:
    if view.until is None:
        return ""
    return clock_text(local(view.until, restaurant), restaurant)


def _party_sizes(table: Table) -> tuple[int, ...]:
    """The chips of a walk-in: up to what the table seats, and a few more to squeeze in."""
    return tuple(range(1, max(4, min(table.max_party, 12)) + 1))


def _rows(restaurant: Restaurant, stays: Iterable[Stay], view: TableView) -> tuple[Row, ...]:
    shown = [stay for stay in stays if stay.visit is None or _is_shown(stay.visit)]
    return tuple(_row(restaurant, stay, view) for stay in sorted(shown, key=lambda s: s.starts_at))


def _is_shown(visit: Visit) -> bool:
    return visit.status in OCCUPYING | {Status.COMPLETED, Status.NO_SHOW}


def _row(restaurant: Restaurant, stay: Stay, view: TableView) -> Row:
    visit = stay.visit
    ends_at = visit.ends_at if visit else stay.ends_at
    starts_at = visit.starts_at if visit and visit.status not in AT_TABLE else stay.starts_at
    if visit is not None:
        word = Reservation(status=visit.status).get_status_display()
    elif stay.kind == "block":
        word = stay.reason or str(STATE_WORDS[_T.BLOCKED])
    else:
        word = str(STATE_WORDS[_T.HELD])
    return Row(
        time=span_text(starts_at, ends_at, restaurant),
        party=str(visit.party_size if visit else stay.party_size or ""),
        name=(visit.guest_name or _("walk-in")) if visit else "",
        word=word,
        reservation_id=visit.reservation_id if visit else None,
        is_current=bool(visit and view.visit and visit.reservation_id == view.visit.reservation_id),
    )


def span_text(starts_at: datetime, ends_at: datetime, restaurant: Restaurant) -> str:
    """``19:00–20:30``."""
    first, last = (clock_text(local(at, restaurant), restaurant) for at in (starts_at, ends_at))
    return f"{first}–{last}"


def card_of_id(desk: Desk, reservation_id: int) -> Card | None:
    """None if it has gone meanwhile."""
    found = (
        Reservation.objects.select_related("restaurant")
        .filter(pk=reservation_id, restaurant=desk.restaurant)
        .first()
    )
    return card_of(desk, found) if found else None


def card_of(desk: Desk, reservation: Reservation) -> Card:
    """One reservation with what this person may see and do: one query, and one for what to
    remember about a known guest."""
    tables = tables_of([reservation])[reservation.pk]
    may_edit = desk.can(Capability.EDIT_BOOK)
    return Card(
        reservation=reservation,
        name=name_of(reservation),
        party=_party(reservation),
        when=_when(desk, reservation),
        tables=table_names(tables),
        status=reservation.get_status_display(),
        flags=_flags(reservation),
        notes=(
            *_remembered(desk, reservation),
            *_notes(reservation, sees_health=desk.can(Capability.SEE_CONTACT)),
        ),
        contact=_contact(reservation) if desk.can(Capability.SEE_CONTACT) else (),
        first=next_action(reservation, has_table=bool(tables), now=desk.now) if may_edit else None,
        call=call_action(reservation, has_table=bool(tables)) if may_edit else None,
        more=_more(desk, reservation, has_table=bool(tables)) if may_edit else (),
        may_undo=may_edit and may_undo(reservation, now=desk.now),
        talk_url=_talk_url(desk, reservation),
        guest_url=_guest_url(desk, reservation),
        money=_money(desk, reservation),
        bill=card_bill(desk, reservation),
    )


def _more(desk: Desk, reservation: Reservation, *, has_table: bool) -> tuple[Action, ...]:
    usual = more_actions(reservation, has_table=has_table, now=desk.now)
    return (*usual, *deposit_actions(desk, reservation))


def _money(desk: Desk, reservation: Reservation) -> CardMoney | None:
    """None if no money was ever asked for; one query for those who may open its payment."""
    if reservation.deposit_status == DepositStatus.NOT_REQUIRED:
        return None
    url, until = "", ""
    if desk.can(Capability.CHARGE_REFUND):
        reference = payment_reference(reservation.pk)
        pk = payments_of(reference).values_list("pk", flat=True).first()
        url = reverse("staff:payment", args=[desk.restaurant.slug, pk]) if pk else ""
    ends_at = _asked_until(reservation)
    if ends_at is not None:
        until = _soon(desk, ends_at)
    badge = deposit_badge(reservation.deposit_status)
    if is_waited_for(reservation):
        badge = replace(badge, word=_("Deposit asked for"))
    elif is_withdrawn(reservation):
        badge = replace(badge, word=_("Deposit request withdrawn"))
    due = reservation.deposit_minor
    return CardMoney(
        badge=badge,
        amount=amount_text(due, desk.restaurant.currency) if due else "",
        until=until,
        url=url,
    )


def _soon(desk: Desk, at: datetime) -> str:
    """``22:48``, with the day where that is not today."""
    wall = local(at, desk.restaurant)
    time = clock_text(wall, desk.restaurant)
    is_today = wall.date() == local(desk.now, desk.restaurant).date()
    return time if is_today else f"{short_date(wall.date())}, {time}"


def _asked_until(reservation: Reservation) -> datetime | None:
    """One query for a booking that is kept though it is not paid."""
    if is_waited_for(reservation) and reservation.status == Status.CONFIRMED:
        return asked_until(reservation, reservation.deposit)
    return reservation.expires_at if reservation.status == Status.PENDING_PAYMENT else None


def _remembered(desk: Desk, reservation: Reservation) -> tuple[tuple[str, str], ...]:
    """The alerts of the guest's record."""
    if reservation.guest_id is None:
        return ()
    found = alerts_of(
        [reservation.guest_id],
        restaurant_id=desk.restaurant.pk,
        capabilities=desk.capabilities,
    )
    notes = found.get(reservation.guest_id, ())
    return tuple((str(note.get_kind_display()), note.text) for note in notes)


def _guest_url(desk: Desk, reservation: Reservation) -> str:
    """The guest's profile, for those who may open it."""
    if reservation.guest_id is None or not desk.can(Capability.SEE_CONTACT):
        return ""
    return reverse("staff:guest", args=[desk.restaurant.slug, reservation.guest_id])


def _talk_url(desk: Desk, reservation: Reservation) -> str:
    """Where its messages are; nobody writes to parties that walked in."""
    if not desk.can(Capability.SEE_CONTACT) or reservation.source == Source.WALK_IN:
        return ""
    return reverse("staff:messages", args=[desk.restaurant.slug, reservation.pk])


def name_of(reservation: Reservation) -> str:
    return reservation.guest_name or _("walk-in")


def table_names(tables: Sequence[Table]) -> str:
    """``7`` or ``7 + 8``."""
    return " + ".join(table.number for table in tables)


def _party(reservation: Reservation) -> str:
    came, booked = reservation.actual_party_size, reservation.party_size
    return str(booked) if came in (None, booked) else f"{came}/{booked}"


def _when(desk: Desk, reservation: Reservation) -> str:
    span = span_text(reservation.starts_at, reservation.ends_at, desk.restaurant)
    if reservation.service_date == service_date_at(desk.restaurant, desk.now):
        return span
    return moment_text(reservation.starts_at, desk.restaurant)


def _contact(reservation: Reservation) -> tuple[str, ...]:
    found = (str(reservation.guest_phone or ""), reservation.guest_email)
    return tuple(text for text in found if text)


def _flags(reservation: Reservation) -> tuple[str, ...]:
    late = reservation.late_eta_at
    said = {
        pgettext("party", "VIP"): reservation.is_vip,
        reservation.get_special_occasion_display(): reservation.special_occasion != "none",
        _("first visit"): reservation.previous_visits == 0 and reservation.source != "walk_in",
        _("%(count)d earlier visits")
        % {"count": reservation.previous_visits}: reservation.previous_visits > 0,
        _("table locked"): reservation.is_table_locked and reservation.source != "walk_in",
        _("running late"): late is not None and reservation.status == Status.CONFIRMED,
        _("will come for certain"): reservation.reconfirmed_at is not None,
    }
    return tuple(word for word, is_so in said.items() if is_so)


def _notes(reservation: Reservation, *, sees_health: bool) -> tuple[tuple[str, str], ...]:
    names = {code: str(word) for code, word in DIETARY}
    diet = ", ".join(names.get(code, code) for code in reservation.dietary_restrictions)
    found = (
        (_("Diet and allergies"), diet if sees_health else ""),
        (_("Guest asks"), reservation.special_requests),
        (_("Team"), reservation.internal_notes),
        (_("Reason"), reservation.cancellation_reason),
    )
    return tuple((title, text) for title, text in found if text)
