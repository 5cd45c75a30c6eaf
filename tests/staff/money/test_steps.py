"""What staff do with money: asked with the exact amounts, done once, with a reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_no_show
from payments.models import Instruction, PaymentAccount
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import (
    book,
    make_rule,
    paid_booking,
    payment_for,
    payments_for,
    seen,
)
from tests.factories import NOW, STAFF

pytestmark = pytest.mark.django_db

START = datetime(2026, 6, 5, 17, tzinfo=UTC)
AFTER = START + timedelta(hours=1)


@pytest.fixture
def house(restaurant: Restaurant, account: PaymentAccount) -> Restaurant:
    assert account.restaurant_id == restaurant.pk
    return restaurant


def url(reservation: Reservation, step: str) -> str:
    return f"/staff/bistro-anna/payments/{payment_for(reservation).pk}/{step}/"


def confirm(client: Client, path: str, sent: dict[str, Any]) -> Any:
    """Go through the question, sending what its page would send."""
    question = client.post(path, sent)
    assert question.status_code == 200, question.context["form"].errors
    form = question.context["form"]
    return client.post(path, sent | {"nonce": form["nonce"].value() or "", "confirmed": "1"})


def effects(client: Client, path: str, sent: dict[str, Any]) -> list[str]:
    return [one.text for one in client.post(path, sent).context["effects"]]


def test_a_refund_is_asked_about_with_its_exact_amount(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    path = url(reservation, "refund")
    assert "€40.00" in office.get(path).content.decode()
    sent = {"extent": "part", "amount": "12,50", "reason": "Table was cold"}
    assert effects(office, path, sent) == ["€12.50 goes back to the guest"]
    assert not Instruction.objects.exists(), "the question moves nothing"
    assert seen(reservation).deposit_status == "paid"

    assert confirm(office, path, sent).status_code == 303
    (told,) = Instruction.objects.all()
    assert (told.kind, told.amount_minor, told.reason) == ("refund", 1250, "Table was cold")
    assert told.actor_user is not None
    assert told.actor_user.get_full_name() == "Maria"
    entry = AuditEntry.objects.get(action="reservation.deposit_refunded")
    assert entry.actor_label == "Maria"
    assert (entry.after or {})["reason"] == "Table was cold"
    work(NOW)
    assert payment_for(reservation).refunded_minor == 1250


def test_a_double_tap_gives_back_once(office: Client, house: Restaurant, bank: Bank) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    path = url(reservation, "refund")
    sent = {"extent": "part", "amount": "10", "reason": "Sorry", "nonce": "same"}
    for _tap in range(2):
        assert office.post(path, sent | {"confirmed": "1"}).status_code == 303
    assert Instruction.objects.count() == 1
    again = office.post(path, sent | {"nonce": "another", "confirmed": "1"})
    assert again.status_code == 303
    assert Instruction.objects.count() == 2, "another form is another wish"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"extent": "whole", "reason": ""}, "reason"),
        ({"extent": "part", "amount": "", "reason": "x"}, "amount"),
        ({"extent": "part", "amount": "0", "reason": "x"}, "amount"),
        ({"extent": "part", "amount": "much", "reason": "x"}, "amount"),
        ({"extent": "part", "amount": "40.01", "reason": "x"}, "__all__"),
    ],
)
def test_a_mistake_is_said_and_nothing_typed_is_lost(
    office: Client, house: Restaurant, bank: Bank, sent: dict[str, str], field: str
) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    answer = office.post(url(reservation, "refund"), sent)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    if field == "__all__":
        assert "At most €40.00 is possible." in answer.content.decode()
    assert answer.context["form"]["amount"].value() == sent.get("amount")
    assert not Instruction.objects.exists()


def test_going_back_keeps_what_was_typed(office: Client, house: Restaurant, bank: Bank) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    sent = {"extent": "part", "amount": "5", "reason": "Late soup", "back": "1"}
    page = office.post(url(reservation, "refund"), sent)
    assert page.status_code == 200
    assert 'value="Late soup"' in page.content.decode()


def test_the_whole_is_what_is_left(office: Client, house: Restaurant, bank: Bank) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    path = url(reservation, "refund")
    part = {"extent": "part", "amount": "10", "reason": "x"}
    confirm(office, path, part)
    work(NOW)
    assert effects(office, path, {"extent": "whole", "reason": "all"}) == [
        "€30.00 goes back to the guest"
    ]
    confirm(office, path, {"extent": "whole", "reason": "all"})
    work(NOW)
    assert seen(reservation).deposit_status == "refunded"
    nothing = office.post(path, {"extent": "whole", "reason": "more"})
    assert nothing.status_code == 409
    assert "nothing left" in nothing.content.decode()


def guaranteed_no_show(bank: Bank, house: Restaurant) -> Reservation:
    make_rule(house, kind="guarantee")
    reservation = paid_booking(bank, house)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=AFTER)
    return seen(reservation)


def test_a_fee_is_charged_once_to_the_saved_card(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    reservation = guaranteed_no_show(bank, house)
    path = url(reservation, "fee")
    with clock.freeze(AFTER):
        assert "€40.00" in office.get(path).content.decode()
        part = {"extent": "missing", "missing": "1", "reason": "One stayed away"}
        assert effects(office, path, part) == ["€20.00 is charged to the card visa •••• 4242"]
        whole = {"extent": "whole", "reason": "Nobody came"}
        assert confirm(office, path, whole).status_code == 303
        work(AFTER)
        assert payment_for(reservation).captured_minor == 4000
        again = office.post(path, {**whole, "nonce": "another", "confirmed": "1"})
    assert again.status_code == 409
    assert "charged already" in again.content.decode()
    assert payment_for(reservation).captured_minor == 4000


def test_a_fee_that_is_not_due_is_refused_with_the_reason(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    make_rule(house, kind="guarantee")
    reservation = paid_booking(bank, house)
    answer = office.post(url(reservation, "fee"), {"extent": "whole", "reason": "x"})
    assert answer.status_code == 409
    assert "No fee is due" in answer.content.decode()
    too_many = office.post(
        url(reservation, "fee"), {"extent": "missing", "missing": "", "reason": "x"}
    )
    assert too_many.status_code == 422


def test_waiving_what_is_not_paid_confirms_the_booking(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    make_rule(house)
    reservation = book(house).reservation
    path = url(reservation, "waive")
    sent = {"extent": "whole", "reason": "Regular guest"}
    assert "The reservation is confirmed, and the guest is told" in effects(office, path, sent)
    assert seen(reservation).status == "pending_payment", "asking changes nothing"
    assert confirm(office, path, sent).status_code == 303
    assert (seen(reservation).status, seen(reservation).deposit_status) == ("confirmed", "waived")


def test_a_hold_is_released_by_waiving_it(office: Client, house: Restaurant, bank: Bank) -> None:
    make_rule(house, kind="authorisation")
    reservation = paid_booking(bank, house)
    assert payment_for(reservation).authorised_minor == 4000
    page = office.get(f"/staff/bistro-anna/payments/{payment_for(reservation).pk}/")
    assert "Release the hold" in page.content.decode()
    sent = {"extent": "whole", "reason": "Bank holiday"}
    assert "What is held on the card is released" in effects(
        office, url(reservation, "waive"), sent
    )
    confirm(office, url(reservation, "waive"), sent)
    work(NOW)
    assert payments_for(reservation)[-1].authorised_minor == 0


def test_unknown_steps_are_not_found(office: Client, house: Restaurant, bank: Bank) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    assert office.get(url(reservation, "steal")).status_code == 404


def test_a_form_from_elsewhere_is_refused(house: Restaurant, office: Client, bank: Bank) -> None:
    make_rule(house)
    reservation = paid_booking(bank, house)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = office.cookies
    sent = {"extent": "whole", "reason": "x", "confirmed": "1"}
    assert strict.post(url(reservation, "refund"), sent).status_code == 403
    assert not Instruction.objects.exists()
