"""A payment in the words of a provider."""

from __future__ import annotations

from payments.facts import Mode
from payments.gateways import registry
from payments.gateways.base import Card, Gateway, Order
from payments.models import Payment
from reservehub.core.money import Money


def gateway_of(payment: Payment) -> Gateway:
    return registry.gateway_named(payment.provider)


def order_of(payment: Payment, *, object_id: str = "") -> Order:
    """:param object_id: to act on another object than the try under way"""
    return Order(
        public_id=str(payment.public_id),
        attempt=payment.attempt,
        account=payment.account_name,
        mode=Mode(payment.mode),
        amount=Money(payment.amount_minor, payment.currency),
        description=payment.description,
        provider_id=object_id or payment.provider_id,
        card=_card_of(payment),
    )


def _card_of(payment: Payment) -> Card | None:
    method = payment.method
    if method is None:
        return None
    return Card(
        customer_token=method.customer_token,
        method_token=method.method_token,
        brand=method.brand,
        last4=method.last4,
        expires=method.expires,
    )
