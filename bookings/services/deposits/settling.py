"""What the payments of a reservation mean for it: confirmed, seated again, or given back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.events import (
    ReservationConfirmed,
    ReservationDepositChanged,
    ReservationPaymentTooLate,
)
from bookings.lifecycle import AWAITING, Status
from bookings.models import Reservation
from bookings.services.deposits.late import seat_again
from bookings.services.deposits.records import Account, account_lock, deposit_follow, has_deposit
from bookings.services.people import guest_lock
from bookings.services.records import (
    event_members,
    reservation_lock,
    reservation_lock_with_day,
    reservation_record,
)
from bookings.services.steps import step_check, step_take
from bookings.settlement import Do, is_secured
from reservehub.core.actors import SYSTEM, Actor
from reservehub.core.errors import NotFound


@transaction.atomic
def reservation_payment_settle(*, reservation_id: int, now: datetime) -> Reservation:
    """Bring a reservation and its money in step, whatever was told in whatever order; asked again,
    it changes nothing (rules 78-84).

    Paid in time: confirmed. Paid too late: seated again if there is still room, else everything
    goes back. Over: kept, taken, given back or let go as the terms say.

    :raises NotFound: if there is no such reservation
    """
    reservation = settle_lock(reservation_id)
    if not has_deposit(reservation):
        return reservation
    if Status(reservation.status) in (Status.PENDING_PAYMENT, Status.EXPIRED):
        account = account_lock(reservation)
        if is_secured(account.case, account.purses) or _is_held_in_vain(account):
            return _paid(reservation, account, now=now)
    deposit_settle(reservation, now=now)
    return reservation


def settle_lock(reservation_id: int) -> Reservation:
    """The reservation, locked, with its guest and day where it may take a table again: they come
    first in the lock order.
    """
    found = Reservation.objects.filter(pk=reservation_id).values_list("status", "guest_id").first()
    if found is None:
        raise NotFound
    status, guest_id = found
    # What waits may have expired by the time it is locked; what is confirmed cannot: asked for
    # money at this moment, it would still be given time.
    if Status(status) not in AWAITING | {Status.EXPIRED}:
        return reservation_lock(reservation_id)
    if guest_id is not None:
        guest_lock(guest_id)
    return reservation_lock_with_day(reservation_id)


def _paid(reservation: Reservation, account: Account, *, now: datetime) -> Reservation:
    if reservation.status == Status.PENDING_PAYMENT:
        return confirm_settled(reservation, now=now)
    # What waited for staff, who did not say yes, does not become the guest's by paying.
    if account.deposit.too_late_at is None and reservation.waited_for_money:
        is_there = account.case.due_minor > 0 and not _is_held_in_vain(account)
        if is_there and seat_again(reservation, now=now):
            return confirm_settled(reservation, now=now)
        return _too_late(reservation, account, now=now)
    deposit_settle(reservation, now=now)
    return reservation


def _is_held_in_vain(account: Account) -> bool:
    """The guest's bank holds an amount that we have already told to be released."""
    return account.case.status is Status.EXPIRED and any(
        purse.held_minor and not purse.ready_minor for purse in account.purses
    )


def confirm_settled(reservation: Reservation, *, now: datetime, action: str = "") -> Reservation:
    """Paid, or nothing is asked for any more: the table is theirs. The caller has locked it."""
    step_check(reservation, Status.CONFIRMED, actor=SYSTEM, now=now, is_settled=True)
    reservation.undo = None  # staff did not do it: there is nothing for them to take back
    reservation.confirmed_at = now
    reservation.expires_at = None
    return step_take(
        reservation,
        Status.CONFIRMED,
        lambda about: ReservationConfirmed(is_new=True, **about),
        actor=SYSTEM,
        now=now,
        action=action,
    )


def _too_late(reservation: Reservation, account: Account, *, now: datetime) -> Reservation:
    account.deposit.too_late_at = now
    account.deposit.save(update_fields=["too_late_at"])
    return step_take(
        reservation,
        Status.EXPIRED,
        lambda about: ReservationPaymentTooLate(**about),
        actor=SYSTEM,
        now=now,
        action="reservation.paid_too_late",
    )


def deposit_settle(
    reservation: Reservation,
    *,
    now: datetime,
    actor: Actor = SYSTEM,
    reason: str = "",
    again: frozenset[Do] = frozenset(),
) -> None:
    """Bring the money alone in step. The caller has locked the reservation.

    :param again: what somebody wants to be tried once more though it was refused
    """
    was = reservation.deposit_status
    if deposit_follow(reservation, actor=actor, reason=reason, again=again, now=now):
        deposit_record(reservation, was=was, now=now)


def deposit_record(reservation: Reservation, *, was: str, now: datetime) -> None:
    """Save a reservation whose money alone changed, and tell everybody."""
    reservation.version += 1
    reservation.updated_at = now
    reservation.save()
    reservation_record(
        reservation,
        ReservationDepositChanged(
            deposit_status=reservation.deposit_status,
            old_deposit_status=was,
            **event_members(reservation, actor=SYSTEM, now=now),
        ),
        actor=SYSTEM,
        action="reservation.deposit_changed",
        before={"deposit": was},
        after={"deposit": reservation.deposit_status},
        table_ids=[],
        now=now,
    )
