"""Messages about the money of a reservation: to pay, receipts, refunds, fees, and what needs staff.

Nothing is told twice: each message names the payment, the movement or the decision it tells of.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bookings.lifecycle import Status
from bookings.models import Reservation
from notifications.kinds import ChannelName, Kind
from notifications.models import Message
from notifications.rendering.terms import kept_of, terms_of
from notifications.services.messages import message_plan, staff_message_plan
from payments.facts import SECURED, FactKind
from payments.models import Dispute, LedgerEntry, Payment, PaymentMode, PaymentStatus
from reservehub.core.money import Money

_WITHOUT_TEMPLATE = frozenset(ChannelName) - {ChannelName.WHATSAPP}
"""The approved template says that the table goes to others: not of a booking that stays."""
_NOT_BOOKED = frozenset({Status.PENDING_PAYMENT, Status.EXPIRED})


def payment_asked(
    *,
    reservation: Reservation,
    payment: Payment,
    cause: str,
    expires_at: datetime | None,
    by_hand: bool = False,
    now: datetime,
) -> Message | None:
    """Send the link to pay, once for each time it is asked for; useful until the time to pay is
    over.

    :param expires_at: None if the booking does not depend on it
    :param by_hand: staff ask for what was not agreed when booking
    """
    return message_plan(
        kind=Kind.PAYMENT_ASKED,
        reservation=reservation,
        cause=cause,
        now=now,
        expires_at=expires_at,
        only_channels=_WITHOUT_TEMPLATE if by_hand and expires_at is None else None,
        context={
            "payment": payment.pk,
            "mode": payment.mode,
            "amount": _json(payment.amount_minor, payment),
            **({"by_hand": True} if by_hand else {}),
        },
    )


def payment_withdrawn(*, reservation: Reservation, cause: str, now: datetime) -> Message | None:
    """Who was asked to pay for a booking that stays need not. One that waited for the money is told
    to be confirmed instead.
    """
    if reservation.status != Status.CONFIRMED:
        return None
    return message_plan(kind=Kind.PAYMENT_WITHDRAWN, reservation=reservation, cause=cause, now=now)


def receipt(*, reservation: Reservation, payment: Payment, now: datetime) -> Message | None:
    """One receipt for each payment, once it has secured the booking: money that came too late is
    told of in another way.
    """
    if reservation.status in _NOT_BOOKED or payment.status not in SECURED:
        return None
    is_saved = payment.mode == PaymentMode.SAVE
    amount = payment.limit_minor if is_saved else payment.amount_minor
    return message_plan(
        kind=Kind.RECEIPT,
        reservation=reservation,
        cause=f"p{payment.pk}",
        now=now,
        context={
            "mode": payment.mode,
            "total": _json(amount, payment),
            "payment": payment.pk,
        },
    )


def refunded(
    *, reservation: Reservation, payment: Payment, entry: LedgerEntry, now: datetime
) -> Message | None:
    """Each refund once, but for a payment that came too late: the apology told of it."""
    if reservation.status == Status.EXPIRED:
        return None
    return message_plan(
        kind=Kind.REFUNDED,
        reservation=reservation,
        cause=f"e{entry.pk}",
        now=now,
        context={"amount": _json(entry.amount_minor, payment)},
    )


def payment_too_late(
    *, reservation: Reservation, payment: Payment, now: datetime
) -> Message | None:
    """The apology: the table was gone, and everything goes back."""
    return message_plan(
        kind=Kind.PAYMENT_TOO_LATE,
        reservation=reservation,
        cause=f"p{payment.pk}",
        now=now,
        context={"amount": _json(payment.amount_minor, payment), "mode": payment.mode},
    )


def captured(
    *, reservation: Reservation, payment: Payment, entry: LedgerEntry, now: datetime
) -> Message | None:
    """A fee was taken from a saved card or from what was held. What guests pay themselves has its
    receipt.
    """
    if payment.mode == PaymentMode.CHARGE:
        return None
    return message_plan(
        kind=Kind.FEE_CHARGED,
        reservation=reservation,
        cause=f"e{entry.pk}",
        now=now,
        context={"amount": _json(entry.amount_minor, payment), "why": _why(reservation)},
    )


def released(*, reservation: Reservation, payment: Payment, now: datetime) -> Message | None:
    """What was held is free again; not where the apology for a late payment tells it."""
    if payment.status != PaymentStatus.RELEASED or reservation.status in _NOT_BOOKED:
        return None
    held = payment.entries.filter(kind=FactKind.AUTHORISED).order_by("-pk").first()
    minor = held.amount_minor if held is not None else payment.amount_minor
    return message_plan(
        kind=Kind.HOLD_RELEASED,
        reservation=reservation,
        cause=f"p{payment.pk}",
        now=now,
        context={"amount": _json(minor, payment)},
    )


def deposit_kept(*, reservation: Reservation, now: datetime) -> Message | None:
    """A deposit that was paid is kept, by the terms: told once for a reservation. How much is asked
    again when the message goes out: staff may give it up in the meantime.
    """
    terms, kept = terms_of(reservation), kept_of(reservation)
    if terms is None or not kept:
        return None
    return message_plan(
        kind=Kind.DEPOSIT_KEPT,
        reservation=reservation,
        cause="kept",
        now=now,
        context={
            "amount": Money(kept, terms["currency"]).as_json(),
            "why": _why(reservation),
        },
    )


def payment_failed(
    *, reservation: Reservation, cause: str, context: Mapping[str, Any], now: datetime
) -> list[Message]:
    """Staff must look: what the provider was asked for was refused.

    :param context: `what`, `amount`, `code`, `link_sent`
    """
    return staff_message_plan(
        kind=Kind.STAFF_PAYMENT_REFUSED,
        reservation=reservation,
        cause=cause,
        now=now,
        context=context,
    )


def dispute_changed(
    *, reservation: Reservation, dispute: Dispute, cause: str, now: datetime
) -> list[Message]:
    """A dispute was opened, with the time to answer, or decided."""
    by = dispute.respond_by
    return staff_message_plan(
        kind=Kind.STAFF_DISPUTE,
        reservation=reservation,
        cause=f"d{dispute.pk}:{cause}",
        now=now,
        context={
            "amount": Money(dispute.amount_minor, dispute.currency).as_json(),
            "status": dispute.status,
            "payment": dispute.payment_id,
            **({} if by is None else {"respond_by": by.isoformat()}),
        },
    )


# --- Parts ------------------------------------------------------------------------------------


def _json(minor: int, payment: Payment) -> dict[str, Any]:
    return Money(minor, payment.currency).as_json()


def _why(reservation: Reservation) -> str:
    """What a fee is for, as the words know it."""
    if reservation.status == Status.NO_SHOW:
        return "no_show"
    if reservation.status == Status.CANCELLED_BY_GUEST:
        return "cancelled"
    return "partial_no_show" if reservation.seated_at is not None else ""
