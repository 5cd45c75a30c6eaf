"""Staff ask for money on a booking that was made without, and take that back (rules 77, 78)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from bookings.deposits import BY_HAND, Kind, Terms, terms_by_hand
from bookings.errors import DepositAsked, DepositMissing, TransitionRefused
from bookings.lifecycle import Status, payment_expires_at
from bookings.models import Deposit, Reservation
from bookings.services.deposits.asking import (
    LINK_LEAD,
    LINK_LIFE,
    deposit_agree,
    payment_asked,
    payment_start,
    payment_wait,
)
from bookings.services.deposits.deciding import nothing, owe_less, write
from bookings.services.deposits.records import (
    Account,
    account_lock,
    asked_until,
    has_deposit,
    is_asked_by_hand,
    terms_agreed,
)
from bookings.services.records import reservation_lock
from bookings.services.steps import step_take
from bookings.settlement import Purse
from payments.models import Payment
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from reservehub.core.money import Money

MOST_MINOR = 10**12 - 1
"""What can be typed into the form of a rule as well."""
_OPEN = frozenset({Status.CONFIRMED, Status.PENDING_PAYMENT})


@transaction.atomic
def reservation_deposit_ask(
    *,
    reservation_id: int,
    kind: Kind,
    amount: Money,
    is_per_person: bool = False,
    until: datetime | None = None,
    release_unpaid: bool = True,
    actor: Actor,
    now: datetime,
) -> Reservation:
    """Ask the guest of a booking ahead, by a link, for money that was not agreed when booking.
    Asking for the same again changes nothing.

    A request is accepted by it, if it is paid. What comes of the money is what comes of it under a
    rule: it goes back until the free cancellation ends.

    :param amount: in all, or of each person
    :param until: the last moment to pay; None: four hours, never past two hours before the start
    :param release_unpaid: the tables go to others if it is not paid by then; else the booking stays
        confirmed, and the guest may pay until the visit
    :raises ValidationFailed: with pointers to `kind`, `amount`, `until` or `release_unpaid`
    :raises DepositAsked: if money was agreed on other terms, and is asked for or has been given
    :raises TransitionRefused: if it is not confirmed, or no longer ahead
    :raises PaymentsOff: if the restaurant can take no money
    """
    reservation = reservation_lock(reservation_id)
    _check_input(reservation, kind, amount, until, now=now)
    terms = terms_by_hand(
        kind,
        amount_minor=amount.amount_minor,
        is_per_person=is_per_person,
        party_size=reservation.party_size,
        currency=amount.currency,
        cancel_deadline_at=reservation.cancel_deadline_at,
    )
    if has_deposit(reservation):
        account = account_lock(reservation)
        if _is_asked(reservation, account, terms, until, release_unpaid=release_unpaid):
            return reservation
        if not _came_to_nothing(account):
            raise DepositAsked
    _check_state(reservation, release_unpaid=release_unpaid, now=now)
    until = until or payment_expires_at(now, reservation.starts_at, life=LINK_LIFE, lead=LINK_LEAD)
    deposit = _agree(reservation, terms, None if release_unpaid else until, actor=actor)
    return _ask(reservation, deposit, until, actor=actor, now=now)


def _check_input(
    reservation: Reservation, kind: Kind, amount: Money, until: datetime | None, *, now: datetime
) -> None:
    """:raises ValidationFailed: with pointers"""
    is_priced = amount.currency == reservation.restaurant.currency
    most = MOST_MINOR // reservation.party_size
    wrong = (
        ("kind", kind not in BY_HAND, _("Choose a kind of the list.")),
        ("amount", not is_priced, _("Use the currency of the restaurant.")),
        ("amount", amount.amount_minor <= 0, _("Enter an amount above zero.")),
        ("amount", amount.amount_minor > most, _("This is more than can be asked for.")),
        (
            "until",
            until is not None and not now < until <= reservation.starts_at,
            _("Choose a time before the visit."),
        ),
    )
    errors = [FieldError(f"/{name}", "invalid", text) for name, is_wrong, text in wrong if is_wrong]
    if errors:
        raise ValidationFailed(errors=errors)


def _is_asked(
    reservation: Reservation,
    account: Account,
    terms: Terms,
    until: datetime | None,
    *,
    release_unpaid: bool,
) -> bool:
    """The same is asked for, or has been paid, already."""
    agreed, deposit = terms_agreed(reservation), account.deposit
    names = ("rule_id", "kind", "limit_minor", "per_person_minor", "currency")
    return (
        account.case.due_minor > 0
        and account.case.status in _OPEN
        and all(agreed.get(name) == terms.get(name) for name in names)
        and release_unpaid == (deposit.pay_until is None)
        and until in (None, asked_until(reservation, deposit))
    )


def _came_to_nothing(account: Account) -> bool:
    """What was agreed before was given up before anybody gave anything for it."""
    return account.case.due_minor == 0 and not any(map(_is_given, account.purses))


def _is_given(purse: Purse) -> bool:
    """Money, a hold or a card is there, was there, or is on its way."""
    was_used = purse.was_held or purse.captured_minor > 0
    return was_used or purse.is_saved or purse.is_taking


def _check_state(reservation: Reservation, *, release_unpaid: bool, now: datetime) -> None:
    """A request is accepted only if it is paid: else it is answered first.

    :raises TransitionRefused: if it is not confirmed, or no longer ahead
    :raises ValidationFailed: for a request that would be kept without the money
    """
    status = Status(reservation.status)
    if status not in (Status.CONFIRMED, Status.PENDING) or now >= reservation.starts_at:
        raise TransitionRefused(status_now=reservation.status)
    if status is Status.PENDING and not release_unpaid:
        text = _("Accept the request first, or let it go if it is not paid.")
        raise ValidationFailed(errors=[FieldError("/release_unpaid", "invalid", text)])


def _agree(
    reservation: Reservation, terms: Terms, pay_until: datetime | None, *, actor: Actor
) -> Deposit:
    deposit_agree(reservation, terms)
    deposit, _is_new = Deposit.objects.update_or_create(
        reservation=reservation,
        defaults={
            "waived_minor": 0,
            "fee_minor": 0,
            "is_by_link": True,
            "asked_by_id": actor.user_id,
            "pay_until": pay_until,
        },
    )
    return deposit


def _ask(
    reservation: Reservation, deposit: Deposit, until: datetime, *, actor: Actor, now: datetime
) -> Reservation:
    was = Status(reservation.status)
    is_kept = deposit.pay_until is not None
    if was is Status.PENDING:
        reservation.confirmation_method = "manual"
    payment: Payment
    if is_kept:
        payment = payment_start(reservation, deposit, actor=actor, now=now)
    else:
        payment = payment_wait(reservation, deposit, actor=actor, now=now, until=until)
    reservation.status = was
    reservation.undo = None  # it is withdrawn instead
    terms = terms_agreed(reservation)
    return step_take(
        reservation,
        was if is_kept else Status.PENDING_PAYMENT,
        lambda _about: payment_asked(
            reservation, payment, actor=actor, now=now, by_link=True, by_hand=True
        ),
        actor=actor,
        now=now,
        action="reservation.deposit_asked",
        after={
            "kind": terms["kind"],
            "limit_minor": terms["limit_minor"],
            "currency": terms["currency"],
            "until": until.isoformat(),
            "release_unpaid": not is_kept,
        },
    )


@transaction.atomic
def reservation_deposit_withdraw(
    *, reservation_id: int, actor: Actor, now: datetime
) -> Reservation:
    """Take back what was asked for by hand, as long as nobody gave anything for it: a booking that
    waited for it is confirmed again. Taking it back twice changes nothing.

    What the guest gives in the same moment goes back.

    :raises DepositMissing: if staff asked for nothing: what a rule asks for is waived
    :raises DepositAsked: if it has been given: that is waived, or given back
    :raises TransitionRefused: if the booking is over, or the party there
    """
    reservation = reservation_lock(reservation_id)
    if not is_asked_by_hand(reservation):
        raise DepositMissing
    account = account_lock(reservation)
    owed = account.case.due_minor
    if owed == 0:
        return reservation
    if account.case.status not in _OPEN:
        raise TransitionRefused(status_now=reservation.status)
    if any(map(_is_given, account.purses)):
        raise DepositAsked
    less = nothing(account.case)
    write(reservation, account, less, owed, what="withdrawn", reason="", actor=actor, now=now)
    return owe_less(reservation, reason="", actor=actor, now=now)
