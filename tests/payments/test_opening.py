"""Asking for money, and the end of the guest's chance to give it."""

from __future__ import annotations

import pytest

from payments.errors import PaymentsOff, ProviderUnavailable
from payments.events import PaymentSecured
from payments.facts import Mode, Status
from payments.models import Instruction, InstructionStatus, Payment, PaymentAccount
from payments.selectors import (
    payment_by_public_id,
    payments_of,
    payments_problem,
    payments_visible_to,
)
from payments.services import payment_close, payment_open, payment_pay
from reservehub.core.errors import NotFound
from reservehub.core.models import AuditEntry
from reservehub.core.money import Money
from restaurants.permissions import Capability
from tests.factories import GUEST, NOW, STAFF, make_member, make_restaurant
from tests.payments.people import (
    LATER,
    begin,
    carry_out,
    eur,
    hear,
    make_account,
    make_given,
    make_payment,
    the_instruction,
    told,
)
from tests.payments.provider import TestGateway, Trouble

pytestmark = pytest.mark.django_db


# --- Opening --------------------------------------------------------------------------------------


def test_a_payment_begins_open_and_says_what_it_is_for(gateway: TestGateway) -> None:
    payment = make_payment(amount=50_00, limit=80_00, reference="reservation:7")
    assert payment.status == Status.OPEN
    assert (payment.amount, payment.limit_minor) == (eur(50_00), 80_00)
    assert list(payments_of("reservation:7")) == [payment]
    assert payment_by_public_id(str(payment.public_id)) == payment


def test_asked_for_again_it_is_the_same_payment(gateway: TestGateway) -> None:
    house = make_restaurant()
    first = make_payment(restaurant=house, reference="reservation:7")
    assert make_payment(restaurant=house, reference="reservation:7") == first
    assert Payment.objects.count() == 1


def test_another_amount_is_another_payment_and_the_earlier_one_is_closed(
    gateway: TestGateway,
) -> None:
    house = make_restaurant()
    first = make_payment(restaurant=house, reference="reservation:7", amount=50_00)
    begin(first)
    second = make_payment(restaurant=house, reference="reservation:7", amount=60_00)
    first.refresh_from_db()
    assert (first.status, second.status) == (Status.CLOSED, Status.OPEN)
    assert carry_out() == ["done"]
    assert gateway.things["obj_1"].is_dead


def test_once_paid_a_further_payment_may_be_asked_for(gateway: TestGateway) -> None:
    house = make_restaurant()
    first = make_given(gateway, restaurant=house, reference="reservation:7")
    assert make_payment(restaurant=house, reference="reservation:7") != first


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("JPY", 3000), ("KWD", 12_345), ("EUR", 1)],
    ids=["yen", "fils", "cent"],
)
def test_amounts_are_whole_minor_units_of_any_currency(
    gateway: TestGateway, currency: str, amount: int
) -> None:
    payment = make_given(gateway, amount=amount, currency=currency)
    assert payment.captured_minor == amount
    assert payment.amount == Money(amount, currency)


def test_without_an_account_nothing_can_be_asked_for(gateway: TestGateway) -> None:
    house = make_restaurant()
    assert payments_problem(house)
    with pytest.raises(PaymentsOff):
        payment_open(
            restaurant_id=house.pk,
            reference="x",
            mode=Mode.SAVE,
            amount=eur(0),
            limit=eur(50_00),
            description="",
            actor=GUEST,
            now=NOW,
        )


def test_an_account_switched_off_or_without_keys_says_so(gateway: TestGateway) -> None:
    house = make_restaurant()
    account = make_account(house)
    assert payments_problem(house) == ""
    gateway.why_off = "STRIPE_SECRET_KEY is missing"
    assert payments_problem(house) == "STRIPE_SECRET_KEY is missing"
    PaymentAccount.objects.filter(pk=account.pk).update(is_active=False)
    assert payments_problem(house) != gateway.why_off


def test_only_those_of_the_restaurant_see_its_payments(gateway: TestGateway) -> None:
    payment = make_payment()
    manager = make_member(payment.restaurant, "manager")
    host = make_member(payment.restaurant, "host")
    stranger = make_member(make_restaurant(), "owner")
    assert list(payments_visible_to(manager, Capability.CHARGE_REFUND)) == [payment]
    assert list(payments_visible_to(host)) == [payment]
    assert not payments_visible_to(host, Capability.CHARGE_REFUND)
    assert not payments_visible_to(stranger, Capability.CHARGE_REFUND)


@pytest.mark.parametrize(
    "number", ["", "7", "not-a-number", "00000000-0000-0000-0000-000000000000"]
)
def test_a_strange_number_is_no_payment(number: str) -> None:
    with pytest.raises(NotFound):
        payment_by_public_id(number)


# --- Closing --------------------------------------------------------------------------------------


def test_closing_gives_the_try_up(gateway: TestGateway) -> None:
    payment = make_payment()
    begin(payment)
    closed = payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    assert (closed.status, closed.closed_at) == (Status.CLOSED, NOW)
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW + LATER)
    assert carry_out() == ["done"]
    assert gateway.things["obj_1"].is_dead
    closed.refresh_from_db()
    assert closed.closed_at == NOW


def test_what_nobody_began_needs_no_provider(gateway: TestGateway) -> None:
    payment_close(payment_id=make_payment().pk, actor=GUEST, now=NOW)
    assert not Instruction.objects.exists()


def test_closing_releases_what_is_held(gateway: TestGateway) -> None:
    payment = make_given(gateway, Mode.AUTHORISE)
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW)
    assert carry_out() == ["done"]
    payment.refresh_from_db()
    assert (payment.status, payment.authorised_minor, payment.held_until) == (
        Status.RELEASED,
        0,
        None,
    )
    assert gateway.sums(payment) == (0, 0, 0)


def test_closing_keeps_what_was_paid(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    assert payment_close(payment_id=payment.pk, actor=STAFF, now=NOW).status == Status.CAPTURED
    assert not Instruction.objects.exists()


def test_who_pays_in_the_moment_of_closing_has_paid(gateway: TestGateway) -> None:
    """The bookings decide then: the table again, or the money back (rule 79)."""
    payment = make_payment()
    gateway.approves(begin(payment))
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    assert carry_out() == ["done"], "there is nothing left to give up"
    payment.refresh_from_db()
    assert payment.status == Status.CAPTURED
    assert payment.closed_at is not None
    assert told(PaymentSecured) == 1


def test_a_hold_that_comes_after_closing_can_be_released_by_closing_again(
    gateway: TestGateway,
) -> None:
    payment = make_payment(Mode.AUTHORISE)
    news = gateway.approves(begin(payment))
    gateway.next(Trouble.REFUSES)
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    assert carry_out() == ["refused"]
    assert hear(payment, news).status == Status.AUTHORISED
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    assert carry_out() == ["done"]
    assert gateway.sums(payment) == (0, 0, 0)


def test_what_turns_out_to_be_paid_is_not_given_up(gateway: TestGateway) -> None:
    payment = make_payment()
    gateway.next(Trouble.LOST_AFTER)
    with pytest.raises(ProviderUnavailable):
        payment_pay(payment_id=payment.pk, source="tok_1", now=NOW)
    payment_close(payment_id=payment.pk, actor=GUEST, now=NOW)
    assert carry_out(NOW + LATER) == ["done"]
    carry_out(NOW + LATER)
    assert the_instruction("release").status == InstructionStatus.DONE
    assert not gateway.called("release")
    assert gateway.sums(payment) == (50_00, 0, 0)


# --- The audit ------------------------------------------------------------------------------------


def test_opening_and_closing_are_audited(gateway: TestGateway) -> None:
    payment = make_payment()
    payment_close(payment_id=payment.pk, actor=STAFF, now=NOW)
    entries = AuditEntry.objects.filter(object_type="payments.payment").order_by("pk")
    assert [entry.action for entry in entries] == [
        "payments.payment.open",
        "payments.payment.close",
    ]
    assert entries[1].actor_label == STAFF.label
    assert entries[1].restaurant_id == payment.restaurant_id
