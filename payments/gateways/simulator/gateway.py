"""The simulator as the house calls it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from payments.facts import FactKind, Mode
from payments.gateways.base import Answer, CannotAsk, Listed, Order, Session
from payments.gateways.simulator import merchant
from payments.gateways.simulator.books import check_on
from payments.gateways.simulator.telling import fact_of
from payments.models import SimulatedMovement
from reservehub.core import clock
from reservehub.core.money import Money

_MONEY = [
    kind.value
    for kind in FactKind
    if kind not in {FactKind.SAVED, FactKind.AUTHORISED, FactKind.RELEASED, FactKind.REFUSED}
]


class SimulatorGateway:
    """See `payments.gateways.base.Gateway`. A provider has a clock of its own: this one reads it
    here.
    """

    provider = "simulator"
    csp: ClassVar[Mapping[str, Sequence[str]]] = {}

    def problem(self) -> str:
        if settings.RESERVEHUB_PAYMENT_SIMULATOR:
            return ""
        return _("%(setting)s is not set.") % {"setting": "RESERVEHUB_PAYMENT_SIMULATOR"}

    def begin(self, order: Order, *, return_url: str, language: str) -> Session:
        payment = merchant.order_begin(
            order=order, return_url=return_url, language=language, now=clock.now()
        )
        path = reverse("simulator:page", args=[payment.secret])
        return Session(
            provider_id=payment.provider_id, redirect_url=settings.RESERVEHUB_BASE_URL + path
        )

    def pay(self, order: Order, *, source: str, key: str) -> Answer:  # noqa: ARG002
        raise CannotAsk("own_page")

    def look_up(self, order: Order) -> Answer:
        return merchant.look_up(order=order, now=clock.now())

    def charge(self, order: Order, amount: Money, *, key: str) -> Answer:
        return merchant.card_use(
            order=order, mode=Mode.CHARGE, amount=amount, key=key, now=clock.now()
        )

    def authorise(self, order: Order, amount: Money, *, key: str) -> Answer:
        return merchant.card_use(
            order=order, mode=Mode.AUTHORISE, amount=amount, key=key, now=clock.now()
        )

    def capture(self, order: Order, amount: Money, *, key: str) -> Answer:
        return merchant.hold_capture(order=order, amount=amount, key=key, now=clock.now())

    def release(self, order: Order, *, key: str) -> Answer:
        return merchant.order_release(order=order, key=key, now=clock.now())

    def refund(self, order: Order, amount: Money, *, key: str) -> Answer:
        return merchant.money_refund(order=order, amount=amount, key=key, now=clock.now())

    def forget(self, order: Order, *, key: str) -> None:  # noqa: ARG002 - gone is gone
        merchant.card_forget(order=order)

    def movements(self, account: str, *, since: datetime, until: datetime) -> Iterable[Listed]:
        check_on()
        rows = SimulatedMovement.objects.filter(
            payment__account=account,
            kind__in=_MONEY,
            occurred_at__gte=since,
            occurred_at__lt=until,
            visible_at__lte=clock.now(),
        )
        return [
            Listed(
                public_id=row.payment.public_id,
                provider_id=row.payment.provider_id,
                fact=fact_of(row),
            )
            for row in rows.select_related("payment")
        ]
