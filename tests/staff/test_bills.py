"""The bill at the host stand: entered, corrected, taken back, shown with what comes off it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_complete, reservation_seat
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import STAFF, make_restaurant
from tests.staff.evening import EVENING
from tests.staff.test_floor import book, logged_in, take, told, url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday_evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(4, 4))


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return reservation_seat(reservation_id=book(house).pk, actor=STAFF, now=EVENING)


@pytest.fixture
def host(house: Restaurant) -> Client:
    return logged_in(house, Role.HOST)


def panel(client: Client, party: Reservation) -> str:
    return client.get(url("reservation-panel", party.restaurant, party.pk)).content.decode()


def flat(text: str) -> str:
    return " ".join(text.split())


def seen(party: Reservation) -> Reservation:
    return Reservation.objects.select_related("restaurant").get(pk=party.pk)


def send(client: Client, party: Reservation, step: str, **fields: Any) -> Any:
    return take(client, party.restaurant, seen(party), step, **fields)


@pytest.mark.parametrize(
    ("typed", "minor"), [("120", 12_000), ("120.5", 12_050), ("1 120,55", 112_055), ("0", 0)]
)
def test_an_amount_is_taken_as_people_write_it(
    host: Client, party: Reservation, typed: str, minor: int
) -> None:
    answer = send(host, party, "bill", amount=typed)
    assert answer.status_code == 200
    assert seen(party).bill_minor == minor
    assert told(answer)["text"].startswith("Anna de Vries: the bill is €")


def test_the_panel_asks_for_it_and_then_shows_it(host: Client, party: Reservation) -> None:
    before = flat(panel(host, party))
    assert "Enter the bill" in before
    assert "Bill, EUR" in before
    assert "Remove the bill" not in before
    after = flat(send(host, party, "bill", amount="80").content.decode())
    assert 'Bill <span class="font-semibold tabular-nums">€80.00</span>' in after
    assert "to pay" not in after, "there is no deposit"
    assert 'value="80.00"' in after
    assert "Change the bill" in after


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Bill: Enter an amount, 0 if it was on the house."),
        ("-5", "greater than or equal to 0"),
        ("12,345", "finer than the smallest coin"),
        ("abc", "Enter a number"),
        ("9999999999", "Enter an amount from 0 to 1000000000.00."),
    ],
)
def test_what_was_typed_stays_with_the_reason(
    host: Client, party: Reservation, typed: str, why: str
) -> None:
    answer = send(host, party, "bill", amount=typed)
    text = flat(answer.content.decode())
    assert answer.status_code == 422
    assert why in text
    assert f'value="{typed}"' in text
    assert "open> <summary> Enter the bill" in text
    assert seen(party).bill_minor is None


def test_it_may_be_entered_with_the_end_of_the_visit(host: Client, party: Reservation) -> None:
    refused = send(host, party, "finish", amount="12,345")
    assert refused.status_code == 422
    assert 'value="12,345"' in refused.content.decode()
    assert seen(party).status == "seated", "both or nothing"
    assert send(host, party, "finish", amount="99,90").status_code == 200
    assert (seen(party).status, seen(party).bill_minor) == ("completed", 9_990)


def test_an_end_without_an_amount_leaves_the_bill(host: Client, party: Reservation) -> None:
    send(host, party, "bill", amount="10")
    send(host, party, "finish", amount="")
    assert (seen(party).status, seen(party).bill_minor) == ("completed", 1_000)


def test_at_the_table_it_is_undone_like_a_step(host: Client, party: Reservation) -> None:
    answer = send(host, party, "bill", amount="10")
    assert told(answer)["undo"].endswith("/undo/")
    again = send(host, party, "bill", amount="10")
    assert told(again)["undo"] is None, "it changed nothing"
    host.post(told(answer)["undo"], {"version": seen(party).version})
    assert (seen(party).status, seen(party).bill_minor) == ("seated", None)


def test_after_the_visit_undo_says_again_what_it_was(host: Client, party: Reservation) -> None:
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=EVENING)
    for typed, back in (("10", None), ("12.50", 1_250), ("20", 1_250)):
        answer = send(host, party, "bill", amount=typed)
        if back != seen(party).bill_minor:
            host.post(told(answer)["undo"], {"version": seen(party).version})
        assert (seen(party).status, seen(party).bill_minor) == ("completed", back)


def test_it_is_removed(host: Client, party: Reservation) -> None:
    send(host, party, "bill", amount="10")
    answer = send(host, party, "bill-remove")
    assert told(answer)["text"] == "Anna de Vries has no bill any more"
    assert seen(party).bill_minor is None
    assert "Enter the bill" in answer.content.decode()


def test_long_after_the_visit_it_is_corrected(house: Restaurant, party: Reservation) -> None:
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=EVENING)
    with clock.freeze(EVENING + timedelta(days=20)):
        client = logged_in(house, Role.HOST)
        assert send(client, party, "bill", amount="70").status_code == 200
    assert seen(party).bill_minor == 7_000


def test_without_javascript_it_leads_back_to_the_floor(host: Client, party: Reservation) -> None:
    answer = host.post(url("step", party.restaurant, party.pk, "bill"), {"amount": "5"})
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"?reservation={party.pk}")


def test_who_reads_the_book_sees_the_bill_and_enters_none(
    host: Client, house: Restaurant, party: Reservation
) -> None:
    viewer = logged_in(house, Role.VIEWER)
    assert "bill" not in panel(viewer, party)
    send(host, party, "bill", amount="10")
    text = panel(viewer, party)
    assert "€10.00" in text
    assert "Change the bill" not in text
    assert take(viewer, house, seen(party), "bill", amount="1").status_code == 403


def test_who_has_not_sat_down_has_none(host: Client, house: Restaurant) -> None:
    coming = book(house)
    assert "bill" not in panel(host, coming)
    answer = take(host, house, coming, "bill", amount="10")
    assert answer.status_code == 409
    assert "A bill can be entered once the party is seated." in answer.content.decode()
