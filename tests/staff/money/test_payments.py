"""The list of payments and one payment: what is shown, to whom, in how many queries."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services import reservation_cancel
from payments.facts import FactKind
from payments.models import Dispute, Instruction, Payment, PaymentAccount, WebhookReceipt
from payments.services import card_forget
from reservehub.core import clock
from restaurants.models import Restaurant
from staff.views import payments as view
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import book, make_rule, paid_booking, payment_for, seen
from tests.factories import GUEST, NOW, make_restaurant
from tests.payments.till import make_payment, note

pytestmark = pytest.mark.django_db

URL = "/staff/bistro-anna/payments/"
START = datetime(2026, 6, 5, 17, tzinfo=UTC)


@pytest.fixture
def house(restaurant: Restaurant, account: PaymentAccount) -> Restaurant:
    """It takes 20.00 for each guest."""
    assert account.restaurant_id == restaurant.pk
    make_rule(restaurant)
    return restaurant


def names(page: Any) -> list[str]:
    return [row.name for row in page.context["rows"]]


def test_the_list_shows_what_was_paid_the_latest_first(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    paid_booking(bank, house, guest_name="Ada")
    with clock.freeze(NOW + timedelta(hours=1)):
        book(house, guest_name="Ben", now=NOW + timedelta(hours=1))
    page = office.get(URL)
    assert names(page) == ["Ben", "Ada"]
    ada = page.context["rows"][1]
    assert (ada.amount, ada.badge.word, ada.badge.colour) == ("€40.00", "Paid", "green")
    assert page.context["rows"][0].badge.word == "Waiting for the guest"
    totals = {one.label: one.amount for one in page.context["totals"][0]}
    assert totals["Taken"] == "€40.00"
    assert totals["Left with you"] == "€40.00"


def test_payments_are_narrowed_by_day_status_rule_and_number(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    ada = paid_booking(bank, house, guest_name="Ada")
    other = make_rule(house, name="Large", min_party=4, amount_minor=5000)
    ben = book(house, guest_name="Ben", party_size=4).reservation
    Payment.objects.filter(pk=payment_for(ben).pk).update(created_at=NOW - timedelta(days=40))
    assert names(office.get(URL)) == ["Ada"]
    long_ago = (NOW - timedelta(days=40)).date().isoformat()
    assert names(office.get(URL, {"since": long_ago, "until": long_ago})) == ["Ben"]
    both = {"since": long_ago}
    assert names(office.get(URL, both | {"status": "open"})) == ["Ben"]
    assert names(office.get(URL, both | {"status": "captured"})) == ["Ada"]
    assert names(office.get(URL, both | {"rule": other.pk})) == ["Ben"]
    found = office.get(URL, {"q": ben.reference[-6:]})
    assert "Ben" in names(found), "a number is looked for on all days"
    assert names(office.get(URL, {"q": ada.reference})) == ["Ada"]
    wrong = office.get(URL, {"since": "2026-06-02", "until": "2026-06-01"})
    assert wrong.status_code == 422
    assert "until" in wrong.context["form"].errors


def test_a_status_that_only_the_reservation_knows(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    paid_booking(bank, house, guest_name="Ada")
    late = paid_booking(bank, house, guest_name="Ben", time=time(20))
    after = START - timedelta(hours=3)
    reservation_cancel(reservation_id=late.pk, actor=GUEST, now=after)
    work(after)
    assert names(office.get(URL, {"status": "forfeited"})) == ["Ben"]
    (row,) = office.get(URL, {"status": "forfeited"}).context["rows"]
    assert (row.badge.word, row.badge.colour) == ("Kept", "purple")


def test_pages_follow_without_gaps_or_repetitions(
    office: Client, house: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "PAGE", 3)
    for number in range(7):
        at = NOW - timedelta(hours=number // 2)
        make_payment(house, description=f"Payment {number}", at=at)
    seen_names: list[str] = []
    address = URL
    for _page in range(5):
        page = office.get(address)
        seen_names += names(page)
        if not page.context["next_query"]:
            break
        address = f"{URL}?{page.context['next_query']}"
    assert len(seen_names) == 7
    assert sorted(seen_names) == [f"Payment {number}" for number in range(7)]
    assert names(office.get(URL, {"after": "nonsense"}))


def test_a_page_costs_the_same_queries_for_many(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert office.get(URL).status_code == 200
        return len(counted)

    first = paid_booking(bank, house)
    refused(payment_for(first))
    disputed(payment_for(first))
    few = queries()
    for hour in (18, 19, 20, 21):
        more = paid_booking(bank, house, time=time(hour))
        refused(payment_for(more))
        disputed(payment_for(more))
    assert queries() == few


def refused(payment: Payment, **fields: Any) -> Instruction:
    return Instruction.objects.create(
        payment=payment,
        **{
            "key": f"key-{payment.pk}",
            "kind": "refund",
            "status": "refused",
            "amount_minor": 1000,
            "code": "card_gone",
            "created_at": NOW,
            "finished_at": NOW,
            "next_attempt_at": NOW,
            **fields,
        },
    )


def disputed(payment: Payment, **fields: Any) -> Dispute:
    return Dispute.objects.create(
        payment=payment,
        provider_id=f"dp-{payment.pk}",
        **{
            "status": "needs_response",
            "amount_minor": 4000,
            "currency": "EUR",
            "opened_at": NOW,
            "told_at": NOW,
            "respond_by": NOW + timedelta(days=7),
            **fields,
        },
    )


def test_refusals_and_disputes_are_above_the_list(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    ada, ben = (paid_booking(bank, house, guest_name=name) for name in ("Ada", "Ben"))
    refused(payment_for(ada))
    disputed(payment_for(ben))
    found = [(one.text, one.detail) for one in office.get(URL).context["troubles"]]
    assert found == [
        ("Ben disputes €40.00", "Answer needed until Monday 8 June, 11:00"),
        ("Ada, €10.00", "The refund was refused · card_gone"),
    ]
    refused(payment_for(ada), key="again", status="done", created_at=NOW + timedelta(hours=1))
    Dispute.objects.update(status="won", closed_at=NOW)
    assert office.get(URL).context["troubles"] == []


def test_the_shift_report_lists_deposits_that_nobody_set_off(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    paid_booking(bank, house, guest_name="Ada")
    assert office.get(URL).context["unredeemed"] == []
    with clock.freeze(START + timedelta(hours=1)):
        (row,) = office.get(URL).context["unredeemed"]
    assert (row.name, row.amount, row.status) == ("Ada", "€40.00", "Confirmed")
    with clock.freeze(START + timedelta(days=10)):
        assert office.get(URL).context["unredeemed"] == []


# --- One payment ----------------------------------------------------------------------------------


def page_of(client: Client, reservation: Reservation) -> Any:
    return client.get(f"{URL}{payment_for(reservation).pk}/")


def test_a_payment_tells_everything_that_happened_in_words(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    reservation = paid_booking(bank, house, guest_name="Ada")
    payment = payment_for(reservation)
    note(payment, FactKind.FEE, 90, at=NOW + timedelta(minutes=2))
    refused(payment, reason="called from the hospital", created_at=NOW + timedelta(minutes=3))
    disputed(payment, opened_at=NOW + timedelta(minutes=4))
    WebhookReceipt.objects.create(
        provider="simulator",
        event_id="evt_1",
        kind="payment.captured",
        notice={"public_id": str(payment.public_id)},
        received_at=NOW + timedelta(minutes=5),
        handled_at=NOW + timedelta(minutes=5),
        next_attempt_at=NOW,
    )
    WebhookReceipt.objects.create(
        provider="simulator",
        event_id="evt_2",
        kind="of somebody else",
        notice={"public_id": "other"},
        received_at=NOW,
        next_attempt_at=NOW,
    )
    page = page_of(office, reservation)
    assert [one.text for one in page.context["timeline"]] == [
        "The guest was asked to pay €40.00",
        "€40.00 was taken",
        "The provider kept €0.90",
        "Told to give €10.00 back",
        "A dispute about €40.00 was opened",
        "The provider reported: payment.captured",
    ]
    text = page.content.decode()
    for words in ("called from the hospital", "What was agreed", reservation.policy_hash[:16]):
        assert words in text


def test_of_a_card_that_is_forgotten_nothing_is_offered(
    office: Client, restaurant: Restaurant, account: PaymentAccount, bank: Bank
) -> None:
    assert account.restaurant_id == restaurant.pk
    make_rule(restaurant, kind="guarantee")
    payment = payment_for(paid_booking(bank, restaurant))
    page = office.get(f"{URL}{payment.pk}/")
    assert (page.context["badge"].word, len(page.context["steps"])) == ("Card saved", 2)
    card_forget(payment_id=payment.pk, now=NOW)
    page = office.get(f"{URL}{payment.pk}/")
    assert (page.context["badge"].word, page.context["steps"]) == ("Card deleted", [])
    assert "Told to delete the saved card" in [one.text for one in page.context["timeline"]]


def test_payments_of_other_houses_are_not_found(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    other = make_restaurant(tables=(2,))
    theirs = make_payment(other)
    assert office.get(f"{URL}{theirs.pk}/").status_code == 404
    assert office.get(f"{URL}{theirs.pk}/refund/").status_code == 404
    assert office.get(URL, {"after": theirs.pk}).status_code == 200
    assert names(office.get(URL)) == []


def test_who_may_not_charge_does_not_come_in(stand: Client, house: Restaurant, bank: Bank) -> None:
    reservation = paid_booking(bank, house)
    for path in ("", f"{payment_for(reservation).pk}/", "numbers/"):
        assert stand.get(URL + path).status_code == 403
    assert stand.post(f"{URL}{payment_for(reservation).pk}/refund/").status_code == 403
    assert seen(reservation).deposit_status == "paid"
