"""Orders and payments at the stand-in for Square."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from payments.facts import Mode
from payments.gateways.base import Answer, Order
from payments.gateways.square.gateway import SquareGateway
from tests.notifications.channels.support import put
from tests.payments.stand_ins.asking import order
from tests.payments.stand_ins.square import GOOD, LOCATION, SquareStandIn


@contextmanager
def square_for_tests(settings: Any) -> Iterator[SquareStandIn]:
    """The stand-in, and the settings that lead to it."""
    with SquareStandIn() as server:
        put(settings, server.settings())
        settings.RESERVEHUB_PAYMENT_TIMEOUTS = (3.0, 0.4)
        yield server


def ours(mode: Mode = Mode.CHARGE, **changes: Any) -> Order:
    return order(mode, **{"account": LOCATION, **changes})


def pay(asked: Order, source: str = GOOD, key: str = "k-pay") -> Answer:
    return SquareGateway().pay(asked, source=source, key=key)


def paid(mode: Mode = Mode.CHARGE) -> tuple[Order, Answer]:
    """A payment as the house knows it once the guest has paid."""
    answer = pay(ours(mode))
    return ours(mode, provider_id=answer.provider_id, card=answer.card), answer


def looked_up(asked: Order) -> Answer:
    return SquareGateway().look_up(asked)
