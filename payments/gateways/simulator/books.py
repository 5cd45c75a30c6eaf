"""Writing in the simulator's own books. For callers that are in its own transaction."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from payments.facts import Fact, FactKind, Mode, Totals, totals_of
from payments.gateways.base import NotDone, Order, Refused
from payments.gateways.simulator.sending import event_hand_over
from payments.gateways.simulator.telling import fact_of, message
from payments.models import (
    SimulatedCard,
    SimulatedDispute,
    SimulatedEvent,
    SimulatedMovement,
    SimulatedPayment,
)

HOLD_LASTS = timedelta(days=7)
FEE_HUNDREDTHS = 150
"""1.5 percent, so that books have something to subtract."""


@dataclass(frozen=True)
class News:
    """How the merchant learns of something.

    :ivar visible_at: before that the provider itself does not know how it ends
    :ivar is_lost: the message never arrives; asking still finds out
    """

    visible_at: datetime
    is_lost: bool = False


def check_on() -> None:
    """:raises NotDone: outside development"""
    if not settings.RESERVEHUB_PAYMENT_SIMULATOR:
        raise NotDone("simulator_off")


def number(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(12)}"


def payment_locked(order: Order) -> SimulatedPayment:
    """The try that an order names, or its latest; nobody else changes it until the commit.

    :raises Refused: unknown_payment
    """
    rows = SimulatedPayment.objects.filter(public_id=order.public_id, account=order.account)
    if order.provider_id:
        rows = rows.filter(provider_id=order.provider_id)
    payment = rows.select_for_update().order_by("-pk").first()
    if payment is None:
        raise Refused("unknown_payment")
    return payment


def totals(payment: SimulatedPayment) -> Totals:
    """What its movements add up to, told or not."""
    return totals_of(_facts(payment))


def _facts(payment: SimulatedPayment) -> Iterable[Fact]:
    return [fact_of(movement) for movement in payment.movements.select_related("payment")]


def moved(
    payment: SimulatedPayment,
    *facts: tuple[FactKind, int],
    now: datetime,
    news: News | None = None,
    code: str = "",
    dispute: SimulatedDispute | None = None,
) -> None:
    """Write down what happened, and owe the merchant one message about it.

    :param dispute: gives what happened its number
    """
    news = news or News(now)
    rows = [
        SimulatedMovement(
            payment=payment,
            kind=kind.value,
            provider_id=dispute.provider_id if dispute else number(f"sim_{kind.value}"),
            amount_minor=amount_minor,
            currency=payment.currency,
            code=code,
            occurred_at=now,
            visible_at=news.visible_at,
        )
        for kind, amount_minor in facts
    ]
    SimulatedMovement.objects.bulk_create(rows)
    tell(payment, movements=rows, dispute=dispute, now=now, news=news)


def tell(
    payment: SimulatedPayment,
    *,
    now: datetime,
    movements: Iterable[SimulatedMovement] = (),
    dispute: SimulatedDispute | None = None,
    news: News | None = None,
) -> None:
    """Owe the merchant a message."""
    news = news or News(now)
    event_id = number("sim_event")
    event = SimulatedEvent.objects.create(
        event_id=event_id,
        payment=payment,
        body=message(payment, event_id=event_id, movements=movements, dispute=dispute),
        is_lost=news.is_lost,
        next_try_at=news.visible_at,
    )
    if not event.is_lost:
        wait = max(0.0, (news.visible_at - now).total_seconds())
        transaction.on_commit(lambda: event_hand_over(event.pk, seconds=wait), robust=True)


def take(
    payment: SimulatedPayment, amount_minor: int, *, now: datetime, news: News | None = None
) -> None:
    """Money moves to the merchant, less the fee."""
    fee = (amount_minor * FEE_HUNDREDTHS + 5_000) // 10_000
    moved(payment, (FactKind.CAPTURED, amount_minor), (FactKind.FEE, fee), now=now, news=news)


def give(
    payment: SimulatedPayment,
    *,
    card: SimulatedCard,
    now: datetime,
    news: News | None = None,
) -> None:
    """What was asked for, with this card: money, an amount held, or the card itself."""
    payment.card = card
    mode = Mode(payment.mode)
    if mode is Mode.CHARGE:
        take(payment, payment.amount_minor, now=now, news=news)
    elif mode is Mode.AUTHORISE:
        payment.held_until = now + HOLD_LASTS
        moved(payment, (FactKind.AUTHORISED, payment.amount_minor), now=now, news=news)
    else:
        moved(payment, (FactKind.SAVED, 0), now=now, news=news)
