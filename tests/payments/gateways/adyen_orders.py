"""Orders and payments at the stand-in for Adyen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from payments.facts import Mode
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.adyen.webhook import AdyenWebhook
from payments.gateways.base import Incoming, Order, Session
from tests.notifications.channels.support import put, request_of
from tests.payments.stand_ins.adyen import ACCOUNT, AdyenStandIn
from tests.payments.stand_ins.asking import order

RETURN_URL = "https://book.example.com/r/abc/payment"


@contextmanager
def adyen_for_tests(settings: Any) -> Iterator[AdyenStandIn]:
    """The stand-in, and the settings that lead to it."""
    with AdyenStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = (3.0, 0.4)
        yield server


def ours(mode: Mode = Mode.CHARGE, **changes: Any) -> Order:
    return order(mode, account=ACCOUNT, **changes)


def begin(asked: Order) -> Session:
    return AdyenGateway().begin(asked, return_url=RETURN_URL, language="de")


def delivered(adyen: AdyenStandIn) -> Incoming:
    return AdyenWebhook().read(request_of(adyen.delivery()))


def paid(adyen: AdyenStandIn, mode: Mode) -> tuple[Order, Incoming]:
    """A payment of the guest's as the house knows it once Adyen has told."""
    session = begin(ours(mode))
    adyen.guest_pays(session.data["id"])
    told = delivered(adyen)
    (notice,) = told.notices
    assert notice.answer is not None
    return ours(mode, provider_id=notice.answer.provider_id, card=notice.answer.card), told
