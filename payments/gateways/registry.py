"""Which providers there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from django.utils.module_loading import import_string

from payments.gateways.base import Gateway, Webhook

GATEWAYS: Mapping[str, str] = {
    "stripe": "payments.gateways.stripe.gateway.StripeGateway",
    "adyen": "payments.gateways.adyen.gateway.AdyenGateway",
    "square": "payments.gateways.square.gateway.SquareGateway",
    "simulator": "payments.gateways.simulator.gateway.SimulatorGateway",
}
WEBHOOKS: Mapping[str, str] = {
    "stripe": "payments.gateways.stripe.webhook.StripeWebhook",
    "adyen": "payments.gateways.adyen.webhook.AdyenWebhook",
    "square": "payments.gateways.square.webhook.SquareWebhook",
    "simulator": "payments.gateways.simulator.webhook.SimulatorWebhook",
}


OWN_PAGE = frozenset({"simulator"})
"""Providers whose guests always pay on a page of theirs (`Session.redirect_url`)."""


@cache
def gateway_named(provider: str) -> Gateway:
    """:raises KeyError: for a provider there is not"""
    gateway: Gateway = import_string(GATEWAYS[provider])()
    return gateway


@cache
def webhook_named(provider: str) -> Webhook | None:
    """What reads a provider's webhook; None for a provider there is not."""
    path = WEBHOOKS.get(provider)
    return import_string(path)() if path else None
