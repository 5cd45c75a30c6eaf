"""Money that needs a look: asked about again, settled by hand, looked at with a note."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services import reservation_fee_charge, reservation_no_show
from payments.facts import FactKind
from payments.models import Difference, Instruction, Payment, PaymentAccount, Reconciliation
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from reservehub.core.money import Money
from restaurants.models import Restaurant
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import make_rule, paid_booking, payment_for, seen
from tests.factories import NOW, STAFF, make_restaurant
from tests.payments.till import make_payment

pytestmark = pytest.mark.django_db

URL = "/staff/bistro-anna/payments/"
START = datetime.fromisoformat("2026-06-05T17:00:00+00:00")


@pytest.fixture
def house(restaurant: Restaurant, account: PaymentAccount) -> Restaurant:
    """It takes 20.00 for each guest."""
    assert account.restaurant_id == restaurant.pk
    make_rule(restaurant)
    return restaurant


def silent(payment: Payment, **fields: Any) -> Instruction:
    """All of it was to go back, and the provider has said nothing since yesterday."""
    return Instruction.objects.create(
        payment=payment,
        **{
            "key": f"key-{payment.pk}",
            "kind": "refund",
            "status": "accepted",
            "code": "no_word",
            "amount_minor": payment.captured_minor,
            "object_id": payment.provider_id,
            "created_at": NOW - timedelta(days=1),
            "next_attempt_at": NOW + timedelta(hours=1),
            **fields,
        },
    )


def differing(account: PaymentAccount, **fields: Any) -> Difference:
    run, _ = Reconciliation.objects.get_or_create(
        account=account,
        since=NOW - timedelta(days=1),
        until=NOW,
        defaults={"run_at": NOW},
    )
    return Difference.objects.create(
        reconciliation=run,
        **{
            "kind": "amount",
            "fact_kind": "captured",
            "provider_id": "ch_9",
            "ours_minor": 4000,
            "theirs_minor": 3500,
            "currency": "EUR",
            **fields,
        },
    )


def send(client: Client, path: str, **sent: Any) -> Any:
    nonce = client.get(path).context["form"]["nonce"].value()
    return client.post(path, {"nonce": nonce, "reason": "seen in its list", **sent})


def said(client: Client) -> str:
    """What the next page tells."""
    return client.get(URL).content.decode()


def test_what_needs_a_look_is_above_the_list_with_its_booking(
    office: Client, house: Restaurant, account: PaymentAccount, bank: Bank
) -> None:
    ada = paid_booking(bank, house, guest_name="Ada")
    silent(payment_for(ada), provider_id="re_7", reason="ill")
    differing(account, payment=payment_for(ada))
    differing(account, kind="unknown_payment", provider_id="ch_8", ours_minor=None)
    page = office.get(URL)
    (look,) = page.context["silent"]
    assert (look.title, look.text) == ("Ada", "Told to give €40.00 back")
    assert ("Number at the provider", "re_7") in look.facts
    assert f"q={ada.reference}" in look.booking_url
    amount, stranger = page.context["differences"]
    assert ("Ours", "€40.00") in amount.facts
    assert ("The provider’s", "€35.00") in amount.facts
    assert (stranger.title, stranger.payment_url) == ("No payment of yours", "")
    text = page.content.decode()
    assert "Needs a look" in text
    assert "Ask the provider again" in text


def test_at_the_host_stand_those_who_may_settle_it_are_alerted(
    office: Client, stand: Client, house: Restaurant, bank: Bank
) -> None:
    ada = paid_booking(bank, house, guest_name="Ada")
    silent(payment_for(ada))
    page = office.get("/staff/bistro-anna/alerts/").content.decode()
    assert "Ada: Told to give €40.00 back · no word from the provider" in page
    assert f"/reservations/{ada.pk}/panel/" in page
    assert "Ada" not in stand.get("/staff/bistro-anna/alerts/").content.decode()
    Instruction.objects.update(status="said_done", code="")
    assert "Ada" not in office.get("/staff/bistro-anna/alerts/").content.decode()


def test_a_card_that_was_not_deleted_is_looked_up_by_its_payment(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    payment = payment_for(paid_booking(bank, house, guest_name="Ada"))
    told = silent(payment, kind="forget", amount_minor=0, object_id="pm_secret", status="uncertain")
    (look,) = office.get(URL).context["silent"]
    assert (look.title, look.text) == ("Ada", "Told to delete the saved card")
    assert ("Number of the payment", str(payment.public_id)) in look.facts
    for path in (URL, f"{URL}{payment.pk}/", f"{URL}told/{told.pk}/settle/"):
        assert "pm_secret" not in office.get(path).content.decode()
    assert send(office, f"{URL}told/{told.pk}/settle/", outcome="yes").status_code == 303
    told.refresh_from_db()
    assert (told.status, told.object_id) == ("said_done", "")
    assert "Written down." in said(office)


def test_a_card_whose_provider_refused_is_told_without_an_amount(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    payment = payment_for(paid_booking(bank, house, guest_name="Ada"))
    refused = {"status": "refused", "code": "not_allowed", "finished_at": NOW}
    silent(payment, kind="forget", amount_minor=0, object_id="", **refused)
    (trouble,) = office.get(URL).context["troubles"]
    assert trouble.text == "Ada"
    assert trouble.detail.startswith("The saved card could not be deleted")


def test_nothing_needs_a_look_where_all_is_well(
    office: Client, house: Restaurant, account: PaymentAccount
) -> None:
    differing(account, is_mended=True)
    assert "Needs a look" not in office.get(URL).content.decode()


def test_the_page_costs_the_same_for_many(
    office: Client, house: Restaurant, account: PaymentAccount, bank: Bank
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            office.get(URL)
        return len(counted)

    first = payment_for(paid_booking(bank, house))
    silent(first)
    differing(account, payment=first)
    few = queries()
    for name in ("Ben", "Cem", "Dora"):
        more = payment_for(paid_booking(bank, house, guest_name=name))
        silent(more)
        differing(account, payment=more)
    assert queries() == few


def test_asked_again_the_provider_tells(office: Client, house: Restaurant, bank: Bank) -> None:
    payment = payment_for(paid_booking(bank, house))
    instruction = silent(payment)
    path = f"{URL}told/{instruction.pk}/ask/"
    assert office.post(path).status_code == 303
    assert "The provider does not say" in said(office)
    thing = bank.things[str(payment.public_id)][0]
    bank._fact(thing, FactKind.REFUNDED, Money(4000, "EUR"), at=NOW)
    instruction.refresh_from_db()
    assert office.post(path).status_code == 303
    assert "it happened" in said(office)
    instruction.refresh_from_db()
    assert instruction.status == "done"
    payment.refresh_from_db()
    assert payment.refunded_minor == 4000


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("done", "", "it happened"),
        ("refused", "not_kept", "it did not happen"),
        ("said_done", "", "settled meanwhile"),
        ("refused", "said_not_done", "settled meanwhile"),
    ],
)
def test_asked_about_what_has_ended_meanwhile_it_says_how(
    office: Client, house: Restaurant, bank: Bank, *, status: str, code: str, words: str
) -> None:
    instruction = silent(payment_for(paid_booking(bank, house)), status=status, code=code)
    assert office.post(f"{URL}told/{instruction.pk}/ask/").status_code == 303
    assert words in said(office)


def test_settled_by_hand_it_stands_in_the_course_and_in_the_audit(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    payment = payment_for(paid_booking(bank, house))
    instruction = silent(payment)
    path = f"{URL}told/{instruction.pk}/settle/"
    assert office.post(path, {"reason": "x"}).status_code == 422, "what became of it?"
    assert office.post(path, {"outcome": "yes"}).status_code == 422, "and how do you know?"
    assert send(office, path, outcome="yes").status_code == 303
    instruction.refresh_from_db()
    assert instruction.status == "said_done"
    page = office.get(f"{URL}{payment.pk}/")
    moments = [(one.text, one.detail, one.who) for one in page.context["timeline"]]
    assert ("Settled by hand: It happened", "seen in its list", "Maria") in moments
    (entry,) = AuditEntry.objects.filter(action="payments.payment.settled_by_hand")
    assert entry.actor_label == "Maria"
    payment.refresh_from_db()
    assert payment.refunded_minor == 0, "the ledger holds what the provider told"
    assert office.get(URL).context["silent"] == []


def test_a_mistake_is_taken_back_but_not_once_more(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    instruction = silent(payment_for(paid_booking(bank, house)), status="said_done", code="")
    path = f"{URL}told/{instruction.pk}/settle/"
    form = office.get(path).context["form"]
    assert [value for value, _label in form.fields["outcome"].choices] == ["no"]
    assert send(office, path, outcome="no").status_code == 303
    assert "do it once more here" in said(office)
    refused = send(office, path, outcome="yes")
    assert refused.status_code == 409
    assert "settled meanwhile" in refused.content.decode()


def test_a_difference_is_looked_at_with_a_note(
    office: Client, house: Restaurant, account: PaymentAccount
) -> None:
    difference = differing(account)
    path = f"{URL}differences/{difference.pk}/"
    assert office.post(path, {"reason": ""}).status_code == 422
    assert send(office, path).status_code == 303
    difference.refresh_from_db()
    assert (difference.note, difference.looked_at) == ("seen in its list", NOW)
    assert difference.looked_by is not None
    assert difference.looked_by.get_full_name() == "Maria"
    assert office.get(URL).context["differences"] == []


def test_hosts_and_other_houses_neither_see_nor_settle(
    stand: Client, office: Client, house: Restaurant, bank: Bank, account: PaymentAccount
) -> None:
    instruction = silent(payment_for(paid_booking(bank, house)))
    difference = differing(account)
    for path in (
        f"{URL}told/{instruction.pk}/ask/",
        f"{URL}told/{instruction.pk}/settle/",
        f"{URL}differences/{difference.pk}/",
    ):
        assert stand.post(path, {"outcome": "no", "reason": "x"}).status_code == 403
    stranger = silent(make_payment(make_restaurant()))
    for what in ("ask", "settle"):
        assert office.post(f"{URL}told/{stranger.pk}/{what}/").status_code == 404
    instruction.refresh_from_db()
    assert instruction.status == "accepted"


# --- What the booking makes of it -----------------------------------------------------------------


def fee_without_word(bank: Bank, house: Restaurant) -> tuple[Reservation, Instruction]:
    """Nobody came, the fee is charged to the card, and the bank has not said for a day."""
    house.deposit_rules.update(kind="guarantee")
    reservation = paid_booking(bank, house)
    at = START + timedelta(hours=1)
    reservation_no_show(reservation_id=reservation.pk, actor=STAFF, now=at)
    reservation_fee_charge(reservation_id=reservation.pk, reason="x", actor=STAFF, now=at)
    instruction = Instruction.objects.get(kind="charge")
    Instruction.objects.filter(pk=instruction.pk).update(
        status="accepted", code="no_word", next_attempt_at=at + timedelta(days=9)
    )
    with clock.freeze(at):
        work(at)
    return reservation, instruction


@pytest.mark.parametrize(("outcome", "fee"), [("yes", 4000), ("no", 0)])
def test_a_fee_that_was_charged_as_staff_say_is_kept_when_the_bank_tells(
    office: Client, house: Restaurant, bank: Bank, outcome: str, fee: int
) -> None:
    reservation, instruction = fee_without_word(bank, house)
    at = START + timedelta(days=1)
    with clock.freeze(at):
        sent = send(office, f"{URL}told/{instruction.pk}/settle/", outcome=outcome)
        assert sent.status_code == 303
        work(at)
        assert seen(reservation).deposit.fee_minor == fee
        payment = payment_for(reservation)
        bank._fact(
            bank.things[str(payment.public_id)][0], FactKind.CAPTURED, Money(4000, "EUR"), at=at
        )
        bank.tell(payment, now=at)
        work(at)
    payment.refresh_from_db()
    assert payment.captured_minor == 4000
    assert payment.refunded_minor == 4000 - fee, "given up, it goes back"
