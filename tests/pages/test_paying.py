"""What a guest sees of the price, how they pay it, and what the booking says of it afterwards."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Deposit, Hold, Reservation
from bookings.services import reservation_cancel, reservation_create, reservation_expire
from payments.models import Payment, PaymentAccount, SimulatedPayment
from payments.services import payment_refund
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from restaurants.models import Area, Restaurant
from tests.bookings.deposits.people import make_house, make_rule
from tests.factories import GUEST, NOW, STAFF, a_request, make_table
from tests.pages.conftest import book, text_of
from tests.pages.money import page_of, pay, payment_of, to_the_bank, work

pytestmark = pytest.mark.django_db

PAGE = "/r/bistro-anna/?date=2026-06-05&guests=2"
PANEL = "/r/bistro-anna/?slot=2026-06-05T19:00&guests=2"
THURSDAY_EVENING = datetime(2026, 6, 4, 18, 0, tzinfo=NOW.tzinfo)
"""23 hours before: too late for the money."""


@pytest.fixture
def restaurant() -> Restaurant:
    """A deposit of €10 for everybody; back until a day before."""
    house = make_house(name="Bistro Anna", slug="bistro-anna", city="Amsterdam")
    make_rule(house, amount_minor=1000)
    return house


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    """It waits for €20."""
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


def look(
    client: Client, path: str, status: int = 200, *, headers: dict[str, str] | None = None
) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == status, response.content.decode()[:500]
    return text_of(response)


def status_of(reservation: Reservation) -> tuple[str, str]:
    reservation.refresh_from_db()
    return reservation.status, reservation.deposit_status


# --- The price before anybody books ---------------------------------------------------------------


def test_every_time_says_what_it_costs(client: Client, restaurant: Restaurant) -> None:
    text = look(client, PAGE)
    assert "Deposit €10 per person" in text
    assert '<span class="slot-note" aria-hidden="true">€10</span>' in text
    assert '<span class="sr-only">, deposit €10 per person</span>' in text


def test_a_house_without_rules_says_nothing_of_money(
    client: Client, restaurant: Restaurant
) -> None:
    restaurant.deposit_rules.all().delete()
    Restaurant.objects.filter(pk=restaurant.pk).update(updated_at=NOW)
    assert "eposit" not in look(client, PAGE)


def test_rules_mean_nothing_where_no_money_can_be_taken(
    client: Client, restaurant: Restaurant
) -> None:
    PaymentAccount.objects.update(is_active=False)
    assert "eposit" not in look(client, PAGE)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, (">€10<", "You pay a deposit of €20; it comes off your bill.", "Book and pay €20")),
        (
            {"is_per_person": False, "amount_minor": 2550},
            (
                "€25.50",
                "You pay a deposit of €25.50; it comes off your bill.",
                "Book and pay €25.50",
            ),
        ),
        (
            {"kind": "guarantee"},
            ("card", "Your card guarantees the table. Nothing is charged now.", "Book with a card"),
        ),
        (
            {"kind": "authorisation"},
            (
                ">€10<",
                "€20 are held on your card; they are not charged.",
                "Book and let €20 be held",
            ),
        ),
        ({"kind": "prepayment"}, (">€10<", "You pay €20 in advance.", "Book and pay €20")),
        (
            {"kind": "percentage", "percent": 25},
            (">€2.50<", "You pay a deposit of €5; it comes off your bill.", "Book and pay €5"),
        ),
    ],
)
def test_the_panel_says_what_is_agreed_and_the_button_the_price(
    client: Client, restaurant: Restaurant, rule: dict[str, Any], words: tuple[str, str, str]
) -> None:
    chip, sentence, button = words
    restaurant.deposit_rules.update(**rule)
    restaurant.save()
    assert chip in look(client, PAGE)
    panel = look(client, PANEL)
    assert sentence in panel
    assert f"data-main>{button}</button>" in panel


def test_the_panel_says_until_when_money_comes_back(client: Client, restaurant: Restaurant) -> None:
    text = look(client, PANEL)
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    assert "If you cancel later, the restaurant keeps €20." in text
    assert "If nobody comes, it keeps €20." in text
    with clock.freeze(THURSDAY_EVENING):
        text = look(client, PANEL)
    assert "If you cancel, the restaurant keeps €20." in text
    assert "everything back" not in text


def test_a_hold_far_ahead_begins_with_the_card_alone(
    client: Client, restaurant: Restaurant
) -> None:
    make_rule(restaurant, kind="authorisation", amount_minor=3000, min_party=2)
    restaurant.deposit_rules.filter(kind="deposit").delete()
    restaurant.save()
    text = look(client, "/r/bistro-anna/?slot=2026-06-19T19:00&guests=2")
    assert "€60 are held on it five days before you come." in text
    assert "data-main>Book with a card</button>" in text


def test_who_asks_first_pays_after_the_answer(client: Client, restaurant: Restaurant) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    restaurant.save()
    text = look(client, PANEL)
    assert "You pay only once the restaurant says yes" in text
    assert "data-main>Ask for this table</button>" in text


def test_a_table_that_costs_money_is_held_while_the_guest_types(
    client: Client, restaurant: Restaurant
) -> None:
    assert 'id="hold"' in look(client, PANEL)
    data = {"slot": "2026-06-05T19:00", "guests": "2", "area": ""}
    text = text_of(client.post("/r/bistro-anna/hold/", data))
    assert "A table is kept for you" in text
    assert Hold.objects.count() == 1
    assert "last table" not in text


def make_terrace(restaurant: Restaurant) -> Area:
    """Only the terrace costs something: €5 per person."""
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace", is_outdoor=True)
    make_table(restaurant, number="T1", seats=2, area=terrace)
    restaurant.deposit_rules.update(area=terrace, amount_minor=500)
    restaurant.save()
    return terrace


def test_where_an_area_costs_money_it_is_said_for_that_area(
    client: Client, restaurant: Restaurant
) -> None:
    terrace = make_terrace(restaurant)
    assert "eposit" not in look(client, PAGE), "there are tables that cost nothing"
    assert ">€5<" in look(client, f"{PAGE}&area={terrace.pk}")
    for _party in range(2):
        inside = restaurant.areas.get(name="Main room")
        request = a_request(restaurant, area_id=inside.pk)
        reservation_create(request=request, actor=GUEST, now=NOW)
    assert ">€5<" in look(client, PAGE), "only the terrace is left"


def test_the_price_of_the_panel_is_that_of_the_table_that_is_held(
    client: Client, restaurant: Restaurant
) -> None:
    make_terrace(restaurant)
    # The best table for two is the two-top inside; the terrace is next.
    assert "data-main>Book this table</button>" in look(client, PANEL)
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    panel = look(client, PANEL)
    is_terrace = "Book and pay €10" in panel
    book(client, restaurant)
    made = Reservation.objects.latest("pk")
    assert (made.deposit_minor == 1000) is is_terrace


# --- From booking to paying -----------------------------------------------------------------------


def test_booking_leads_to_the_page_where_one_pays(client: Client, restaurant: Restaurant) -> None:
    response = book(client, restaurant)
    made = Reservation.objects.get()
    assert response["Location"] == page_of(made)
    assert made.status == "pending_payment"
    text = look(client, page_of(made))
    for part in (
        "Bistro Anna",
        "Friday 5 June, 19:00 · 2 guests",
        "Deposit €10 per person",
        "€20",
        "Pay €20",
        "If you cancel by Thursday 4 June, 19:00, you get everything back.",
        "The table is kept for you until 11:15.",
        'data-seconds="900"',
        "I need more time",
    ):
        assert part in text, part


def test_another_price_than_was_shown_is_said_before_anybody_pays(
    client: Client, restaurant: Restaurant
) -> None:
    response = book(client, restaurant, price="0")
    text = look(client, response["Location"])
    assert "costs something else than the page said" in text
    made = Reservation.objects.get()
    assert "than the page said" not in look(client, page_of(made))
    assert 'name="price" value="2000"' in look(client, "/r/bistro-anna/?slot=2026-06-06T19:00")


def test_the_page_survives_a_reload(client: Client, reservation: Reservation) -> None:
    with clock.freeze(NOW + timedelta(minutes=5)):
        text = look(client, page_of(reservation))
    assert 'data-seconds="600"' in text
    assert "10:00" in text


def test_looking_at_the_page_begins_nothing(client: Client, reservation: Reservation) -> None:
    for _look in range(2):
        look(client, page_of(reservation))
    assert payment_of(reservation).provider_id == ""
    assert not SimulatedPayment.objects.exists()


def test_the_amount_is_the_servers(client: Client, reservation: Reservation) -> None:
    client.post(page_of(reservation), {"amount": "1", "amount_minor": "1", "currency": "JPY"})
    at_bank = SimulatedPayment.objects.get()
    assert (at_bank.amount_minor, at_bank.currency) == (2000, "EUR")


def test_paying_confirms_the_booking_at_once(client: Client, reservation: Reservation) -> None:
    back = pay(client, reservation)
    assert back == page_of(reservation, "pay/back/")
    text = look(client, back)
    assert "Paid" in text
    assert "Your table is booked." in text
    assert status_of(reservation) == ("confirmed", "paid")
    assert "Your table is booked" in look(client, page_of(reservation, ""))


def test_a_refused_card_leads_to_another_try(client: Client, reservation: Reservation) -> None:
    text = look(client, pay(client, reservation, "decline"))
    assert "The payment did not work" in text
    assert "Nothing was charged." in text
    assert "<title>Error:" in text
    assert status_of(reservation) == ("pending_payment", "pending")
    assert "Paid" in look(client, pay(client, reservation))
    assert status_of(reservation) == ("confirmed", "paid")


def test_a_second_refusal_is_told_like_the_first(client: Client, reservation: Reservation) -> None:
    for _try in range(2):
        assert "The payment did not work" in look(client, pay(client, reservation, "decline"))


def test_who_gives_up_at_the_bank_may_begin_again(client: Client, reservation: Reservation) -> None:
    path = to_the_bank(client, reservation)
    client.post(path, {"do": "leave"})
    response = client.get(page_of(reservation, "pay/back/"))
    assert (response.status_code, response["Location"]) == (303, page_of(reservation))
    assert "Paid" in look(client, pay(client, reservation))


def test_from_the_page_of_the_bank_the_form_of_the_provider_goes_on(
    client: Client, reservation: Reservation
) -> None:
    Payment.objects.update(provider="adyen")
    back = client.get(page_of(reservation, "pay/back/"), {"redirectResult": "a+b/c="})
    assert back.status_code == 303
    assert back["Location"] == page_of(reservation, "pay/card/") + "?redirectResult=a%2Bb%2Fc%3D"


def test_while_the_bank_is_silent_the_page_looks_again(
    client: Client, reservation: Reservation
) -> None:
    text = look(client, pay(client, reservation, told="late"))
    assert "Your payment is being checked" in text
    assert f'hx-get="{page_of(reservation, "pay/back/")}?n=1"' in text
    fragment = {"HX-Request": "true", "HX-Target": "pay"}
    again = look(client, page_of(reservation, "pay/back/") + "?n=1", headers=fragment)
    assert "?n=2" in again
    assert "<html" not in again
    with clock.freeze(NOW + timedelta(seconds=20)):
        done = look(client, page_of(reservation, "pay/back/") + "?n=2", headers=fragment)
    assert "Your table is booked." in done
    assert status_of(reservation) == ("confirmed", "paid")


def test_an_old_refusal_does_not_speak_for_a_new_try(
    client: Client, reservation: Reservation
) -> None:
    look(client, pay(client, reservation, "decline"))
    assert "being checked" in look(client, pay(client, reservation, told="late"))


def test_a_lost_message_is_found_by_looking(client: Client, reservation: Reservation) -> None:
    assert "Paid" in look(client, pay(client, reservation, told="lost"))
    assert status_of(reservation) == ("confirmed", "paid")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("guarantee", ("guaranteed", "Your card is saved", "Save the card")),
        ("authorisation", ("held", "The amount is held on your card", "Let €20 be held")),
    ],
)
def test_cards_and_holds_confirm_as_well(
    client: Client, restaurant: Restaurant, kind: str, said: tuple[str, str, str]
) -> None:
    status, words, button = said
    restaurant.deposit_rules.update(kind=kind)
    restaurant.save()
    book(client, restaurant)
    made = Reservation.objects.get()
    assert button in look(client, page_of(made))
    assert words in look(client, pay(client, made))
    assert status_of(made) == ("confirmed", status)


def test_a_payment_that_is_over_cannot_be_begun(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    response = client.post(page_of(reservation))
    assert response["Location"] == page_of(reservation)
    assert SimulatedPayment.objects.count() == 1


def test_paid_in_another_tab_the_next_try_finds_out(
    client: Client, reservation: Reservation
) -> None:
    path = to_the_bank(client, reservation)
    client.post(path, {"do": "pay", "bank": "approve", "told": "lost"})
    response = client.post(page_of(reservation))
    assert response["Location"] == page_of(reservation, "pay/back/")
    assert payment_of(reservation).captured_minor == 2000


def test_a_silent_provider_is_said_so(
    client: Client, reservation: Reservation, settings: Any
) -> None:
    settings.RESERVEHUB_PAYMENT_SIMULATOR = False
    response = client.post(page_of(reservation))
    assert response.status_code == 503
    assert "The payment service does not answer" in text_of(response)
    assert "Pay €20" in text_of(response)


# --- Time -----------------------------------------------------------------------------------------


def test_one_tap_gives_more_time(client: Client, reservation: Reservation) -> None:
    with clock.freeze(NOW + timedelta(minutes=14)):
        fragment = {"HX-Request": "true", "HX-Target": "time"}
        response = client.post(page_of(reservation, "pay/more/"), headers=fragment)
        assert 'data-seconds="900"' in text_of(response)
        plain = client.post(page_of(reservation, "pay/more/"))
        assert plain["Location"] == page_of(reservation)


def test_time_is_not_given_without_end(client: Client, reservation: Reservation) -> None:
    for _tap in range(reservation.restaurant.policy.hold_extensions):
        assert "I need more time" in look(client, page_of(reservation))
        client.post(page_of(reservation, "pay/more/"))
    assert "I need more time" not in look(client, page_of(reservation))
    client.post(page_of(reservation, "pay/more/"))
    assert Deposit.objects.get().extensions == reservation.restaurant.policy.hold_extensions


def expire(reservation: Reservation) -> None:
    reservation.refresh_from_db()
    assert reservation.expires_at is not None
    reservation_expire(reservation_id=reservation.pk, actor=SYSTEM, now=reservation.expires_at)


@pytest.mark.parametrize("is_swept", [False, True])
def test_when_the_time_is_over_one_books_again(
    client: Client, reservation: Reservation, is_swept: bool
) -> None:
    with clock.freeze(NOW + timedelta(minutes=15)):
        if is_swept:
            expire(reservation)
        text = look(client, page_of(reservation))
        assert "The time to pay is over" in text
        assert 'href="/r/bistro-anna/?date=2026-06-05&amp;guests=2"' in text
        assert "Pay €20" not in text
        client.post(page_of(reservation))
        client.post(page_of(reservation, "pay/more/"))
    assert not SimulatedPayment.objects.exists()


def test_paid_too_late_the_table_comes_back_if_it_is_free(
    client: Client, reservation: Reservation
) -> None:
    back = pay(client, reservation, told="late")
    with clock.freeze(NOW + timedelta(minutes=16)):
        expire(reservation)
        assert "Your table is booked." in look(client, back)
    assert status_of(reservation) == ("confirmed", "paid")


def test_paid_too_late_and_the_table_gone_the_money_comes_back(
    client: Client, restaurant: Restaurant, reservation: Reservation
) -> None:
    back = pay(client, reservation, told="late")
    later = NOW + timedelta(minutes=16)
    with clock.freeze(later):
        expire(reservation)
        for _other in range(2):
            other = reservation_create(
                request=a_request(restaurant, party_size=2), actor=STAFF, now=later
            )
            assert other.reservation.status == "confirmed"
        text = look(client, back)
        assert "Your payment came too late" in text
        assert "You get everything back" in text
        work(later)
        assert "You get everything back" in look(client, page_of(reservation, ""))
    assert status_of(reservation) == ("expired", "refunded")
    payment = payment_of(reservation)
    assert payment.kept_minor == 0


# --- The page of the booking ----------------------------------------------------------------------


def test_what_is_not_paid_yet_leads_to_the_payment(
    client: Client, reservation: Reservation
) -> None:
    text = look(client, page_of(reservation, ""))
    assert "Waiting for your payment" in text
    assert "The table is kept for you until 11:15." in text
    assert "Not paid yet" in text
    assert "Deposit €10 per person: €20 in all" in text
    assert f'href="{page_of(reservation)}"' in text


def test_what_is_paid_says_how_much_and_has_a_receipt(
    client: Client, reservation: Reservation
) -> None:
    look(client, pay(client, reservation))
    text = look(client, page_of(reservation, ""))
    assert "Paid: €20" in text
    assert "If you cancel by Thursday 4 June, 19:00, you get everything back." in text
    receipt = look(client, page_of(reservation, "receipt/"))
    assert str(payment_of(reservation).public_id) in receipt
    assert reservation.reference in receipt
    assert "Visa •••• 4242" not in receipt, "a card that was not kept is nobody's business"


def test_the_receipt_counts_what_came_back(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    payment_refund(
        payment_id=payment_of(reservation).pk,
        amount=None,
        reason="",
        actor=STAFF,
        now=NOW,
    )
    work()
    receipt = look(client, page_of(reservation, "receipt/"))
    amounts = re.findall(r"[-−]?€\d+", receipt)
    assert amounts == ["€10", "€20", "-€20", "€0"]  # the first is for each person


def test_before_anything_is_paid_there_is_no_receipt(
    client: Client, reservation: Reservation
) -> None:
    look(client, page_of(reservation, "receipt/"), 404)


def test_cancelling_in_time_costs_nothing(client: Client, reservation: Reservation) -> None:
    look(client, pay(client, reservation))
    text = look(client, page_of(reservation, "cancel/"))
    assert "Cancelling is free now: you get everything back." in text
    client.post(page_of(reservation, "cancel/"), {"version": _version(reservation)})
    work()
    assert status_of(reservation) == ("cancelled_by_guest", "refunded")
    assert payment_of(reservation).kept_minor == 0


def test_a_late_cancellation_says_the_exact_amount_first(
    client: Client, restaurant: Restaurant
) -> None:
    restaurant.deposit_rules.update(late_cancel_percent=50)
    restaurant.save()
    book(client, restaurant)
    reservation = Reservation.objects.get()
    look(client, pay(client, reservation))
    with clock.freeze(THURSDAY_EVENING):
        assert "the restaurant keeps €10." in look(client, page_of(reservation, ""))
        text = look(client, page_of(reservation, "cancel/"))
        assert "It is late: if you cancel now, the restaurant keeps €10." in text
        data = {"version": _version(reservation)}
        assert client.post(page_of(reservation, "cancel/"), data).status_code == 303
        work()
        assert "Given back: €10" in look(client, page_of(reservation, ""))
    assert payment_of(reservation).kept_minor == 1000


def test_until_it_is_paid_cancelling_is_free(client: Client, reservation: Reservation) -> None:
    text = look(client, page_of(reservation, "cancel/"))
    assert "Nothing has been paid: cancelling is free." in text


def _version(reservation: Reservation) -> int:
    reservation.refresh_from_db()
    return reservation.version


def test_a_dearer_change_is_refused_in_words(client: Client, restaurant: Restaurant) -> None:
    book(client, restaurant)
    reservation = Reservation.objects.get()
    look(client, pay(client, reservation))
    data = {
        "slot": "2026-06-05T19:00",
        "guests": "4",
        "area": "",
        "version": _version(reservation),
    }
    response = client.post(page_of(reservation, "change/"), data)
    assert "That booking costs more than yours." in text_of(response)
    assert status_of(reservation) == ("confirmed", "paid")


# --- Links and policies ---------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["pay/", "pay/card/", "pay/back/", "receipt/"])
def test_without_the_link_there_is_nothing(
    client: Client, reservation: Reservation, rest: str
) -> None:
    assert client.get(f"/b/{'x' * 43}/{rest}").status_code == 404


@pytest.mark.parametrize("rest", ["pay/", "pay/card/", "pay/back/", "receipt/"])
def test_a_booking_that_costs_nothing_has_no_such_pages(
    client: Client, restaurant: Restaurant, rest: str
) -> None:
    restaurant.deposit_rules.all().delete()
    restaurant.save()
    free = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    assert client.get(page_of(free, rest)).status_code == 404


def test_wrong_links_are_counted(client: Client, restaurant: Restaurant, settings: Any) -> None:
    settings.RESERVEHUB_THROTTLES = True
    answers = [client.get(f"/b/{'x' * 43}/pay/").status_code for _try in range(32)]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_tries_are_limited_so_that_nobody_tests_stolen_cards(
    client: Client, reservation: Reservation, settings: Any
) -> None:
    settings.RESERVEHUB_THROTTLES = True
    answers = [client.post(page_of(reservation)).status_code for _try in range(42)]
    assert (answers[0], answers[-1]) == (303, 429)


def test_a_request_is_not_paid_before_the_answer(client: Client, restaurant: Restaurant) -> None:
    restaurant.policy.confirmation_mode = "approval"
    restaurant.policy.save()
    restaurant.save()
    book(client, restaurant)
    made = Reservation.objects.get()
    assert made.status == "pending"
    assert "There is nothing to pay yet" in look(client, page_of(made))


def test_a_cancelled_booking_asks_for_nothing(client: Client, reservation: Reservation) -> None:
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    work()
    assert "There is nothing to pay" in look(client, page_of(reservation))


# --- Forms of providers ---------------------------------------------------------------------------


@pytest.fixture
def at_square(reservation: Reservation, settings: Any) -> Reservation:
    """The same booking, paid at a provider whose form stands in the page."""
    settings.SQUARE_ACCESS_TOKEN = "token"
    settings.SQUARE_APPLICATION_ID = "sandbox-id"
    settings.SQUARE_LOCATION_ID = "L1"
    settings.SQUARE_WEBHOOK_SIGNATURE_KEYS = ["key"]
    Payment.objects.update(provider="square")
    return reservation


def test_only_the_page_with_the_form_may_load_what_is_the_providers(
    client: Client, at_square: Reservation
) -> None:
    assert client.post(page_of(at_square))["Location"] == page_of(at_square, "pay/card/")
    response = client.get(page_of(at_square, "pay/card/"))
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "squarecdn.com" in policy
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    for path in (page_of(at_square), page_of(at_square, ""), "/"):
        assert "square" not in client.get(path)["Content-Security-Policy"]


def test_a_form_without_a_token_charges_nothing(client: Client, at_square: Reservation) -> None:
    for source in ("", "x" * 256):
        response = client.post(page_of(at_square, "pay/card/"), {"source": source})
        assert response["Location"] == page_of(at_square, "pay/card/")
    assert not payment_of(at_square).instructions.exists()


def test_the_simulator_needs_no_form(client: Client, reservation: Reservation) -> None:
    for send in (client.get, client.post):
        response = send(page_of(reservation, "pay/card/"))
        assert response["Location"] == page_of(reservation)
