"""The Floor page and the steps taken on it: what they cost, who may take them, what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.selectors import tables_of
from bookings.services import reservation_cancel, reservation_create, reservation_seat
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from staff.views.steps import STEPS
from tests.factories import FRIDAY, NOW, STAFF, a_request, make_member, make_restaurant
from tests.staff.evening import EVENING, fill, make_house

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _friday_evening() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(4, 4, 4))


@pytest.fixture
def host(house: Restaurant) -> Client:
    return logged_in(house, Role.HOST)


def logged_in(house: Restaurant, role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_member(house, role, **fields))
    return client


def book(house: Restaurant, number: str = "1", **fields: Any) -> Reservation:
    """Four people at 19:45, five minutes from now."""
    wish = {
        "guest_name": "Anna de Vries",
        "party_size": 4,
        "time": (EVENING + timedelta(hours=2, minutes=5)).time(),
        "table_ids": (house.tables.get(number=number).pk,),
    }
    request = a_request(house, **(wish | fields))
    return reservation_create(request=request, actor=STAFF, now=NOW).reservation


def url(name: str, house: Restaurant, *args: Any) -> str:
    return reverse(f"staff:{name}", args=[house.slug, *args])


def take(client: Client, house: Restaurant, party: Reservation, step: str, **data: Any) -> Any:
    """One step, as htmx sends it."""
    address = url("step", house, party.pk, step)
    return client.post(address, {"version": party.version} | data, headers=HTMX)


def told(response: Any) -> dict[str, Any]:
    done: dict[str, Any] = json.loads(response["HX-Trigger"])["rh:done"]
    return done


def numbers(party: Reservation) -> list[str]:
    return [table.number for table in tables_of([party])[party.pk]]


# --- The page -------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?time=21:00", "?mode=day", "?date=2026-06-06"])
def test_sixty_tables_and_250_parties_cost_at_most_15_queries(
    django_assert_max_num_queries: Any, query: str
) -> None:
    house = make_house()
    fill(house)
    client = logged_in(house, Role.HOST)
    client.get(url("floor", house))
    with django_assert_max_num_queries(15) as found:
        page = client.get(url("floor", house) + query)
    assert isinstance(found, CaptureQueriesContext)
    assert page.content.count(b'data-table="') == 60


@pytest.mark.parametrize(
    "query",
    ["?date=yesterday", "?date=2026-02-30", "?time=25:99", "?plan=x", "?plan=999", "?mode=odd",
     "?date=9999-12-31", "?date=0001-01-01", "?table=x&reservation=-1"],
)  # fmt: skip
def test_an_address_typed_wrong_shows_the_floor_anyway(
    host: Client, house: Restaurant, query: str
) -> None:
    assert host.get(url("floor", house) + query).status_code == 200


def test_the_night_belongs_to_the_evening_before(host: Client, house: Restaurant) -> None:
    page = host.get(url("floor", house) + f"?date={FRIDAY}&time=00:30").context["page"]
    assert page.moment.service_date == FRIDAY
    assert page.moment.at - EVENING == timedelta(hours=4, minutes=50)


def test_parts_of_the_page_come_alone(host: Client, house: Restaurant) -> None:
    for target in ("floor-view", "floor-stage", "floor-summary"):
        part = host.get(url("floor", house), headers=HTMX | {"HX-Target": target})
        assert b"<html" not in part.content
        assert "HX-Target" in part["Vary"]


def test_who_may_not_see_contacts_sees_no_phone_and_no_diet(house: Restaurant) -> None:
    party = book(
        house,
        guest_phone="+31612345678",
        guest_email="",
        dietary_restrictions=("nut_allergy",),
        has_health_consent=True,
    )
    panels = {
        role: logged_in(house, role).get(url("reservation-panel", house, party.pk)).content.decode()
        for role in (Role.HOST, Role.VIEWER)
    }
    assert "+31612345678" in panels[Role.HOST]
    assert "Nut allergy" in panels[Role.HOST]
    assert "612345678" not in panels[Role.VIEWER]
    assert "allergy" not in panels[Role.VIEWER]
    assert "hx-post" not in panels[Role.VIEWER]


# --- Steps ----------------------------------------------------------------------------------------


def test_a_party_is_seated_and_the_answer_says_how_to_take_it_back(
    host: Client, house: Restaurant
) -> None:
    party = book(house)
    answer = take(host, house, party, "seat", table=house.tables.get(number="1").pk)
    assert answer.status_code == 200
    assert told(answer) == {
        "text": "Anna de Vries seated at 1",
        "undo": url("step", house, party.pk, "undo"),
        "version": 2,
        "reservation_id": party.pk,
    }
    assert b'data-step="finish"' in answer.content
    party.refresh_from_db()
    assert take(host, house, party, "undo").status_code == 200
    party.refresh_from_db()
    assert party.status == Status.CONFIRMED


def test_every_step_leads_where_it_should(host: Client, house: Restaurant) -> None:
    party = book(house)
    wanted = [
        ("eta", {"minutes": "10"}, Status.CONFIRMED),
        ("arrive", {}, Status.ARRIVED),
        ("note", {"internal_notes": "Regular"}, Status.ARRIVED),
        ("assign", {"table_ids": str(house.tables.get(number="2").pk)}, Status.ARRIVED),
        ("auto-assign", {}, Status.ARRIVED),
        ("party", {"actual_party_size": "3"}, Status.ARRIVED),
        ("partly-seat", {"present": "2"}, Status.PARTIALLY_SEATED),
        ("seat", {}, Status.SEATED),
        ("extend", {"minutes": "15"}, Status.SEATED),
        ("finish", {}, Status.COMPLETED),
        ("undo", {}, Status.SEATED),
    ]
    for step, data, status in wanted:
        answer = take(host, house, party, step, **data)
        assert answer.status_code == 200, (step, answer.content.decode())
        party.refresh_from_db()
        assert party.status == status, step
        assert told(answer)["version"] == party.version
    assert party.internal_notes == "Regular"


@pytest.mark.parametrize("step", ["cancel", "no-show"])
def test_a_party_that_does_not_come_frees_its_table(
    host: Client, house: Restaurant, step: str
) -> None:
    party = book(house, time=(EVENING + timedelta(hours=1, minutes=35)).time())
    assert take(host, house, party, step, reason="Ill").status_code == 200
    party.refresh_from_db()
    assert party.status in (Status.CANCELLED_BY_RESTAURANT, Status.NO_SHOW)


def test_without_scripts_a_step_leads_back_to_the_floor(host: Client, house: Restaurant) -> None:
    party = book(house)
    answer = host.post(url("step", house, party.pk, "arrive"), {"version": party.version})
    assert answer.status_code == 303
    assert host.get(answer["Location"]).status_code == 200


def test_the_slower_host_sees_who_did_what_and_loses_nothing(house: Restaurant) -> None:
    party = book(house)
    maria = logged_in(house, Role.HOST, name="Maria Visser")
    pim = logged_in(house, Role.HOST, name="Pim Bakker")
    assert take(maria, house, party, "arrive").status_code == 200
    answer = take(pim, house, party, "note", internal_notes="Window, please")
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Maria Visser" in text
    assert "Confirmed → Arrived" in text
    assert "Window, please" in text
    assert 'name="version" value="2"' in text
    assert "HX-Trigger" not in answer.headers


def test_a_taken_table_is_refused_with_the_tables_that_are_free(
    host: Client, house: Restaurant
) -> None:
    party, other = book(house), book(house, "2", guest_name="Bram Jansen")
    taken, free = (house.tables.get(number=number).pk for number in "23")
    answer = take(host, house, party, "assign", table_ids=taken)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Swap with Bram Jansen" in text
    assert f'name="table_ids" value="{free}"' in text
    assert numbers(party) == ["1"]
    swapped = host.post(
        url("swap", house, party.pk), {"version": 1, "other": other.pk}, headers=HTMX
    )
    assert swapped.status_code == 200
    assert (numbers(party), numbers(other)) == (["2"], ["1"])
    back = host.post(told(swapped)["undo"], {"version": told(swapped)["version"]}, headers=HTMX)
    assert back.status_code == 200
    assert (numbers(party), numbers(other)) == (["1"], ["2"])


def test_a_table_that_is_too_small_takes_a_second_word(house: Restaurant) -> None:
    party = book(house, party_size=4)
    small = house.tables.get(number="3")
    small.seats = small.max_party = 2
    small.save()
    host = logged_in(house, Role.HOST)
    answer = take(host, house, party, "assign", table_ids=small.pk)
    assert answer.status_code == 409
    assert "Seat there anyway" in answer.content.decode()
    answer = take(host, house, party, "assign", table_ids=small.pk, overrides="capacity")
    assert answer.status_code == 200
    assert numbers(party) == ["3"]


def test_a_party_whose_table_is_still_occupied_is_seated_elsewhere_at_once(
    host: Client, house: Restaurant
) -> None:
    early = book(
        house,
        time=(EVENING + timedelta(minutes=5)).time(),
        guest_name="Bram",
        overrides=frozenset({"hours"}),
    )
    reservation_seat(reservation_id=early.pk, actor=STAFF, now=EVENING - timedelta(minutes=110))
    party = book(house)
    answer = take(host, house, party, "seat")
    assert answer.status_code == 409
    assert "Seat at 2" in answer.content.decode()
    answer = take(host, house, party, "seat", table_ids=house.tables.get(number="2").pk)
    assert answer.status_code == 200
    party.refresh_from_db()
    assert (party.status, numbers(party)) == (Status.SEATED, ["2"])


@pytest.mark.parametrize(
    ("step", "data"),
    [
        ("party", {"actual_party_size": "0"}),
        ("party", {"actual_party_size": "many"}),
        ("party", {}),
        ("eta", {"minutes": "x"}),
        ("extend", {"minutes": "9999"}),
        ("assign", {"table_ids": "1;2"}),
        ("assign", {}),
        ("decline", {"reason": "x" * 301}),
        ("arrive", {"version": "old"}),
    ],
)
def test_bad_input_is_named_and_changes_nothing(
    host: Client, house: Restaurant, step: str, data: dict[str, str]
) -> None:
    party = book(house)
    answer = take(host, house, party, step, **data)
    assert answer.status_code == 422
    assert b'role="alert"' in answer.content
    party.refresh_from_db()
    assert (party.version, party.status) == (1, Status.CONFIRMED)


# --- Who may --------------------------------------------------------------------------------------

WHO = {
    "stranger": 404,
    Role.MARKETING: 403,
    Role.VIEWER: 403,
    Role.HOST: 200,
    Role.MANAGER: 200,
    Role.OWNER: 200,
}


@pytest.mark.parametrize("who", WHO)
def test_only_those_who_edit_the_book_take_steps(house: Restaurant, who: str) -> None:
    party = book(house)
    place = make_restaurant() if who == "stranger" else house
    client = logged_in(place, Role.OWNER if who == "stranger" else who)
    table = house.tables.get(number="2")
    asked = {
        "arrive": take(client, house, party, "arrive"),
        "walk-in": client.post(
            url("walk-in", house), {"table_ids": table.pk, "party_size": 2}, headers=HTMX
        ),
        "clean": client.post(url("table-clean", house, table.pk), headers=HTMX),
    }
    assert {name: answer.status_code for name, answer in asked.items()} == dict.fromkeys(
        asked, WHO[who]
    )


def test_nobody_steps_on_what_belongs_to_another_house(host: Client, house: Restaurant) -> None:
    elsewhere = make_restaurant(tables=(4,))
    party, table = book(elsewhere), elsewhere.tables.get(number="1")
    answers = [take(host, house, party, step).status_code for step in STEPS]
    answers += [
        host.post(url(name, house, table.pk)).status_code
        for name in ("table-block", "table-unblock", "table-clean")
    ]
    answers.append(host.get(url("seats", house, party.pk)).status_code)
    assert set(answers) == {404}
    assert take(host, house, book(house), "fly").status_code == 404


# --- Walk-ins and tables --------------------------------------------------------------------------


def test_a_walk_in_sits_down_and_can_be_taken_back(host: Client, house: Restaurant) -> None:
    table = house.tables.get(number="2")
    data = {"table_ids": table.pk, "table": table.pk, "party_size": 2}
    answer = host.post(url("walk-in", house), data, headers=HTMX)
    assert answer.status_code == 200
    party = house.reservations.get()
    assert (party.status, numbers(party)) == (Status.SEATED, ["2"])
    host.post(told(answer)["undo"], {"version": told(answer)["version"]}, headers=HTMX)
    assert numbers(party) == []


def test_a_walk_in_at_a_table_due_soon_takes_a_second_word(host: Client, house: Restaurant) -> None:
    book(house)
    table = house.tables.get(number="1")
    data = {"table_ids": table.pk, "table": table.pk, "party_size": 2}
    answer = host.post(url("walk-in", house), data, headers=HTMX)
    assert answer.status_code == 409
    assert b"Best free table" in answer.content
    answer = host.post(url("walk-in", house), data | {"table_ids": ""}, headers=HTMX)
    assert answer.status_code == 200
    assert numbers(house.reservations.get(source="walk_in")) != ["1"]


def test_a_table_is_blocked_and_given_back(host: Client, house: Restaurant) -> None:
    table = house.tables.get(number="1")
    answer = host.post(
        url("table-block", house, table.pk), {"minutes": 60, "reason": "Wobbles"}, headers=HTMX
    )
    assert "Wobbles" in answer.content.decode()
    assert told(answer)["text"] == "Table 1 blocked"
    answer = host.post(told(answer)["undo"], headers=HTMX)
    assert b'name="party_size"' in answer.content
    refused = host.post(url("table-block", house, table.pk), {"minutes": 0}, headers=HTMX)
    assert refused.status_code == 422


def test_legal_tables_are_known_before_the_drop(host: Client, house: Restaurant) -> None:
    party, other = book(house), book(house, "2", guest_name="Bram Jansen")
    seats = host.get(url("seats", house, party.pk)).json()
    ids = {table.number: str(table.pk) for table in house.tables.all()}
    assert seats["version"] == party.version
    assert seats["tables"][ids["1"]]["present"] is True
    assert "Bram Jansen" in seats["tables"][ids["2"]]["text"]
    assert seats["tables"][ids["3"]]["legal"] == "best"
    reservation_cancel(reservation_id=other.pk, actor=STAFF, now=EVENING)
    assert host.get(url("seats", house, other.pk)).status_code == 409
