"""Saved cards: kept as long as something may be asked of them, then forgotten, here and there.

The token leaves with the decision and stands on the instruction alone, until the provider has
forgotten the card as well.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments.gateways.base import Card
from payments.models import Instruction, InstructionKind, Payment, StoredMethod
from payments.services.books import payment_locked
from payments.services.instructing import instruct
from reservehub.core.actors import SYSTEM


@transaction.atomic
def card_forget(*, payment_id: int, now: datetime) -> None:
    """Nothing will be asked of the card of a payment any more: it is dropped here and the provider
    is told to delete it. Again, or without a card, it changes nothing.

    A card that other payments were made with as well stays with those. Callers have seen that
    nothing is being taken from it.

    :raises NotFound: if there is no such payment
    """
    payment = payment_locked(payment_id)
    method = payment.method
    if method is None:
        return
    _lock(method)
    payment.method = None
    payment.updated_at = now
    payment.save(update_fields=["method", "updated_at"])
    if _is_used(method):
        return
    _tell(payment, method.method_token, now)
    method.delete()


def card_keep(payment: Payment, card: Card, *, is_fresh: bool, now: datetime) -> bool:
    """Point the payment at the card that its provider tells of; whether that is new. The caller
    holds the payment's lock and saves.

    After its card was forgotten, a payment keeps none: what is told once more is that one, and one
    that was saved since is forgotten as well.

    :param is_fresh: it was saved just now, rather than told again
    """
    current = payment.method
    if current is not None and current.method_token == card.method_token:
        return False
    if current is None and _was_forgotten(payment):
        if is_fresh:
            _tell(payment, card.method_token, now)
        return False
    row = StoredMethod(
        restaurant_id=payment.restaurant_id,
        provider=payment.provider,
        customer_token=card.customer_token,
        method_token=card.method_token,
        brand=card.brand[:30],
        last4=card.last4[:4],
        expires=card.expires[:7],
        created_at=now,
    )
    # Another payment may keep the same card at this moment.
    StoredMethod.objects.bulk_create([row], ignore_conflicts=True)
    payment.method = StoredMethod.objects.get(
        restaurant_id=payment.restaurant_id,
        provider=payment.provider,
        method_token=card.method_token,
    )
    return True


def _lock(method: StoredMethod) -> None:
    """Of two payments with this card the later one has to see that the other let it go."""
    StoredMethod.objects.select_for_update().filter(pk=method.pk).first()


def _is_used(method: StoredMethod) -> bool:
    return Payment.objects.filter(method=method).exists()


def _was_forgotten(payment: Payment) -> bool:
    return Instruction.objects.filter(payment=payment, kind=InstructionKind.FORGET).exists()


def _tell(payment: Payment, token: str, now: datetime) -> None:
    instruct(payment, InstructionKind.FORGET, 0, object_id=token, actor=SYSTEM, now=now)
