"""The simulator's messages: signed, posted until they are taken, late or lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from payments.facts import Mode, totals_of
from payments.gateways.base import BadSignature, Malformed
from payments.gateways.simulator import guest, sending, signing
from payments.gateways.simulator.guest import Told
from payments.models import SimulatedEvent
from reservehub.core import clock
from tests.factories import NOW
from tests.notifications.stand_ins.server import Answer as HttpAnswer
from tests.notifications.stand_ins.server import Received, StandIn, address_of_nobody
from tests.payments.simulated import an_order, gateway, given, page_secret, read, sums

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_frozen")]


@pytest.mark.parametrize("mode", list(Mode))
def test_a_message_says_the_same_as_a_look_up(mode: Mode) -> None:
    order, answer = given(an_order(mode))
    event = SimulatedEvent.objects.get()
    notice = read(event.body.encode())
    assert (notice.public_id, notice.provider_id) == (order.public_id, order.provider_id)
    assert notice.event_id == event.event_id
    assert notice.answer == answer


def test_the_messages_of_a_dispute_tell_the_whole_of_it() -> None:
    order, _answer = given(an_order())
    secret = page_secret(order)
    guest.dispute_open(secret=secret, now=NOW)
    guest.dispute_decide(secret=secret, is_won=True, now=NOW)
    notices = [read(event.body.encode()) for event in SimulatedEvent.objects.order_by("-pk")]
    told = [notice.answer for notice in notices if notice.answer]
    facts = [fact for answer in told for fact in answer.facts]
    assert totals_of(facts) == sums(gateway.look_up(order))
    assert [answer.disputes[0].status for answer in told if answer.disputes] == [
        "won",
        "needs_response",
    ]


def test_a_changed_byte_is_refused_before_anything_is_read() -> None:
    given(an_order())
    body = SimulatedEvent.objects.get().body.encode()
    signature = signing.sign(body, now=NOW)
    for index in range(0, len(body), 7):
        changed = bytearray(body)
        changed[index] ^= 1
        with pytest.raises(BadSignature):
            read(bytes(changed), signature)


@pytest.mark.parametrize("header", ["", "t=1", "v1=abc", "t=x,v1=abc", "t=²,v1=a", "t=" + "9" * 40])
def test_a_broken_header_is_a_bad_signature(header: str) -> None:
    with pytest.raises(BadSignature):
        read(b"{}", header)


def test_an_old_message_is_refused() -> None:
    body = b"{}"
    signature = signing.sign(body, now=NOW)
    with clock.freeze(NOW + signing.TOLERANCE + timedelta(seconds=1)), pytest.raises(BadSignature):
        read(body, signature)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id":1,"type":"x","data":{}}', b"\xff"])
def test_signed_nonsense_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read(body)


class Merchant(StandIn):
    """Our own webhook, as far as the simulator sees it."""

    def answer(self, request: Received) -> HttpAnswer:
        assert request.path == "/webhooks/payments/simulator/"
        return HttpAnswer(204)


@pytest.fixture
def house(settings: Any) -> Iterator[Merchant]:
    with Merchant() as house:
        settings.RESERVEHUB_BASE_URL = house.url
        yield house


def post_due(at: Any = NOW) -> int:
    with clock.freeze(at):
        return sum(sending.event_post(event_pk=pk, now=at) for pk in sending.events_due(now=at))


def test_a_message_is_posted_once_and_signed(house: Merchant) -> None:
    given(an_order())
    assert post_due() == 1
    assert post_due(NOW + timedelta(days=1)) == 0
    (request,) = house.requests
    signing.verify(request.headers[signing.HEADER], request.body, now=NOW)
    assert json.loads(request.body)["type"] == "payment.changed"


def test_a_message_that_is_not_taken_comes_again(house: Merchant) -> None:
    given(an_order())
    house.fail_next(500)
    assert post_due() == 0
    assert post_due() == 0, "not at once"
    assert post_due(NOW + timedelta(seconds=5)) == 1
    assert SimulatedEvent.objects.get().tries == 2


def test_nobody_at_home_is_no_reason_to_forget(settings: Any) -> None:
    given(an_order())
    settings.RESERVEHUB_BASE_URL = address_of_nobody()
    at = NOW
    for _try in range(20):
        post_due(at)
        at += timedelta(hours=1)
    event = SimulatedEvent.objects.get()
    assert (event.taken_at, event.last_error, event.tries) == (None, "ConnectionError", 7)


def test_a_late_message_comes_late_and_a_lost_one_never(house: Merchant) -> None:
    given(an_order(), told=Told.LATE)
    given(an_order(), told=Told.LOST)
    assert post_due() == 0
    assert post_due(NOW + guest.LATE) == 1
    assert post_due(NOW + timedelta(days=9)) == 0
    assert len(house.requests) == 1
