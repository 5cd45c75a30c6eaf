"""What comes off the bill of a party that paid in advance (rule 83)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.bills import Bill
from bookings.models import Reservation
from bookings.selectors.deposits import bill_of
from bookings.services import reservation_bill_set, reservation_deposit_refund
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.endings import START, paid, visit
from tests.bookings.deposits.people import seen
from tests.factories import STAFF

pytestmark = pytest.mark.django_db

LATER = START + timedelta(hours=2)


def billed(party: Reservation, minor: int = 3_000) -> Bill | None:
    visit(party)
    reservation_bill_set(
        reservation_id=party.pk, amount=Money(minor, "EUR"), actor=STAFF, now=LATER
    )
    return bill_of(seen(party))


def test_a_deposit_comes_off_the_bill(bank: Bank) -> None:
    party = paid(bank)
    assert bill_of(seen(party)) is None
    assert billed(party, 12_000) == Bill(amount_minor=12_000, deposit_minor=4_000)


def test_what_goes_back_does_not_come_off_it(bank: Bank) -> None:
    party = paid(bank)
    assert billed(party) == Bill(amount_minor=3_000, deposit_minor=4_000)
    reservation_deposit_refund(
        reservation_id=party.pk, amount=Money(1_000, "EUR"), reason="over", actor=STAFF, now=LATER
    )
    on_its_way = bill_of(seen(party))
    work(LATER)
    assert on_its_way == bill_of(seen(party)) == Bill(amount_minor=3_000, deposit_minor=3_000)


@pytest.mark.parametrize("kind", ["guarantee", "authorisation"])
def test_a_card_to_fall_back_on_is_not_set_off(bank: Bank, kind: str) -> None:
    assert billed(paid(bank, kind=kind)) == Bill(amount_minor=3_000)


def test_another_currency_is_not_set_off(bank: Bank) -> None:
    party = paid(bank)
    billed(party)
    Restaurant.objects.update(currency="USD")
    assert bill_of(seen(party)) == Bill(amount_minor=3_000)


def test_a_bill_without_a_deposit_costs_no_query(bank: Bank) -> None:
    party = paid(bank, kind="guarantee")
    billed(party)
    fresh = Reservation.objects.select_related("restaurant").get(pk=party.pk)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bookings.selectors.deposits.payments_of", None)
        assert bill_of(fresh) == Bill(amount_minor=3_000)
