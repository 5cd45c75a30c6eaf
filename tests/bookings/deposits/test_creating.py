from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.deposits import fingerprint
from bookings.models import Deposit, Occupancy
from bookings.selectors import deposit_terms, deposits_problem
from bookings.services import reservation_approve, reservation_decline, reservation_undo
from guests.models import GuestFigures, GuestTag, Tag
from payments.models import Payment, PaymentAccount
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.models import OutboxEvent
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import (
    book,
    later,
    make_house,
    make_rule,
    make_till,
    minutes,
    pay,
    payment_for,
    payments_for,
    seen,
)
from tests.factories import FRIDAY, NOW, STAFF, make_restaurant

pytestmark = pytest.mark.django_db

PARTNER = Actor(kind=ActorKind.PARTNER, label="google", channel="google")


def asked() -> list[dict[str, Any]]:
    events = OutboxEvent.objects.filter(name="bookings.reservation.payment_asked")
    return list(events.order_by("pk").values_list("payload", flat=True))


def test_a_guest_pays_within_fifteen_minutes(bank: Bank) -> None:
    restaurant = make_house()
    rule = make_rule(restaurant)

    reservation = seen(book(restaurant).reservation)

    assert reservation.status == "pending_payment"
    assert reservation.confirmed_at is None
    assert reservation.expires_at == NOW + minutes(15)
    assert (reservation.deposit_status, reservation.deposit_minor) == ("pending", 4000)
    terms = reservation.policy_snapshot["deposit"]
    assert terms == {
        "rule_id": rule.pk,
        "kind": "deposit",
        "amount_minor": 4000,
        "limit_minor": 4000,
        "per_person_minor": 2000,
        "currency": "EUR",
        "refund_until": (reservation.starts_at - timedelta(days=1)).isoformat(),
        "cutoff_minutes": None,
        "late_cancel_percent": 100,
        "no_show_percent": 100,
    }
    assert reservation.policy_hash == fingerprint(reservation.policy_snapshot)
    assert Occupancy.objects.filter(reservation=reservation).count() == 1
    payment = payment_for(reservation)
    assert (payment.mode, payment.amount_minor, payment.limit_minor) == ("charge", 4000, 4000)
    (event,) = asked()
    assert (event["by_link"], event["payment_id"]) == (False, payment.pk)
    assert not OutboxEvent.objects.filter(name="bookings.reservation.requested").exists()

    reservation = pay(bank, reservation, now=NOW + minutes(3))

    assert (reservation.status, reservation.deposit_status) == ("confirmed", "paid")
    assert reservation.confirmed_at == NOW + minutes(3)
    assert reservation.expires_at is None
    confirmed = OutboxEvent.objects.get(name="bookings.reservation.confirmed")
    assert confirmed.payload["is_new"] is True


def test_an_unpaid_booking_expires_and_frees_its_table(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant)
    reservation = book(restaurant).reservation

    later(NOW + minutes(14))
    assert seen(reservation).status == "pending_payment"
    later(NOW + minutes(15))

    reservation = seen(reservation)
    assert (reservation.status, reservation.deposit_status) == ("expired", "released")
    assert payment_for(reservation).status == "closed"
    book(restaurant)


def test_the_time_to_pay_never_passes_the_start(bank: Bank) -> None:
    restaurant = make_house(policy={"min_notice_minutes": 0})
    make_rule(restaurant)
    start = datetime.fromisoformat("2026-06-05T17:00:00+00:00")

    reservation = book(restaurant, now=start - minutes(5)).reservation

    assert reservation.expires_at == start


def test_without_rules_nothing_is_asked_of_the_database() -> None:
    with_till, without = make_house(), make_restaurant()
    book(with_till)
    book(without)

    def queries(restaurant: Any) -> int:
        with CaptureQueriesContext(connection) as captured:
            book(restaurant)
        return len(captured)

    assert queries(with_till) == queries(without)


def test_saving_a_rule_is_seen_at_once(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2, 2))
    assert book(restaurant).reservation.status == "confirmed"
    rule = make_rule(restaurant)
    assert book(restaurant).reservation.status == "pending_payment"
    rule.delete()
    assert book(restaurant).reservation.status == "confirmed"


@pytest.mark.parametrize("why", ["no account", "off", "no keys"])
def test_rules_are_ignored_where_no_money_can_be_taken(bank: Bank, why: str) -> None:
    restaurant = make_restaurant()
    make_rule(restaurant)
    if why != "no account":
        make_till(restaurant)
    if why == "off":
        PaymentAccount.objects.update(is_active=False)
    if why == "no keys":
        bank.off = "Set RESERVEHUB_STRIPE_SECRET_KEY."

    assert book(restaurant).reservation.status == "confirmed"
    assert not Payment.objects.exists()
    assert deposits_problem(restaurant)


def test_no_problem_is_told_where_there_are_no_rules() -> None:
    assert deposits_problem(make_restaurant()) == ""


def test_staff_ask_for_money_only_if_they_want_to(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant)

    free = book(restaurant, actor=STAFF, source="phone").reservation
    assert (free.status, free.deposit_status) == ("confirmed", "not_required")

    linked = book(restaurant, actor=STAFF, source="phone", asks_payment=True).reservation
    assert linked.status == "pending_payment"
    assert linked.expires_at == NOW + timedelta(hours=4)
    assert [event["by_link"] for event in asked()] == [True]


def test_a_link_never_lives_until_two_hours_before_the_start(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2))
    make_rule(restaurant)
    start = datetime.fromisoformat("2026-06-05T17:00:00+00:00")

    def until(hours: float) -> datetime | None:
        now = start - timedelta(hours=hours)
        booked = book(restaurant, actor=STAFF, now=now, asks_payment=True)
        return booked.reservation.expires_at

    assert until(5) == start - timedelta(hours=2)
    assert until(1) == start - timedelta(minutes=45)


def test_partners_pay_only_by_rules_that_name_them(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2, 2))
    make_rule(restaurant)
    assert book(restaurant, actor=PARTNER, source="google").reservation.status == "confirmed"
    make_rule(restaurant, sources=["google"])
    assert book(restaurant, actor=PARTNER, source="google").reservation.status == "pending_payment"
    assert book(restaurant, actor=PARTNER, source="thefork").reservation.status == "confirmed"


def test_whoever_stayed_away_before_pays(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2, 2))
    make_rule(restaurant, min_no_shows=2)
    first = book(restaurant, guest_email="anna@example.com").reservation
    assert first.status == "confirmed"
    GuestFigures.objects.update_or_create(
        guest=first.guest, defaults={"no_shows": 2, "counted_at": NOW}
    )

    again = book(
        restaurant, guest_email="anna@example.com", date=FRIDAY + timedelta(days=1)
    ).reservation

    assert again.status == "pending_payment"
    assert book(restaurant).reservation.status == "confirmed"


def test_a_tag_exempts(bank: Bank) -> None:
    restaurant = make_house(tables=(2, 2, 2))
    tag = Tag.objects.create(organisation=restaurant.organisation, name="Regular", created_at=NOW)
    make_rule(restaurant)
    make_rule(restaurant, kind="exempt", amount_minor=0, tag=tag)
    first = book(restaurant, guest_email="anna@example.com").reservation
    assert first.status == "pending_payment"
    assert first.guest is not None
    GuestTag.objects.create(guest=first.guest, tag=tag, created_at=NOW)

    again = book(
        restaurant, guest_email="anna@example.com", date=FRIDAY + timedelta(days=1)
    ).reservation

    assert (again.status, again.deposit_status) == ("confirmed", "not_required")


def test_the_area_of_the_table_counts_where_none_was_asked_for(bank: Bank) -> None:
    restaurant = make_house(tables=(2,))
    make_rule(restaurant, area=restaurant.areas.get())
    assert book(restaurant).reservation.status == "pending_payment"


def test_the_price_is_known_before_the_guest(bank: Bank) -> None:
    restaurant = make_house()
    make_rule(restaurant, min_party=3)
    start = datetime.fromisoformat("2026-06-05T17:00:00+00:00")

    def terms(party_size: int) -> Any:
        return deposit_terms(
            restaurant=restaurant,
            service_date=FRIDAY,
            starts_at=start,
            service_period_id=None,
            party_size=party_size,
        )

    assert terms(2) is None
    assert terms(3)["amount_minor"] == 6000


# --- Approval -------------------------------------------------------------------------------------


def test_a_request_is_approved_first_and_paid_then(bank: Bank) -> None:
    restaurant = make_house(policy={"confirmation_mode": "approval"})
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    assert (reservation.status, reservation.deposit_status) == ("pending", "pending")
    assert not payments_for(reservation)

    now = NOW + minutes(60)
    reservation = reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=now)

    assert reservation.status == "pending_payment"
    assert reservation.expires_at == now + timedelta(hours=4)
    assert reservation.confirmed_at is None
    assert [event["by_link"] for event in asked()] == [True]
    assert pay(bank, reservation, now=now + minutes(30)).status == "confirmed"


def test_an_approval_that_was_a_slip_asks_for_no_money(bank: Bank) -> None:
    restaurant = make_house(policy={"confirmation_mode": "approval"})
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)

    back = reservation_undo(
        reservation_id=reservation.pk, actor=STAFF, now=NOW + timedelta(seconds=30)
    )

    assert back.status == "pending"
    assert payment_for(back).status == "closed"
    assert Occupancy.objects.filter(reservation=back).exists()
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW + minutes(5))
    assert len(payments_for(back)) == 2
    assert pay(bank, back, now=NOW + minutes(9)).status == "confirmed"


def test_what_was_paid_for_an_approval_that_was_taken_back_is_kept_for_the_next(
    bank: Bank,
) -> None:
    restaurant = make_house(policy={"confirmation_mode": "approval"})
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=NOW)

    assert pay(bank, reservation).status == "pending"
    again = reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)

    assert (again.status, again.deposit_status) == ("confirmed", "paid")


def test_a_declined_request_gives_everything_back_once_it_cannot_be_undone(bank: Bank) -> None:
    restaurant = make_house(policy={"confirmation_mode": "approval"})
    make_rule(restaurant)
    reservation = book(restaurant).reservation
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    pay(bank, reservation)

    declined = reservation_decline(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    later(NOW + timedelta(seconds=59))
    assert seen(declined).deposit_status == "paid"
    later(NOW + timedelta(seconds=60))

    assert seen(declined).deposit_status == "refunded"
    assert not Deposit.objects.exclude(look_again_at=None).exists()
