"""What happens to the money of reservations becomes messages, in the transaction of the delivery.
Nothing is sent here.
"""

from __future__ import annotations

from bookings.deposits import payment_reference, reservation_of
from bookings.events import (
    ReservationCancelled,
    ReservationConfirmed,
    ReservationDepositChanged,
    ReservationEvent,
    ReservationPaymentAsked,
    ReservationPaymentFailed,
    ReservationPaymentTooLate,
)
from bookings.models import DepositStatus, Reservation
from notifications.kinds import Kind
from notifications.services import house_message_plan, money
from payments.events import (
    DisputeChanged,
    PaymentCaptured,
    PaymentEvent,
    PaymentRefunded,
    PaymentReleased,
    PaymentSecured,
    ReconciliationDiffered,
)
from payments.models import (
    Dispute,
    DisputeStatus,
    LedgerEntry,
    Payment,
    Reconciliation,
)
from payments.selectors import payments_of
from reservehub.core.events import subscribe
from reservehub.core.money import Money

_ROWS = Reservation.objects.select_related("restaurant__policy", "guest", "deposit")


def _reservation(event: ReservationEvent) -> Reservation | None:
    return _ROWS.all().filter(pk=event.reservation_id).first()


def _paid_for(event: PaymentEvent) -> tuple[Payment, Reservation] | None:
    """The payment and the reservation it is for; None if it is for something else."""
    number = reservation_of(event.reference)
    if number is None:
        return None
    payment = Payment.objects.filter(pk=event.payment_id).first()
    reservation = _ROWS.all().filter(pk=number).first()
    return (payment, reservation) if payment is not None and reservation is not None else None


def payments_for(reservation: Reservation) -> list[Payment]:
    """The payments of a reservation, the earliest first."""
    return list(payments_of(payment_reference(reservation.pk)).order_by("pk"))


@subscribe(ReservationPaymentAsked, name="notifications.ask_for_payment")
def ask_for_payment(event: ReservationPaymentAsked, *, delivery_id: int) -> None:  # noqa: ARG001
    """The link to pay, to whoever is not on the page already."""
    reservation = _reservation(event)
    payment = Payment.objects.filter(pk=event.payment_id).first()
    if event.by_link and reservation is not None and payment is not None:
        money.payment_asked(
            reservation=reservation,
            payment=payment,
            cause=f"v{event.version}",
            expires_at=event.expires_at,
            by_hand=event.by_hand,
            now=event.occurred_at,
        )


@subscribe(ReservationPaymentTooLate, name="notifications.tell_payment_too_late")
def tell_payment_too_late(
    event: ReservationPaymentTooLate,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """An apology for each payment that found the table gone."""
    reservation = _reservation(event)
    if reservation is None:
        return
    for payment in payments_for(reservation):
        if payment.secured_at is not None:
            money.payment_too_late(reservation=reservation, payment=payment, now=event.occurred_at)


@subscribe(ReservationConfirmed, name="notifications.send_receipts")
def send_receipts(event: ReservationConfirmed, *, delivery_id: int) -> None:  # noqa: ARG001
    """Whatever came first, the payment or the confirmation: the later one sends the receipt."""
    reservation = _reservation(event)
    if reservation is None:
        return
    for payment in payments_for(reservation):
        money.receipt(reservation=reservation, payment=payment, now=event.occurred_at)


@subscribe(
    PaymentSecured,
    PaymentCaptured,
    PaymentRefunded,
    PaymentReleased,
    name="notifications.tell_of_money",
)
def tell_of_money(event: PaymentEvent, *, delivery_id: int) -> None:  # noqa: ARG001
    """Guests hear of every movement of their money."""
    found = _paid_for(event)
    if found is None:
        return
    payment, reservation = found
    now = event.occurred_at
    if isinstance(event, PaymentSecured):
        money.receipt(reservation=reservation, payment=payment, now=now)
    elif isinstance(event, PaymentReleased):
        money.released(reservation=reservation, payment=payment, now=now)
    elif isinstance(event, PaymentCaptured | PaymentRefunded):
        entry = LedgerEntry.objects.filter(pk=event.entry_id).first()
        tell = money.captured if isinstance(event, PaymentCaptured) else money.refunded
        if entry is not None:
            tell(reservation=reservation, payment=payment, entry=entry, now=now)


@subscribe(ReservationCancelled, ReservationDepositChanged, name="notifications.tell_deposit_kept")
def tell_deposit_kept(
    event: ReservationCancelled | ReservationDepositChanged,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """A deposit that goes to the restaurant by the terms: at once when a guest cancels late, after
    a no-show when nobody can undo it any more.
    """
    reservation = _reservation(event)
    if reservation is not None and reservation.deposit_status == DepositStatus.FORFEITED:
        money.deposit_kept(reservation=reservation, now=event.occurred_at)


@subscribe(ReservationDepositChanged, name="notifications.tell_payment_withdrawn")
def tell_payment_withdrawn(
    event: ReservationDepositChanged,
    *,
    delivery_id: int,  # noqa: ARG001
) -> None:
    """What a guest was asked for and has not given is not asked for any more."""
    states = (event.old_deposit_status, event.deposit_status)
    reservation = _reservation(event)
    if reservation is not None and states == (DepositStatus.PENDING, DepositStatus.WAIVED):
        money.payment_withdrawn(
            reservation=reservation, cause=f"v{event.version}", now=event.occurred_at
        )


@subscribe(ReservationPaymentFailed, name="notifications.tell_staff_refused")
def tell_staff_refused(event: ReservationPaymentFailed, *, delivery_id: int) -> None:  # noqa: ARG001
    """What the provider refused needs somebody of the restaurant."""
    reservation = _reservation(event)
    if reservation is None:
        return
    amount = Money(event.amount_minor, reservation.restaurant.currency)
    money.payment_failed(
        reservation=reservation,
        # The version need not change with it; the same event has the same time.
        cause=f"{event.kind}:{event.occurred_at.isoformat()}",
        context={
            "what": event.kind,
            "amount": amount.as_json(),
            "code": event.code,
            "link_sent": event.link_sent,
        },
        now=event.occurred_at,
    )


_DECIDED = {DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.ACCEPTED}


@subscribe(DisputeChanged, name="notifications.tell_staff_dispute")
def tell_staff_dispute(event: DisputeChanged, *, delivery_id: int) -> None:  # noqa: ARG001
    """That there is a dispute, and how it ended."""
    if not event.is_new and event.status not in _DECIDED:
        return
    found = _paid_for(event)
    dispute = Dispute.objects.filter(pk=event.dispute_id).first()
    if found is not None and dispute is not None:
        money.dispute_changed(
            reservation=found[1],
            dispute=dispute,
            cause="decided" if event.status in _DECIDED else "opened",
            now=event.occurred_at,
        )


@subscribe(ReconciliationDiffered, name="notifications.tell_staff_differences")
def tell_staff_differences(event: ReconciliationDiffered, *, delivery_id: int) -> None:  # noqa: ARG001
    """Movements that the two lists do not agree on."""
    rows = Reconciliation.objects.select_related("account__restaurant")
    run = rows.filter(pk=event.reconciliation_id).first()
    if run is not None:
        house_message_plan(
            kind=Kind.STAFF_DIFFERENCES,
            restaurant=run.account.restaurant,
            cause=f"r{run.pk}",
            now=event.occurred_at,
            context={"count": event.differences, "since": run.since.isoformat()},
        )
