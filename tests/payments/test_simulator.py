"""The simulator keeps a provider's promises: idempotent, signed, apart from our transactions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.checks import run_checks
from django.db import transaction
from django.test import Client, RequestFactory

from payments.facts import FactKind, Mode, Totals, totals_of
from payments.gateways.base import (
    Answer,
    BadSignature,
    CannotAsk,
    Malformed,
    NotDone,
    Notice,
    Order,
    Refused,
    Session,
)
from payments.gateways.simulator import guest, merchant, sending, signing
from payments.gateways.simulator.gateway import SimulatorGateway
from payments.gateways.simulator.guest import Bank, Told
from payments.gateways.simulator.webhook import SimulatorWebhook
from payments.models import SimulatedEvent, SimulatedPayment
from reservehub.core import clock
from reservehub.core.money import Money
from tests.factories import NOW, make_user
from tests.notifications.stand_ins.server import Answer as HttpAnswer
from tests.notifications.stand_ins.server import Received, StandIn, address_of_nobody

pytestmark = pytest.mark.django_db

SIXTY = Money(60_00, "EUR")
BACK = "http://testserver/b/token/pay/back/"
gateway = SimulatorGateway()


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def an_order(mode: Mode = Mode.CHARGE, amount: Money = SIXTY, **fields: Any) -> Order:
    return Order(
        **{
            "public_id": str(uuid4()),
            "attempt": 1,
            "account": "Bistro Anna",
            "mode": mode,
            "amount": Money.zero("EUR") if mode is Mode.SAVE else amount,
            "description": "Table for 6 guests",
            **fields,
        }
    )


def begin(order: Order) -> Session:
    return gateway.begin(order, return_url=BACK, language="en")


def secret_of(session: Session) -> str:
    match = re.fullmatch(r"http://[\w.:]+/dev/payments/([\w-]{43})/", session.redirect_url)
    assert match is not None
    return match[1]


def page_secret(order: Order) -> str:
    """Of the try that the order names, which may be over."""
    return SimulatedPayment.objects.get(provider_id=order.provider_id).secret


def given(
    order: Order, bank: Bank = Bank.APPROVE, told: Told = Told.AT_ONCE
) -> tuple[Order, Answer]:
    """The guest has paid, held or saved; the order as it goes on from there, and a look at it."""
    session = begin(order)
    guest.guest_pays(secret=secret_of(session), bank=bank, told=told, now=NOW)
    order = replaced(order, provider_id=session.provider_id)
    answer = gateway.look_up(order)
    return replaced(order, card=answer.card), answer


def replaced(order: Order, **fields: Any) -> Order:
    return Order(**{**vars(order), **fields})


def sums(answer: Answer) -> Totals:
    return totals_of(answer.facts)


def kinds(answer: Answer) -> list[str]:
    return [fact.kind.value for fact in answer.facts]


# --- Tries ----------------------------------------------------------------------------------------


def test_the_same_attempt_is_the_same_try_and_the_next_one_another() -> None:
    order = an_order()
    first, again = begin(order), begin(order)
    assert first == again
    assert begin(replaced(order, attempt=2)).provider_id != first.provider_id
    assert SimulatedPayment.objects.count() == 2


def test_a_key_is_not_reused_for_another_amount() -> None:
    order = an_order()
    begin(order)
    with pytest.raises(Refused, match="idempotency_key_reused"):
        begin(replaced(order, amount=Money(70_00, "EUR")))


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.CHARGE, Totals(captured=60_00, fees=90)),
        (Mode.AUTHORISE, Totals(held=60_00, was_held=True)),
        (Mode.SAVE, Totals(is_saved=True)),
    ],
)
def test_what_was_asked_for_is_given(mode: Mode, expected: Totals) -> None:
    order, answer = given(an_order(mode))
    assert sums(answer) == expected
    assert {fact.object_id for fact in answer.facts} == {order.provider_id}
    assert (answer.card is not None) == (mode is Mode.SAVE)
    assert (answer.held_until is not None) == (mode is Mode.AUTHORISE)


@pytest.mark.parametrize("currency", ["JPY", "KWD"])
def test_amounts_are_whole_minor_units_of_any_currency(currency: str) -> None:
    _order, answer = given(an_order(amount=Money(12_345, currency)))
    assert sums(answer).captured == 12_345
    assert {fact.currency for fact in answer.facts} == {currency}


def test_a_declined_card_leaves_the_try_open() -> None:
    order, answer = given(an_order(), Bank.DECLINE)
    assert [(fact.kind, fact.code) for fact in answer.facts] == [
        (FactKind.REFUSED, "card_declined")
    ]
    assert not answer.is_dead
    guest.guest_pays(secret=secret_of(begin(order)), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW)
    assert sums(gateway.look_up(order)).captured == 60_00


def test_a_try_that_was_given_up_is_dead() -> None:
    order = an_order()
    session = begin(order)
    guest.guest_leaves(secret=secret_of(session), now=NOW)
    answer = gateway.look_up(replaced(order, provider_id=session.provider_id))
    assert answer.is_dead
    assert answer.facts == ()
    assert not guest.guest_pays(
        secret=secret_of(session), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW
    )


def test_a_second_tap_pays_once() -> None:
    order, _answer = given(an_order())
    assert not guest.guest_pays(
        secret=page_secret(order), bank=Bank.APPROVE, told=Told.AT_ONCE, now=NOW
    )
    assert sums(gateway.look_up(order)).captured == 60_00


def test_a_try_that_is_over_is_not_begun_again() -> None:
    order, _answer = given(an_order())
    with pytest.raises(Refused, match="try_is_over"):
        begin(order)
    assert begin(replaced(order, attempt=2)).provider_id != order.provider_id


def test_a_look_up_tells_of_every_try_of_a_payment() -> None:
    order, _answer = given(an_order())
    given(replaced(order, attempt=2, provider_id=""))
    assert sums(gateway.look_up(order)).captured == 120_00


def test_a_late_bank_says_nothing_until_it_knows() -> None:
    order, answer = given(an_order(), told=Told.LATE)
    assert answer.facts == ()
    assert list(gateway.movements("Bistro Anna", since=NOW, until=NOW + guest.LATE)) == []
    with clock.freeze(NOW + guest.LATE):
        assert sums(gateway.look_up(order)).captured == 60_00


# --- Calls ----------------------------------------------------------------------------------------


def test_a_part_of_a_hold_is_captured_and_the_rest_is_free() -> None:
    order, _answer = given(an_order(Mode.AUTHORISE))
    answer = gateway.capture(order, Money(45_00, "EUR"), key="c1")
    assert (sums(answer).captured, sums(answer).held) == (45_00, 0)
    with pytest.raises(Refused, match="nothing_held"):
        gateway.capture(order, Money(15_00, "EUR"), key="c2")


def test_more_than_is_held_is_not_captured() -> None:
    order, _answer = given(an_order(Mode.AUTHORISE))
    with pytest.raises(Refused, match="amount_too_large"):
        gateway.capture(order, Money(60_01, "EUR"), key="c1")


def test_a_hold_runs_out_after_a_week() -> None:
    order, answer = given(an_order(Mode.AUTHORISE))
    assert answer.held_until == NOW + timedelta(days=7)
    with clock.freeze(NOW + timedelta(days=7)):
        with pytest.raises(Refused, match="authorisation_expired"):
            gateway.capture(order, SIXTY, key="c1")
        assert merchant.holds_run_out(now=clock.now()) == 1
        assert merchant.holds_run_out(now=clock.now()) == 0
        assert kinds(gateway.look_up(order)) == ["authorised", "released"]


def test_a_release_gives_up_a_hold_or_a_try_but_no_money() -> None:
    held, _answer = given(an_order(Mode.AUTHORISE))
    assert kinds(gateway.release(held, key="r1")) == ["authorised", "released"]
    open_order = an_order()
    session = begin(open_order)
    open_order = replaced(open_order, provider_id=session.provider_id)
    assert gateway.release(open_order, key="r2").is_dead
    paid, _answer = given(an_order())
    answer = gateway.release(paid, key="r3")
    assert sums(answer).captured == 60_00
    assert not answer.is_dead


def test_no_more_is_refunded_than_was_taken() -> None:
    order, _answer = given(an_order())
    assert sums(gateway.refund(order, Money(40_00, "EUR"), key="f1")).kept == 20_00
    with pytest.raises(Refused, match="amount_too_large"):
        gateway.refund(order, Money(20_01, "EUR"), key="f2")
    assert sums(gateway.refund(order, Money(20_00, "EUR"), key="f3")).kept == 0


def test_a_saved_card_is_charged_while_the_guest_is_away() -> None:
    order, _answer = given(an_order(Mode.SAVE))
    answer = gateway.charge(order, Money(30_00, "EUR"), key="k1")
    assert sums(answer).captured == 30_00
    assert answer.provider_id != order.provider_id, "a charge is a payment of its own there"
    held = gateway.authorise(order, Money(10_00, "EUR"), key="k2")
    assert sums(held).held == 10_00


@pytest.mark.parametrize(
    ("bank", "code", "needs_guest"),
    [
        (Bank.POOR_LATER, "card_declined", False),
        (Bank.ASKS_LATER, "authentication_required", True),
    ],
)
def test_a_saved_card_may_be_refused_later(bank: Bank, code: str, needs_guest: bool) -> None:
    order, _answer = given(an_order(Mode.SAVE), bank)
    for _again in range(2):  # the same key, the same refusal
        with pytest.raises(Refused, match=code) as refusal:
            gateway.charge(order, SIXTY, key="k1")
        assert refusal.value.needs_guest is needs_guest
    assert sums(gateway.look_up(order)).captured == 0


def test_asked_twice_with_one_key_everything_happens_once() -> None:
    saved, _answer = given(an_order(Mode.SAVE))
    held, _answer = given(an_order(Mode.AUTHORISE))
    paid, _answer = given(an_order())
    five = Money(5_00, "EUR")
    for _again in range(3):
        charged = gateway.charge(saved, five, key="k1")
        captured = gateway.capture(held, five, key="k2")
        refunded = gateway.refund(paid, five, key="k3")
    assert sums(charged).captured == 5_00
    assert sums(captured).captured == 5_00
    assert sums(refunded).refunded == 5_00


def test_the_page_is_the_only_way_to_pay() -> None:
    with pytest.raises(CannotAsk):
        gateway.pay(an_order(), source="token", key="p1")


def test_the_books_list_what_moved_and_nothing_else() -> None:
    order, _answer = given(an_order())
    given(an_order(Mode.SAVE))
    given(an_order(account="another"))
    with clock.freeze(NOW + timedelta(hours=1)):
        gateway.refund(order, Money(10_00, "EUR"), key="f1")
        listed = list(gateway.movements("Bistro Anna", since=NOW, until=NOW + timedelta(minutes=1)))
        later = list(gateway.movements("Bistro Anna", since=NOW, until=NOW + timedelta(hours=2)))
    assert [(one.public_id, one.fact.kind.value) for one in listed] == [
        (order.public_id, "captured"),
        (order.public_id, "fee"),
    ]
    assert [one.fact.kind.value for one in later] == ["captured", "fee", "refunded"]


# --- Disputes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_won", "kept", "status"), [(True, 60_00, "won"), (False, 0, "lost")])
def test_a_dispute_takes_the_money_until_it_is_decided(
    is_won: bool, kept: int, status: str
) -> None:
    order, _answer = given(an_order())
    secret = page_secret(order)
    guest.dispute_open(secret=secret, now=NOW)
    opened = gateway.look_up(order)
    assert (sums(opened).kept, opened.disputes[0].status) == (0, "needs_response")
    guest.dispute_decide(secret=secret, is_won=is_won, now=NOW + timedelta(days=1))
    with clock.freeze(NOW + timedelta(days=1)):
        decided = gateway.look_up(order)
    assert (sums(decided).kept, decided.disputes[0].status) == (kept, status)


def test_only_money_that_is_there_is_disputed() -> None:
    order, _answer = given(an_order())
    gateway.refund(order, SIXTY, key="f1")
    with pytest.raises(Refused, match="nothing_to_dispute"):
        guest.dispute_open(secret=page_secret(order), now=NOW)


# --- Apart from us --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nobody_calls_it_inside_a_transaction_of_ours() -> None:
    order = an_order()
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        begin(order)
    begin(order)


def test_it_is_refused_where_it_is_off(settings: Any, client: Client) -> None:
    order, _answer = given(an_order())
    path = f"/dev/payments/{page_secret(order)}/"
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    assert "RESERVEHUB_PAYMENT_SIMULATOR" in gateway.problem()
    for call in (
        lambda: begin(order),
        lambda: gateway.look_up(order),
        lambda: gateway.refund(order, SIXTY, key="f1"),
        lambda: list(gateway.movements("", since=NOW, until=NOW)),
    ):
        with pytest.raises(NotDone, match="simulator_off"):
            call()
    for url in ("/dev/payments/", path, f"{path}challenge/"):
        assert client.get(url).status_code == 404
    assert client.post(path, {"do": "pay"}).status_code == 404
    event = SimulatedEvent.objects.last()
    assert event is not None
    with pytest.raises(BadSignature):
        read(event.body.encode())


def test_production_does_not_start_with_it(settings: Any) -> None:
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "reservehub.E002" in found
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    found = {message.id for message in run_checks(include_deployment_checks=True)}
    assert "reservehub.E002" not in found


# --- Messages -------------------------------------------------------------------------------------


def read(body: bytes, signature: str | None = None) -> Notice:
    header = signing.sign(body, now=clock.now()) if signature is None else signature
    request = RequestFactory().post(
        "/", body, content_type="application/json", headers={signing.HEADER: header}
    )
    (notice,) = SimulatorWebhook().read(request).notices
    return notice


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


# --- Pages ----------------------------------------------------------------------------------------


def page_of(order: Order) -> str:
    return begin(order).redirect_url.removeprefix("http://testserver")


def text_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_says_who_is_paid_what(client: Client) -> None:
    text = text_of(client, page_of(an_order()))
    for part in ("Bistro Anna", "Table for 6 guests", "€60.00", "Pay €60.00", "No real money"):
        assert part in text
    assert "later" not in text, "what happens later matters only for a saved card"


def test_the_page_speaks_the_language_it_was_asked_to(client: Client) -> None:
    order = an_order()
    gateway.begin(order, return_url=BACK, language="ru")
    path = f"/dev/payments/{SimulatedPayment.objects.get().secret}/"
    assert '<html lang="ru"' in client.get(path).content.decode()


@pytest.mark.parametrize(
    ("choice", "captured"),
    [
        ({"bank": "approve", "told": "at_once"}, 60_00),
        ({"bank": "approve", "told": "lost"}, 60_00),
        ({"bank": "decline", "told": "at_once"}, 0),
    ],
)
def test_every_choice_leads_back(client: Client, choice: dict[str, str], captured: int) -> None:
    order = an_order()
    response = client.post(page_of(order), {"do": "pay", **choice})
    assert (response.status_code, response["Location"]) == (303, BACK)
    assert sums(gateway.look_up(order)).captured == captured


@pytest.mark.parametrize(("answer", "captured"), [("pass", 60_00), ("fail", 0)])
def test_the_bank_may_ask_who_it_is(client: Client, answer: str, captured: int) -> None:
    order = an_order()
    asked = client.post(page_of(order), {"do": "pay", "bank": "challenge", "told": "lost"})
    assert asked["Location"].endswith("/challenge/?told=lost")
    assert 'value="lost"' in text_of(client, asked["Location"])
    response = client.post(asked["Location"], {"do": answer, "told": "lost"})
    assert response["Location"] == BACK
    assert sums(gateway.look_up(order)).captured == captured
    assert SimulatedEvent.objects.get().is_lost is (answer == "pass")


@pytest.mark.parametrize(
    "data", [{}, {"bank": "approve"}, {"bank": "poor_later", "told": "at_once"}]
)
def test_a_choice_that_is_none_is_said_so(client: Client, data: dict[str, str]) -> None:
    order = an_order()
    response = client.post(page_of(order), {"do": "pay", **data})
    assert response.status_code == 422
    assert b"There is a problem" in response.content
    assert gateway.look_up(order).facts == ()


def test_who_leaves_pays_nothing(client: Client) -> None:
    order = an_order()
    path = page_of(order)
    assert client.post(path, {"do": "leave"})["Location"] == BACK
    assert "given up" in text_of(client, path)


def test_a_payment_is_disputed_and_decided_on_its_page(client: Client) -> None:
    order, _answer = given(an_order())
    path = f"/dev/payments/{page_secret(order)}/"
    assert "Dispute this payment" in text_of(client, path)
    assert client.post(f"{path}dispute/").status_code == 303
    assert "Answer needed" in text_of(client, path)
    assert client.post(f"{path}dispute/").status_code == 409
    client.post(f"{path}decide/", {"do": "won"})
    assert "Won" in text_of(client, path)
    assert sums(gateway.look_up(order)).kept == 60_00


def test_a_page_nobody_was_sent_to_is_not_there(client: Client) -> None:
    assert client.get(f"/dev/payments/{'x' * 43}/").status_code == 404
    assert client.post(f"/dev/payments/{'x' * 43}/dispute/").status_code == 404


def test_the_desk_is_for_the_demo_and_for_administrators(client: Client, settings: Any) -> None:
    given(an_order())
    assert client.get("/dev/payments/").status_code == 404
    client.force_login(make_user(is_staff=True))
    assert client.get("/dev/payments/").status_code == 404
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert "Bistro Anna" in text_of(client, "/dev/payments/")
    client.logout()
    settings.RESERVEHUB_DEMO = True
    assert "Bistro Anna" in text_of(client, "/dev/payments/")
