"""Asking for a deposit by hand: whether it can be done, until when, and what would happen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.deposits import Kind
from bookings.lifecycle import Status, payment_expires_at
from bookings.models import Deposit, DepositStatus, Reservation
from bookings.presenters.clock import moment_text
from bookings.presenters.money import terms_sentences
from bookings.presenters.paying import until_text
from bookings.services.deposits.asking import LINK_LEAD, LINK_LIFE
from bookings.services.deposits.records import asked_until, is_asked_by_hand, terms_agreed
from notifications.selectors import addresses_of
from payments.selectors import payments_problem
from restaurants.permissions import Capability
from staff.access import Desk
from staff.presenters.actions import PAYABLE, Action
from staff.presenters.deposits import amount_text

ASKABLE = frozenset({Status.CONFIRMED, Status.PENDING})
HOURS = (1, 2, 4, 12, 24, 48, 96)
_ASKED: Mapping[Kind, Promise] = {
    Kind.DEPOSIT: gettext_lazy("%(name)s is asked to pay %(amount)s"),
    Kind.AUTHORISATION: gettext_lazy("%(name)s is asked to have %(amount)s held on a card"),
    Kind.GUARANTEE: gettext_lazy("%(name)s is asked for a card, for up to %(amount)s"),
}


def deposit_actions(desk: Desk, reservation: Reservation) -> Iterator[Action]:
    """In the panel of a reservation, for those who may charge: ask, or take it back. One query
    where it may be asked.
    """
    if not desk.can(Capability.CHARGE_REFUND):
        return
    if is_waited_for(reservation):
        yield Action(step="withdraw-deposit", label=_("Withdraw the deposit request"))
    elif is_askable(reservation, now=desk.now):
        problem = payments_problem(desk.restaurant)
        label = _("Ask for a deposit")
        said = f"{label}: {problem}" if problem else ""
        yield Action(step="ask-deposit", label=label, said=said, url=ask_url(reservation))


def ask_url(reservation: Reservation) -> str:
    return reverse("staff:deposit-ask", args=[reservation.restaurant.slug, reservation.pk])


def is_waited_for(reservation: Reservation) -> bool:
    """Staff have asked for it, and nobody has given anything yet. No query."""
    return (
        reservation.deposit_status == DepositStatus.PENDING
        and Status(reservation.status) in PAYABLE
        and is_asked_by_hand(reservation)
    )


def is_askable(reservation: Reservation, *, now: datetime) -> bool:
    """Nothing was asked for, or nothing of it is left; the service has the last word."""
    is_free = reservation.deposit_status in (DepositStatus.NOT_REQUIRED, DepositStatus.WAIVED)
    return is_free and Status(reservation.status) in ASKABLE and now < reservation.starts_at


@dataclass(frozen=True)
class Obstacle:
    """Why nobody can be asked at the moment, and the page where that is mended."""

    text: str
    label: str
    url: str


def obstacle_of(desk: Desk, reservation: Reservation) -> Obstacle | None:
    """None if nothing is in the way."""
    problem = payments_problem(desk.restaurant)
    if problem:
        url = reverse("staff:settings-deposits-account", args=[desk.restaurant.slug])
        return Obstacle(problem, _("Set up payments"), url)
    if not addresses_of(reservation):
        url = reverse("staff:edit", args=[desk.restaurant.slug, reservation.pk])
        text = _("There is no e-mail address or phone number to which the link could be sent.")
        return Obstacle(text, _("Edit the booking"), url)
    return None


def time_choices(reservation: Reservation, *, now: datetime) -> list[tuple[str, str]]:
    """Hours to pay, with the time at which they end; the empty one is the usual time."""
    restaurant, starts_at = reservation.restaurant, reservation.starts_at
    usual = payment_expires_at(now, starts_at, life=LINK_LIFE, lead=LINK_LEAD)
    ends = {now + timedelta(hours=hours): hours for hours in HOURS}
    said = {
        at: _choice(ends.get(at), until_text(at, restaurant, now=now))
        for at in (usual, *ends)
        if at < starts_at or at == usual
    }
    return [
        ("", said[usual]),
        *((str(ends[at]), words) for at, words in said.items() if at != usual),
    ]


def _choice(hours: int | None, time: str) -> str:
    if hours is None:
        return _("until %(time)s") % {"time": time}
    each = ngettext("%(n)s hour, until %(time)s", "%(n)s hours, until %(time)s", hours)
    return each % {"n": hours, "time": time}


def effects_of(asked: Reservation, *, was: str, name: str, now: datetime) -> list[str]:
    """What asking will do, from the reservation as it would be afterwards.

    :param was: its state before
    """
    terms, place = terms_agreed(asked), asked.restaurant
    amount = amount_text(terms["limit_minor"], terms["currency"])
    until = asked_until(asked, Deposit.objects.get(pk=asked.pk))
    values = {"until": "" if until is None else until_text(until, place, now=now)}
    is_kept = asked.status == Status.CONFIRMED
    fate = (
        _("It can be paid until the visit, and should be by %(until)s; the booking stays")
        if is_kept
        else _("The table is kept until %(until)s; if it is not paid by then, it goes to others")
    )
    found = [str(_ASKED[Kind(terms["kind"])]) % {"name": name, "amount": amount}, fate % values]
    if was == Status.PENDING:
        found.append(_("The request is accepted as soon as it is paid"))
    return found


def policy_of(asked: Reservation, *, now: datetime) -> tuple[str, ...]:
    """What the guest reads of cancelling, before they pay."""
    return terms_sentences(terms_agreed(asked), asked.restaurant, now=now)


def visit_words(reservation: Reservation) -> str:
    """``Friday 5 June, 19:00 · 4 guests``."""
    guests = ngettext("%(n)s guest", "%(n)s guests", reservation.party_size)
    when = moment_text(reservation.starts_at, reservation.restaurant)
    return f"{when} · {guests % {'n': reservation.party_size}}"
