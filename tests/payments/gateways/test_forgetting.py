"""A card that was saved is deleted at each provider, and cannot be charged any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from payments.facts import Mode
from payments.gateways.adyen.gateway import AdyenGateway
from payments.gateways.base import NotDone, Order, OutcomeUnknown, Refused
from payments.gateways.square.gateway import SquareGateway
from payments.gateways.stripe.gateway import StripeGateway
from tests.notifications.stand_ins.server import StandIn
from tests.payments.gateways import adyen_orders, square_orders, stripe_orders
from tests.payments.stand_ins.adyen import AdyenStandIn
from tests.payments.stand_ins.asking import EUR_40, OTHER_ID
from tests.payments.stand_ins.square import SquareStandIn
from tests.payments.stand_ins.stripe import StripeStandIn


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with stripe_orders.stripe_for_tests() as one:
        yield one


@pytest.fixture
def adyen(settings: Any) -> Iterator[AdyenStandIn]:
    with adyen_orders.adyen_for_tests(settings) as server:
        yield server


@pytest.fixture
def square(settings: Any) -> Iterator[SquareStandIn]:
    with square_orders.square_for_tests(settings) as server:
        yield server


class Place:
    """A provider with a card that was saved there."""

    def __init__(self, gateway: Any, server: StandIn, order: Order) -> None:
        self.gateway, self.server, self.order = gateway, server, order

    def forget(self, token: str = "", **changes: Any) -> None:
        assert self.order.card is not None
        number = token or self.order.card.method_token
        self.gateway.forget(replace(self.order, provider_id=number, **changes), key="forget-1")


@pytest.fixture(params=["stripe", "adyen", "square"])
def place(request: pytest.FixtureRequest) -> Place:
    server = request.getfixturevalue(request.param)
    if request.param == "stripe":
        return Place(StripeGateway(), server, stripe_orders.with_saved_card(server))
    if request.param == "adyen":
        return Place(AdyenGateway(), server, adyen_orders.paid(server, Mode.SAVE)[0])
    return Place(SquareGateway(), server, square_orders.paid(Mode.SAVE)[0])


def kept(server: StandIn) -> list[str]:
    """Tokens that could still be charged."""
    if isinstance(server, StripeStandIn):
        return [one["id"] for one in server.all("payment_method") if one["customer"]]
    if isinstance(server, AdyenStandIn):
        return list(server.kept)
    assert isinstance(server, SquareStandIn)
    return [number for number, card in server.cards.items() if card["enabled"]]


def test_it_is_gone_at_the_provider(place: Place) -> None:
    assert len(kept(place.server)) == 1
    place.forget()
    assert kept(place.server) == []


def test_a_card_that_is_gone_is_forgotten_again(place: Place) -> None:
    for _again in range(3):
        place.forget()
        if isinstance(place.server, StripeStandIn):
            place.server.day_passes()


def test_a_card_that_never_was_is_forgotten(place: Place) -> None:
    place.forget(
        {StripeGateway: "pm_never", AdyenGateway: "T-never"}.get(type(place.gateway), "ccof:never")
    )
    assert len(kept(place.server)) == 1


def test_if_the_answer_is_lost_it_is_told_once_more(place: Place) -> None:
    place.server.drop_after_receiving()
    with pytest.raises(OutcomeUnknown):
        place.forget()
    assert kept(place.server) == []
    place.forget()


def test_while_nobody_is_there_it_is_not_done(place: Place) -> None:
    with place.server.down(), pytest.raises(NotDone):
        place.forget()
    assert len(kept(place.server)) == 1
    place.forget()
    assert kept(place.server) == []


@pytest.mark.parametrize(
    ("status", "expected"), [(401, NotDone), (403, NotDone), (429, NotDone), (503, OutcomeUnknown)]
)
def test_without_the_right_to_it_or_at_another_time_it_is_not_done(
    place: Place, status: int, expected: type[Exception]
) -> None:
    place.server.fail_next(status, {"errors": [], "error": {"type": "api_error"}})
    with pytest.raises(expected):
        place.forget()


def test_another_refusal_is_one(place: Place) -> None:
    code = {"errorCode": "702", "errors": [{"code": "BAD_REQUEST"}]}
    place.server.fail_next(400, {**code, "error": {"type": "invalid_request_error"}})
    with pytest.raises(Refused) as refused:
        place.forget()
    assert "Schmidt" not in str(refused.value)
    assert len(kept(place.server)) == 1


def test_a_forgotten_card_pays_no_fee(stripe: StripeStandIn, square: SquareStandIn) -> None:
    for place in (
        Place(StripeGateway(), stripe, stripe_orders.with_saved_card(stripe)),
        Place(SquareGateway(), square, square_orders.paid(Mode.SAVE)[0]),
    ):
        place.forget()
        with pytest.raises(Refused):
            place.gateway.charge(place.order, EUR_40, key="fee-1")


def test_adyen_is_told_whose_card_it_is(adyen: AdyenStandIn) -> None:
    asked, _told = adyen_orders.paid(adyen, Mode.SAVE)
    place = Place(AdyenGateway(), adyen, asked)
    place.forget(public_id=OTHER_ID)
    assert len(adyen.kept) == 1, "another shopper's is not theirs to delete"
    place.forget()
    request = adyen.requests[-1]
    assert request.query == {
        "merchantAccount": "TrattoriaECOM",
        "shopperReference": asked.public_id,
    }


def test_what_square_is_asked_about_a_payment_is_not_asked_about_its_card(
    square: SquareStandIn,
) -> None:
    asked, _saved = square_orders.paid(Mode.SAVE)
    Place(SquareGateway(), square, asked).forget()
    forgotten = replace(asked, card=None)
    assert SquareGateway().look_up(forgotten).facts == ()
    assert SquareGateway().release(forgotten, key="k").facts == ()
