"""What staff do: the book, phone bookings, the steps of a visit, tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.models import Reservation
from reservehub.core import clock
from restaurants.models import BookingPolicy, ServicePeriod
from tests.api.conftest import DINNER_TIME, World, assert_problem, booking_body, pointers
from tests.factories import make_table


def _phone(world: World, **fields: Any) -> dict[str, Any]:
    body = booking_body(world, guest_phone="+31612345678", **fields)
    del body["restaurant"]
    return body


def test_the_book_of_an_evening(world: World) -> None:
    made = world.book()
    world.book(date=made.service_date + timedelta(days=1), party_size=4)
    page = world.host.get(f"{world.path}/reservations?date=2026-06-05").json()
    assert [one["id"] for one in page["results"]] == [made.pk]
    assert page["results"][0]["guest_email"] == made.guest_email
    assert page["next"] is None


def test_the_book_can_be_narrowed(world: World) -> None:
    made = world.book()
    area = world.restaurant.areas.get()
    for query, count in (
        ("status=confirmed,pending", 1),
        ("status=cancelled_by_guest", 0),
        (f"area={area.pk}", 1),
        ("area=1", 1 if area.pk == 1 else 0),
    ):
        page = world.host.get(f"{world.path}/reservations?{query}").json()
        assert len(page["results"]) == count, query
    assert made.pk
    for query, pointer in (("status=happy", "/status"), ("date=x", "/date"), ("x=1", "/x")):
        refused = world.host.get(f"{world.path}/reservations?{query}")
        assert pointers(assert_problem(refused, 422)) == {pointer}


def test_the_book_comes_in_pages(
    world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(5):
        world.book(date=DINNER_TIME.date() + timedelta(days=day))
    with django_assert_max_num_queries(8):
        first = world.host.get(f"{world.path}/reservations?limit=3")
    assert len(first.json()["results"]) == 3
    assert first.headers["Link"] == f'<{first.json()["next"]}>; rel="next"'
    following = first.json()["next"].removeprefix("http://testserver/api/v1/")
    second = world.host.get(following).json()
    assert len(second["results"]) == 2
    assert second["previous"]
    assert_problem(world.host.get(f"{world.path}/reservations?cursor=rubbish"), 422)


def test_a_viewer_sees_the_book_without_contacts(world: World) -> None:
    world.book()
    (row,) = world.viewer.get(f"{world.path}/reservations").json()["results"]
    assert (row["guest_email"], row["guest_phone"]) == (None, None)


def test_a_phone_booking_takes_the_chosen_table(world: World) -> None:
    table = world.restaurant.tables.get(number="2")
    body = _phone(world, table_ids=[table.pk], internal_notes="Regular")
    response = world.host.post(f"{world.path}/reservations", body)
    made = response.json()
    assert response.status_code == 201, made
    assert (made["source"], made["internal_notes"]) == ("phone", "Regular")
    assert [one["number"] for one in made["tables"]] == ["2"]
    assert made["is_table_locked"] is True
    assert "manage_token" not in made


def test_notice_does_not_bind_staff(world: World) -> None:
    with clock.freeze(DINNER_TIME - timedelta(minutes=5)):
        assert_problem(world.anonymous.post("reservations", booking_body(world)), 409)
        assert world.host.post(f"{world.path}/reservations", _phone(world)).status_code == 201


def test_pacing_is_exceeded_only_knowingly(world: World) -> None:
    ServicePeriod.objects.filter(restaurant=world.restaurant).update(max_arriving_covers=2)
    world.book()
    path = f"{world.path}/reservations"
    refused = assert_problem(world.host.post(path, _phone(world)), 409, "slot_unavailable")
    assert refused["reasons"] == ["pacing_arriving_covers"]
    assert world.host.post(path, _phone(world, overrides=["pacing"])).status_code == 201


def test_a_walk_in_leaves_no_contact(world: World) -> None:
    with clock.freeze(DINNER_TIME):
        body = {
            "source": "walk_in",
            "party_size": 2,
            "date": "2026-06-05",
            "time": "19:00",
            "guest_name": "Walk-in",
        }
        made = world.host.post(f"{world.path}/reservations", body)
    assert made.status_code == 201, made.json()
    assert made.json()["source"] == "walk_in"


def test_a_walk_in_now_needs_only_a_number(world: World) -> None:
    with clock.freeze(DINNER_TIME + timedelta(minutes=7)):
        made = world.host.post(f"{world.path}/reservations", {"source": "walk_in", "party_size": 2})
        body = made.json()
        assert made.status_code == 201, body
        assert (body["date"], body["time"]) == ("2026-06-05", "19:10")
        assert body["guest_name"] == "Walk-in"
        assert world.host.post(f"reservations/{body['id']}/seat").json()["status"] == "seated"


def test_viewers_and_strangers_book_nothing(world: World) -> None:
    path = f"{world.path}/reservations"
    assert_problem(world.viewer.post(path, _phone(world)), 403, "permission_refused")
    assert_problem(world.stranger.post(path, _phone(world)), 404, "not_found")
    assert_problem(world.anonymous.post(path, _phone(world)), 401, "not_authenticated")
    assert not Reservation.objects.exists()


def test_a_visit_from_the_door_to_the_bill(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}"
    with clock.freeze(DINNER_TIME + timedelta(minutes=5)):
        arrived = world.host.post(f"{path}/check-in", {"actual_party_size": 1})
        assert arrived.json()["status"] == "arrived"
        assert arrived.headers["ETag"] == '"2"'
        seated = world.host.post(f"{path}/seat", If_Match='"2"').json()
        assert (seated["status"], seated["actual_party_size"]) == ("seated", 1)
        assert world.host.post(f"{path}/undo").json()["status"] == "arrived"
        world.host.post(f"{path}/seat")
    with clock.freeze(DINNER_TIME + timedelta(hours=1)):
        done = world.host.post(f"{path}/complete").json()
    assert done["status"] == "completed"
    assert done["completed_at"] == "2026-06-05T20:00:00+02:00"


def test_a_no_show_only_after_the_start(world: World) -> None:
    path = f"reservations/{world.book().pk}/no-show"
    assert_problem(world.host.post(path), 409, "transition_refused")
    with clock.freeze(DINNER_TIME + timedelta(minutes=20)):
        assert world.host.post(path).json()["status"] == "no_show"


def test_requests_are_answered(world: World) -> None:
    BookingPolicy.objects.update(confirmation_mode="approval")
    yes, no = world.book(), world.book(party_size=4)
    assert world.host.post(f"reservations/{yes.pk}/approve").json()["status"] == "confirmed"
    declined = world.host.post(f"reservations/{no.pk}/decline", {"reason": "Private party"})
    assert declined.json()["status"] == "declined"
    twice = world.host.post(f"reservations/{no.pk}/approve")
    assert_problem(twice, 409, "transition_refused")


def test_a_stale_step_is_refused(world: World) -> None:
    path = f"reservations/{world.book().pk}/check-in"
    assert_problem(world.host.post(path, If_Match='"7"'), 412, "precondition_failed")
    assert_problem(world.host.post(path, {"version": 7}), 409, "version_conflict")


def test_tables_are_assigned_by_hand(world: World) -> None:
    made = world.book()
    other = world.restaurant.tables.get(number="2")
    path = f"reservations/{made.pk}/assign-tables"
    moved = world.host.put(path, {"table_ids": [other.pk]})
    assert moved.status_code == 200, moved.json()
    assert [one["id"] for one in moved.json()["tables"]] == [other.pk]
    world.book(table_ids=())
    taken = world.restaurant.tables.get(number="1")
    assert_problem(world.host.put(path, {"table_ids": [taken.pk]}), 409, "table_taken")
    foreign = world.next_door.tables.first()
    assert foreign is not None
    assert_problem(world.host.put(path, {"table_ids": [foreign.pk]}), 422, "validation_failed")


def test_an_unsuitable_table_needs_an_override(world: World) -> None:
    made = world.book(party_size=4)
    small = make_table(world.restaurant, number="9", seats=2)
    path = f"reservations/{made.pk}/assign-tables"
    body = assert_problem(world.host.put(path, {"table_ids": [small.pk]}), 409, "table_unsuitable")
    assert body["reasons"] == ["table_too_small"]
    squeezed = world.host.put(path, {"table_ids": [small.pk], "overrides": ["capacity"]})
    assert squeezed.status_code == 200


def test_a_service_is_optimised_on_demand(world: World) -> None:
    made = world.book(party_size=2)
    large = world.restaurant.tables.get(number="2")
    world.host.put(
        f"reservations/{made.pk}/assign-tables", {"table_ids": [large.pk], "lock": False}
    )
    path = f"{world.path}/optimise"
    proposed = world.host.post(path, {"date": "2026-06-05"}).json()
    assert proposed["applied"] is False
    (move,) = proposed["moves"]
    assert move["reference"] == made.reference
    assert move["from_tables"] == [large.pk]
    assert world.host.get(f"reservations/{made.pk}").json()["tables"][0]["id"] == large.pk
    assert world.host.post(path, {"date": "2026-06-05", "apply": True}).json()["applied"] is True
    assert world.host.get(f"reservations/{made.pk}").json()["tables"][0]["number"] == "1"


@pytest.mark.parametrize(
    "step", ["approve", "decline", "check-in", "seat", "complete", "no-show", "undo"]
)
def test_strangers_take_no_step(world: World, step: str) -> None:
    path = f"reservations/{world.book().pk}/{step}"
    assert_problem(world.other_owner.post(path), 404, "not_found")
    assert_problem(world.customer.post(path), 404, "not_found")
    assert_problem(world.viewer.post(path), 403, "permission_refused")
    assert_problem(world.marketing.post(path), 403, "permission_refused")
    assert_problem(world.anonymous.post(path), 401, "not_authenticated")
    assert_problem(world.host.post(f"reservations/{10**18}/{step}"), 404, "not_found")
    assert_problem(world.host.post(f"reservations/{10**30}/{step}"), 404, "not_found")


def test_opening_hours_follow_special_days(world: World) -> None:
    world.restaurant.special_days.create(
        name="Staff party", date_from="2026-06-03", date_to="2026-06-03", note="Back tomorrow"
    )
    body = world.anonymous.get(f"{world.path}/opening-hours?from=2026-06-02&to=2026-06-03").json()
    tuesday, wednesday = body["days"]
    assert tuesday["periods"] == [
        {
            "name": "Dinner",
            "opens_at": "2026-06-02T18:00:00+02:00",
            "last_seating_at": "2026-06-02T22:00:00+02:00",
            "closes_at": "2026-06-03T00:00:00+02:00",
            "first_seating": "18:00",
            "last_seating": "22:00",
            "closes": "00:00",
        }
    ]
    assert wednesday["is_open"] is False
    assert (wednesday["name"], wednesday["note"]) == ("Staff party", "Back tomorrow")
    assert len(world.anonymous.get(f"{world.path}/opening-hours").json()["days"]) == 7
    too_long = world.anonymous.get(f"{world.path}/opening-hours?from=2026-06-01&to=2026-12-31")
    assert_problem(too_long, 422)
    assert_problem(
        world.anonymous.get(f"{world.path}/opening-hours?from=2026-06-02&to=2026-06-01"), 422
    )
