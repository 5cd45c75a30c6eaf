"""What the merchant may ask of the simulator. Each call is a transaction of the simulator's own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from payments.facts import FactKind, Mode
from payments.gateways.base import Answer, Order, Refused
from payments.gateways.simulator.books import (
    check_on,
    give,
    moved,
    number,
    payment_locked,
    take,
    totals,
)
from payments.gateways.simulator.telling import answer_of
from payments.models import (
    SimulatedCall,
    SimulatedCard,
    SimulatedCardKind,
    SimulatedPayment,
    SimulatedState,
)
from reservehub.core.money import Money

Work = Callable[[], SimulatedPayment]


def once(order: Order, what: str, amount: Money, *, key: str, now: datetime, work: Work) -> str:
    """Do the work of a key once; asked again, say again what came of it.

    :returns: number of the payment acted on
    :raises Refused: as the work did, also when asked again; or for another question under the key
    :raises NotDone: outside development
    """
    check_on()
    fingerprint = f"{what} {order.public_id} {order.account} {amount.amount_minor}"[:200]
    # durable: a caller inside a transaction of ours would undo what a provider had done.
    with transaction.atomic(durable=True):
        call, is_new = SimulatedCall.objects.get_or_create(
            key=key, defaults={"fingerprint": fingerprint, "called_at": now}
        )
        if is_new:
            try:
                call.provider_id = work().provider_id
            except Refused as refusal:
                call.refusal, call.needs_guest = refusal.code, refusal.needs_guest
            call.save()
        elif call.fingerprint != fingerprint:
            raise Refused("idempotency_key_reused")
    if call.refusal:
        raise Refused(call.refusal, needs_guest=call.needs_guest)
    return call.provider_id


def order_begin(*, order: Order, return_url: str, language: str, now: datetime) -> SimulatedPayment:
    """The try of this attempt with its page; the same one again for the same attempt.

    :raises Refused: try_is_over, idempotency_key_reused
    """

    def work() -> SimulatedPayment:
        return _payment(
            order, Mode(order.mode), order.amount, return_url, language=language, now=now
        )

    key = order.key("begin")
    provider_id = once(order, f"begin {order.mode}", order.amount, key=key, now=now, work=work)
    payment = SimulatedPayment.objects.get(provider_id=provider_id)
    if payment.state != SimulatedState.OPEN:
        raise Refused("try_is_over")
    if (payment.return_url, payment.language) != (return_url, language):
        payment.return_url, payment.language = return_url, language
        payment.save(update_fields=["return_url", "language"])
    return payment


def _payment(
    order: Order,
    mode: Mode,
    amount: Money,
    return_url: str = "",
    *,
    now: datetime,
    language: str = "en",
    state: SimulatedState = SimulatedState.OPEN,
) -> SimulatedPayment:
    return SimulatedPayment.objects.create(
        provider_id=number("sim_pay"),
        secret=secrets.token_urlsafe(32),
        public_id=order.public_id,
        account=order.account,
        mode=mode.value,
        amount_minor=amount.amount_minor,
        currency=amount.currency,
        description=order.description,
        return_url=return_url,
        language=language,
        state=state,
        created_at=now,
    )


def look_up(*, order: Order, now: datetime, about: str = "") -> Answer:
    """All that is known of an order, over all its tries."""
    check_on()
    rows = SimulatedPayment.objects.filter(public_id=order.public_id, account=order.account)
    payments = list(rows.select_related("card").order_by("pk"))
    return answer_of(payments, now=now, about=about or order.provider_id)


def card_use(*, order: Order, mode: Mode, amount: Money, key: str, now: datetime) -> Answer:
    """Charge the saved card, or hold an amount on it, while the guest is away.

    :raises Refused: no_card; or what its bank says: card_declined, authentication_required
    """

    def work() -> SimulatedPayment:
        card = _saved_card(order)
        if card.kind == SimulatedCardKind.POOR:
            raise Refused("card_declined")
        if card.kind == SimulatedCardKind.ASKS:
            raise Refused("authentication_required", needs_guest=True)
        payment = _payment(order, mode, amount, now=now, state=SimulatedState.DONE)
        give(payment, card=card, now=now)
        payment.save()
        return payment

    about = once(order, f"use {mode}", amount, key=key, now=now, work=work)
    return look_up(order=order, now=now, about=about)


def _saved_card(order: Order) -> SimulatedCard:
    token = order.card.method_token if order.card else ""
    card = SimulatedCard.objects.filter(method_token=token).first()
    if card is None:
        raise Refused("no_card")
    return card


def hold_capture(*, order: Order, amount: Money, key: str, now: datetime) -> Answer:
    """Take all or a part of what is held; the rest is free again.

    :raises Refused: unknown_payment, nothing_held, amount_too_large, authorisation_expired
    """

    def work() -> SimulatedPayment:
        payment = payment_locked(order)
        held = totals(payment).held
        if not held:
            raise Refused("nothing_held")
        if payment.held_until and payment.held_until <= now:
            raise Refused("authorisation_expired")
        if not 0 < amount.amount_minor <= held:
            raise Refused("amount_too_large")
        take(payment, amount.amount_minor, now=now)
        return payment

    about = once(order, "capture", amount, key=key, now=now, work=work)
    return look_up(order=order, now=now, about=about)


def order_release(*, order: Order, key: str, now: datetime) -> Answer:
    """Give up what is held, or the try under way. What was taken meanwhile is told, not undone.

    :raises Refused: unknown_payment
    """

    def work() -> SimulatedPayment:
        payment = payment_locked(order)
        held = totals(payment).held
        if held:
            payment.state = SimulatedState.DEAD
            moved(payment, (FactKind.RELEASED, held), now=now)
        elif payment.state == SimulatedState.OPEN:
            payment.state = SimulatedState.DEAD
        payment.save(update_fields=["state"])
        return payment

    about = once(order, "release", Money.zero(order.amount.currency), key=key, now=now, work=work)
    return look_up(order=order, now=now, about=about)


def money_refund(*, order: Order, amount: Money, key: str, now: datetime) -> Answer:
    """Give money back.

    :raises Refused: unknown_payment, amount_too_large
    """

    def work() -> SimulatedPayment:
        payment = payment_locked(order)
        if not 0 < amount.amount_minor <= totals(payment).kept:
            raise Refused("amount_too_large")
        moved(payment, (FactKind.REFUNDED, amount.amount_minor), now=now)
        return payment

    about = once(order, "refund", amount, key=key, now=now, work=work)
    return look_up(order=order, now=now, about=about)


def card_forget(*, order: Order) -> None:
    """Delete a saved card; that there is none is no error."""
    check_on()
    with transaction.atomic(durable=True):
        kept = SimulatedCard.objects.select_for_update().filter(method_token=order.provider_id)
        SimulatedPayment.objects.filter(card__in=kept, account=order.account).update(card=None)
        kept.filter(simulatedpayment=None).delete()


def holds_run_out(*, now: datetime) -> int:
    """Release what has been held for a week."""
    overdue = SimulatedPayment.objects.filter(
        mode=Mode.AUTHORISE.value, state=SimulatedState.DONE, held_until__lte=now
    )
    done = 0
    for pk in overdue.values_list("pk", flat=True):
        with transaction.atomic(durable=True):
            payment = SimulatedPayment.objects.select_for_update().get(pk=pk)
            held = totals(payment).held
            payment.held_until = None  # looked at once
            payment.save(update_fields=["held_until"])
            if held:
                moved(payment, (FactKind.RELEASED, held), now=now, code="expired")
                done += 1
    return done
