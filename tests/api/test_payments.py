"""Money in the API: what a time costs, what a reservation owes, and what staff do about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_no_show
from payments.gateways import registry
from payments.models import Instruction
from reservehub.core import clock
from reservehub.core.models import IdempotencyRecord
from restaurants.models import Area, Table
from tests.api.conftest import World, assert_problem, booking_body, pointers
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import (
    make_rule,
    make_till,
    paid_booking,
    pay,
    payment_for,
    seen,
)
from tests.factories import NOW, STAFF

WHEN = "date=2026-06-05&party_size=2"
AFTER = datetime(2026, 6, 5, 18, tzinfo=UTC)
FORTY = {"amount_minor": 4000, "currency": "EUR"}


@pytest.fixture(autouse=True)
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found


@pytest.fixture
def house(world: World) -> World:
    """It takes 20.00 for each guest."""
    make_till(world.restaurant)
    make_rule(world.restaurant)
    return world


def slots(world: World, more: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = world.anonymous.get(
        f"{world.path}/availability?{WHEN}{more}"
    ).json()["slots"]
    return found


# --- What a time costs ----------------------------------------------------------------------------


def test_a_time_says_what_it_costs(house: World) -> None:
    assert slots(house)[4]["deposit"] == {
        "kind": "deposit",
        "amount": FORTY,
        "per_person": {"amount_minor": 2000, "currency": "EUR"},
        "refund_until": "2026-06-05T17:00:00+02:00",
    }


def test_times_are_free_without_rules_an_account_or_a_rule_that_holds(world: World) -> None:
    assert {slot["deposit"] for slot in slots(world)} == {None}
    make_rule(world.restaurant, min_party=6)
    assert {slot["deposit"] for slot in slots(world)} == {None}, "nobody takes the money"
    make_till(world.restaurant)
    with clock.freeze(NOW + timedelta(minutes=1)):
        assert {slot["deposit"] for slot in slots(world)} == {None}, "not of two people"


def test_a_new_rule_holds_at_once(house: World) -> None:
    assert slots(house)[4]["deposit"]["amount"] == FORTY
    make_rule(house.restaurant, name="Dearer", amount_minor=5000)
    assert slots(house)[4]["deposit"]["amount"]["amount_minor"] == 10000


def test_an_area_has_its_own_price(house: World) -> None:
    terrace = Area.objects.create(restaurant=house.restaurant, name="Terrace")
    Table.objects.filter(restaurant=house.restaurant, number="1").update(area=terrace)
    make_rule(house.restaurant, name="Terrace", area=terrace, amount_minor=9000)
    assert slots(house, f"&area={terrace.pk}")[4]["deposit"]["amount"]["amount_minor"] == 18000
    assert slots(house)[4]["deposit"]["amount"] == FORTY, "the cheapest where none is named"


def test_prices_cost_no_query_per_slot_and_none_while_they_hold(
    house: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    slots(house)
    with django_assert_num_queries(2):
        assert slots(house)[4]["deposit"]["amount"] == FORTY
    make_rule(house.restaurant, name="Another", min_party=9)
    slots(house)
    with clock.freeze(NOW + timedelta(minutes=1)), django_assert_num_queries(5):
        assert len(slots(house)) > 10


# --- The payment of a reservation -----------------------------------------------------------------


def test_who_books_is_told_what_to_pay_and_where(house: World) -> None:
    body = house.anonymous.post("reservations", booking_body(house)).json()
    token = body["manage_token"]
    assert body["status"] == "pending_payment"
    assert body["payment"] == {
        "status": "pending",
        "kind": "deposit",
        "amount": FORTY,
        "limit": FORTY,
        "currency": "EUR",
        "pay_url": body["manage_url"] + "pay/",
        "expires_at": "2026-06-01T11:15:00+02:00",
        "refund_until": "2026-06-05T17:00:00+02:00",
    }
    again = house.anonymous.get(f"reservations/{body['id']}", X_Manage_Token=token).json()
    assert again["payment"] == body["payment"]


def test_the_secret_is_in_no_stored_answer(house: World) -> None:
    key = {"Idempotency_Key": "one"}
    first = house.anonymous.post("reservations", booking_body(house), **key).json()
    stored = IdempotencyRecord.objects.get(key="one")
    assert "pay/" not in stored.body
    second = house.anonymous.post("reservations", booking_body(house), **key).json()
    assert second["payment"] == first["payment"], "a replay gets it too"
    ask = house.host.post(f"reservations/{first['id']}/payment", Idempotency_Key="two")
    assert ask.json()["pay_url"].endswith("/pay/")
    assert "pay/" not in IdempotencyRecord.objects.get(key="two").body


def test_staff_see_the_state_and_not_the_guests_link(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    waiting = house.book()
    for api in (house.viewer, house.host):
        body = api.get(f"reservations/{waiting.pk}").json()
        assert body["payment"]["status"] == "pending"
        assert body["payment"]["pay_url"] is None
    listed = house.host.get(f"{house.path}/reservations?date=2026-06-05").json()["results"]
    assert {row["id"]: row["payment"]["status"] for row in listed} == {
        reservation.pk: "paid",
        waiting.pk: "pending",
    }


def test_a_booking_that_costs_nothing_has_no_payment(world: World) -> None:
    reservation = world.book()
    path = f"reservations/{reservation.pk}"
    assert world.customer.get(path).json()["payment"] is None
    assert_problem(world.owner.get(f"{path}/payment"), 404)
    assert_problem(world.host.post(f"{path}/payment"), 409, "deposit_missing")
    assert_problem(world.customer.post(f"{path}/payment"), 409, "deposit_missing")


def test_a_customer_sees_where_to_pay_in_their_list(house: World) -> None:
    house.book()
    (row,) = house.customer.get("reservations").json()["results"]
    assert row["payment"]["pay_url"].endswith("/pay/")


# --- Asking ---------------------------------------------------------------------------------------


def test_staff_ask_by_link_and_the_table_waits_longer(house: World) -> None:
    reservation = house.book()
    body = house.host.post(f"reservations/{reservation.pk}/payment").json()
    assert body["expires_at"] == "2026-06-01T15:00:00+02:00"
    assert body["pay_url"].endswith(f"/b/{manage_token_of(reservation)}/pay/")


def test_a_guest_is_told_where_to_pay_but_gets_no_more_time(house: World) -> None:
    reservation = house.book()
    token = {"X_Manage_Token": house.token(reservation)}
    body = house.anonymous.post(f"reservations/{reservation.pk}/payment", **token).json()
    assert body["expires_at"] == "2026-06-01T11:15:00+02:00"
    assert body["pay_url"].endswith("/pay/")


def test_staff_book_by_phone_and_ask_for_payment(house: World) -> None:
    sent = {n: v for n, v in booking_body(house).items() if n != "restaurant"}
    free = house.host.post(f"{house.path}/reservations", sent).json()
    assert (free["status"], free["payment"]) == ("confirmed", None)
    sent |= {"asks_payment": True, "guest_email": "other@example.com"}
    asked = house.host.post(f"{house.path}/reservations", sent).json()
    assert (asked["status"], asked["payment"]["status"]) == ("pending_payment", "pending")


# --- Giving back, charging, waiving ---------------------------------------------------------------


def refund(world: World, reservation: Reservation, **sent: Any) -> Any:
    headers = {"Idempotency_Key": sent.pop("key")} if "key" in sent else {}
    path = f"reservations/{reservation.pk}/payment/refunds"
    return world.manager.post(path, {"reason": "The soup was cold", **sent}, **headers)


def test_a_part_goes_back_once_per_key(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    ten = {"amount_minor": 1000, "currency": "EUR"}
    for _time in range(2):
        body = refund(house, reservation, amount=ten, key="once").json()
        assert body["instructions"] == [
            {
                "kind": "refund",
                "amount": ten,
                "status": "queued",
                "reason": "The soup was cold",
                "code": "",
                "created_at": "2026-06-01T11:00:00+02:00",
            }
        ]
    assert Instruction.objects.count() == 1
    work(NOW)
    body = house.manager.get(f"reservations/{reservation.pk}/payment").json()
    assert (body["taken"], body["refunded"]) == (FORTY, ten)
    assert body["status"] == "partly_refunded"


def test_more_than_is_left_is_refused_with_what_is_possible(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    much = {"amount_minor": 4001, "currency": "EUR"}
    body = assert_problem(refund(house, reservation, amount=much), 422, "amount_refused")
    assert body["available_minor"] == 4000
    dollars = {"amount_minor": 1000, "currency": "USD"}
    assert_problem(refund(house, reservation, amount=dollars), 422, "amount_refused")
    refund(house, reservation)
    work(NOW)
    assert seen(reservation).deposit_status == "refunded"
    assert_problem(refund(house, reservation), 409, "deposit_missing")


def test_bodies_are_strict(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    for sent, pointer in (
        ({"reason": ""}, "/reason"),
        ({"amount": {"amount_minor": 0, "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount_minor": -1, "currency": "EUR"}}, "/amount/amount_minor"),
        ({"amount": {"amount_minor": 10}}, "/amount/currency"),
        ({"amount": 10}, "/amount"),
        ({"all": True}, "/all"),
    ):
        body = assert_problem(refund(house, reservation, **sent), 422)
        assert pointer in pointers(body), sent
    assert not Instruction.objects.exists()


def test_only_those_who_may_charge(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    for deed in ("refunds", "fee", "waive"):
        path = f"reservations/{reservation.pk}/payment/{deed}"
        for api, status in (
            (house.anonymous, 401),
            (house.stranger, 404),
            (house.other_owner, 404),
            (house.viewer, 403),
            (house.host, 403),
            (house.marketing, 403),
        ):
            assert api.post(path, {"reason": "x"}).status_code == status
        token = {"X_Manage_Token": house.token(reservation)}
        assert house.anonymous.post(path, {"reason": "x"}, **token).status_code == 401
    assert not Instruction.objects.exists()


def test_an_old_version_is_refused(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    path = f"reservations/{reservation.pk}/payment/refunds"
    old = house.manager.post(path, {"reason": "x"}, If_Match='"1"')
    assert_problem(old, 412, "precondition_failed")


def test_a_fee_is_charged_once_and_says_why_not(house: World, bank: Bank) -> None:
    house.restaurant.deposit_rules.update(kind="guarantee")
    reservation = paid_booking(bank, house.restaurant)
    path = f"reservations/{reservation.pk}/payment/fee"
    early = assert_problem(house.manager.post(path, {"reason": "x"}), 409, "fee_refused")
    assert early["reason"] == "not_due"
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=AFTER)
    with clock.freeze(AFTER):
        body = house.manager.post(path, {"reason": "One stayed away", "missing": 1}).json()
        assert body["instructions"][0]["amount"] == {"amount_minor": 2000, "currency": "EUR"}
        work(AFTER)
        again = house.manager.post(path, {"reason": "x"})
    assert assert_problem(again, 409, "fee_refused")["reason"] == "charged"
    assert payment_for(reservation).captured_minor == 2000


def test_waiving_confirms_what_waited_for_nothing_else(house: World) -> None:
    reservation = house.book()
    path = f"reservations/{reservation.pk}/payment/waive"
    body = house.manager.post(path, {"reason": "Regular"}).json()
    assert body["status"] == "waived"
    assert seen(reservation).status == "confirmed"


def test_what_was_told_is_for_those_who_may_charge(house: World, bank: Bank) -> None:
    reservation = paid_booking(bank, house.restaurant)
    refund(house, reservation)
    path = f"reservations/{reservation.pk}/payment"
    token = {"X_Manage_Token": house.token(reservation)}
    for body in (
        house.host.get(path).json(),
        house.customer.get(path).json(),
        house.anonymous.get(path, **token).json(),
    ):
        assert "instructions" not in body
        assert "taken" not in body
    assert "instructions" in house.owner.get(path).json()


# --- Asking by hand -------------------------------------------------------------------------------

TWENTY = {"kind": "deposit", "amount": {"amount_minor": 2000, "currency": "EUR"}}


@pytest.fixture
def till(world: World) -> World:
    """It can take money, and asks nobody by itself."""
    make_till(world.restaurant)
    return world


def test_managers_ask_for_a_deposit_and_withdraw_it(till: World) -> None:
    reservation = till.book()
    path = f"reservations/{reservation.pk}/payment"
    sent = {**TWENTY, "is_per_person": True, "until": "2026-06-02T12:00:00+02:00"}
    body = till.manager.post(f"{path}/deposit", sent).json()
    assert (body["status"], body["amount"], body["kind"]) == ("pending", FORTY, "deposit")
    assert body["expires_at"] == "2026-06-02T12:00:00+02:00"
    assert body["refund_until"] == "2026-06-05T17:00:00+02:00"
    version = seen(reservation).version
    assert till.manager.post(f"{path}/deposit", sent).json() == body, "the same again"
    assert seen(reservation).version == version
    other = till.manager.post(f"{path}/deposit", {**sent, "is_per_person": False})
    assert_problem(other, 409, "deposit_asked")
    for _time in range(2):
        assert till.manager.post(f"{path}/withdraw").json()["status"] == "waived"
    assert seen(reservation).status == "confirmed"


def test_a_booking_that_is_kept_waits_for_nothing(till: World) -> None:
    reservation = till.book()
    path = f"reservations/{reservation.pk}/payment"
    body = till.manager.post(f"{path}/deposit", {**TWENTY, "release_unpaid": False}).json()
    assert (body["status"], body["expires_at"]) == ("pending", None)
    assert seen(reservation).status == "confirmed"
    assert till.host.post(path).json()["pay_url"].endswith("/pay/")


def test_what_is_asked_for_by_hand_is_checked(till: World, bank: Bank) -> None:
    reservation = till.book()
    path = f"reservations/{reservation.pk}/payment"
    for sent, pointer in (
        ({"kind": "prepayment"}, "/kind"),
        ({"amount": {"amount_minor": 0, "currency": "EUR"}}, "/amount"),
        ({"amount": {"amount_minor": 2000, "currency": "USD"}}, "/amount"),
        ({"until": "2026-06-05T19:30:00+02:00"}, "/until"),
        ({"reason": "Large party"}, "/reason"),
    ):
        body = assert_problem(till.manager.post(f"{path}/deposit", {**TWENTY, **sent}), 422)
        assert pointers(body) == {pointer}
    assert_problem(till.manager.post(f"{path}/withdraw"), 409, "deposit_missing")
    for api, status in ((till.host, 403), (till.stranger, 404), (till.anonymous, 401)):
        assert api.post(f"{path}/deposit", TWENTY).status_code == status
        assert api.post(f"{path}/withdraw").status_code == status
    till.manager.post(f"{path}/deposit", TWENTY)
    paid = pay(bank, reservation)
    assert paid.deposit_status == "paid"
    assert_problem(till.manager.post(f"{path}/withdraw"), 409, "deposit_asked")
