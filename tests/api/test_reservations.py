"""What a guest does: book, look up, read, change, cancel, re-confirm."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.models import Reservation
from guests.models import Guest
from reservehub.core import clock
from reservehub.core.models import IdempotencyRecord
from restaurants.models import BookingPolicy
from tests.api.conftest import (
    DINNER_TIME,
    World,
    assert_problem,
    booking_body,
    pointers,
    rates,
)


def test_a_guest_books_with_the_least_possible(world: World) -> None:
    response = world.anonymous.post("reservations", booking_body(world))
    body = response.json()
    assert response.status_code == 201, body
    assert body["status"] == "confirmed"
    assert body["reference"].startswith("RES-2026-")
    assert body["starts_at"] == "2026-06-05T19:00:00+02:00"
    assert body["local_time"] == "2026-06-05T19:00"
    assert body["tables"][0]["number"] == "1"
    assert body["manage_url"] == f"http://testserver/b/{body['manage_token']}/"
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == f"http://testserver/api/v1/reservations/{body['id']}"
    assert response.headers["Cache-Control"] == "no-store"


def test_a_phone_number_alone_is_enough(world: World) -> None:
    body = booking_body(world, guest_email="", guest_phone="020 123 4567")
    answer = world.anonymous.post("reservations", body)
    assert answer.status_code == 201
    assert answer.json()["guest_phone"] == "+31201234567"


def test_all_wishes_arrive(world: World) -> None:
    body = booking_body(
        world,
        seating_area_preference="main ROOM",
        special_occasion="birthday",
        special_requests="A candle, please ✨",
        dietary_restrictions=["vegan"],
        has_health_consent=True,
        guest_language="ru",
        source="mobile",
    )
    answer = world.anonymous.post("reservations", body).json()
    assert answer["seating_area_preference"] == world.restaurant.areas.get().pk
    assert answer["dietary_restrictions"] == ["vegan"]
    assert (answer["guest_language"], answer["source"]) == ("ru", "mobile")


def test_a_booking_by_a_customer_is_theirs(world: World) -> None:
    made = world.customer.post("reservations", booking_body(world)).json()
    mine = world.customer.get("reservations").json()["results"]
    assert [one["id"] for one in mine] == [made["id"]]
    assert world.stranger.get("reservations").json()["results"] == []
    assert_problem(world.anonymous.get("reservations"), 401, "not_authenticated")


def test_large_parties_wait_for_approval(world: World) -> None:
    BookingPolicy.objects.filter(restaurant=world.restaurant).update(
        confirmation_mode="threshold", instant_up_to=2
    )
    answer = world.anonymous.post("reservations", booking_body(world, party_size=3)).json()
    assert answer["status"] == "pending"
    assert answer["expires_at"] is not None


def test_a_taken_time_answers_with_alternatives(world: World) -> None:
    for size in (2, 4):
        world.book(party_size=size)
    body = assert_problem(
        world.anonymous.post("reservations", booking_body(world)), 409, "slot_unavailable"
    )
    assert body["reasons"] == ["no_table_free"]
    assert len(body["alternatives"]) == 3
    other = body["alternatives"][0]
    again = booking_body(world, date=other["date"], time=other["time"])
    assert world.anonymous.post("reservations", again).status_code == 201


def test_a_blocked_guest_is_not_accused(world: World) -> None:
    world.anonymous.post("reservations", booking_body(world))
    Guest.objects.update(is_blocked=True, block_reason="Fought")
    again = booking_body(world, date="2026-06-12")
    body = assert_problem(world.anonymous.post("reservations", again), 409, "slot_unavailable")
    assert "Fought" not in str(body)


def test_the_same_guest_cannot_sit_twice(world: World) -> None:
    world.anonymous.post("reservations", booking_body(world))
    again = world.anonymous.post("reservations", booking_body(world, time="19:30"))
    assert_problem(again, 409, "same_guest_overlap")


@pytest.mark.parametrize(
    ("changes", "at_fault"),
    [
        ({"party_size": 0}, "/party_size"),
        ({"party_size": 10**30}, "/party_size"),
        ({"party_size": True}, "/party_size"),
        ({"party_size": "two"}, "/party_size"),
        ({"date": "yesterday"}, "/date"),
        ({"date": "9999-12-31"}, "/date"),
        ({"date": 20260605}, "/date"),
        ({"time": "7 pm"}, "/time"),
        ({"time": "19:00+02:00"}, "/time"),
        ({"fold": 2}, "/fold"),
        ({"guest_name": "Anna\x00"}, "/guest_name"),
        ({"guest_name": " "}, "/guest_name"),
        ({"guest_name": "x" * 151}, "/guest_name"),
        ({"guest_email": "nobody"}, "/guest_email"),
        ({"guest_email": "", "guest_phone": ""}, "/guest_phone"),
        ({"guest_phone": "12"}, "/guest_phone"),
        ({"guest_language": "klingonese"}, "/guest_language"),
        ({"special_requests": "\x00"}, "/special_requests"),
        ({"special_requests": "x" * 1001}, "/special_requests"),
        ({"special_occasion": "divorce"}, "/special_occasion"),
        ({"dietary_restrictions": ["nuts"]}, "/has_health_consent"),
        ({"dietary_restrictions": ["x" * 41]}, "/dietary_restrictions/0"),
        ({"dietary_restrictions": "nuts"}, "/dietary_restrictions"),
        ({"seating_area_preference": "Roof"}, "/seating_area_preference"),
        ({"seating_area_preference": 2**63}, "/seating_area_preference"),
        ({"seating_area_preference": []}, "/seating_area_preference"),
        ({"restaurant": None}, "/restaurant"),
        ({"restaurant": "a b"}, "/restaurant"),
        ({"restaurant": 10**40}, "/restaurant"),
        ({"source": "google"}, "/source"),
        ({"source": "walk_in"}, "/source"),
        ({"party_sise": 2}, "/party_sise"),
        ({"table_ids": [1]}, "/table_ids"),
    ],
)
def test_bad_input_is_pointed_at(world: World, changes: dict[str, Any], at_fault: str) -> None:
    response = world.anonymous.post("reservations", booking_body(world, **changes))
    assert at_fault in pointers(assert_problem(response, 422, "validation_failed"))
    assert not Reservation.objects.exists()


def test_an_area_of_another_restaurant_does_not_exist(world: World) -> None:
    foreign = world.next_door.areas.get().pk
    body = booking_body(world, seating_area_preference=foreign)
    assert_problem(world.anonymous.post("reservations", body), 422, "validation_failed")


def test_a_restaurant_that_is_not_public_cannot_be_booked(world: World) -> None:
    type(world.restaurant).objects.update(is_public=False)
    assert_problem(world.anonymous.post("reservations", booking_body(world)), 404, "not_found")


# --- Reading ------------------------------------------------------------------------------------


def test_the_manage_token_opens_its_reservation_only(world: World) -> None:
    first, second = world.book(), world.book(time=DINNER_TIME.time().replace(hour=21))
    token = world.token(first)
    response = world.anonymous.get(f"reservations/{first.pk}", X_Manage_Token=token)
    assert response.json()["reference"] == first.reference
    assert response.headers["Cache-Control"] == "no-store"
    assert "internal_notes" not in response.json()
    assert world.anonymous.get(f"reservations/{first.pk}?token={token}").status_code == 200
    assert_problem(
        world.anonymous.get(f"reservations/{second.pk}", X_Manage_Token=token), 404, "not_found"
    )
    assert_problem(
        world.owner.get(f"reservations/{first.pk}", X_Manage_Token="wrong"), 404, "not_found"
    )


def test_the_customer_and_staff_read_it_strangers_do_not(world: World) -> None:
    path = f"reservations/{world.book().pk}"
    assert "internal_notes" not in world.customer.get(path).json()
    assert "internal_notes" in world.host.get(path).json()
    assert "internal_notes" in world.admin.get(path).json()
    assert_problem(world.anonymous.get(path), 401, "not_authenticated")
    assert_problem(world.stranger.get(path), 404, "not_found")
    assert_problem(world.other_owner.get(path), 404, "not_found")
    assert_problem(world.marketing.get(path), 403, "permission_refused")


def test_contact_and_health_data_are_hidden_from_who_may_not_see_them(world: World) -> None:
    made = world.book(dietary_restrictions=("nuts",), has_health_consent=True)
    shown = world.viewer.get(f"reservations/{made.pk}").json()
    for name in (
        *("guest_email", "guest_phone", "special_requests", "dietary_restrictions"),
        "internal_notes",
    ):
        assert shown[name] is None
    assert shown["guest_name"] == made.guest_name
    assert world.host.get(f"reservations/{made.pk}").json()["guest_email"] == made.guest_email


def test_lookup_needs_reference_and_email(world: World) -> None:
    made = world.book(guest_email="maria@example.com")
    found = world.anonymous.post(
        "reservations/lookup", {"reference": made.reference, "email": "Maria@Example.com"}
    )
    assert found.status_code == 200
    assert found.json()["manage_token"] == world.token(made)
    assert found.headers["Cache-Control"] == "no-store"
    for reference, email in (
        (made.reference, "other@example.com"),
        ("RES-2026-999999", "maria@example.com"),
    ):
        wrong = world.anonymous.post(
            "reservations/lookup", {"reference": reference, "email": email}
        )
        assert_problem(wrong, 404, "not_found")


def test_guessing_references_is_slow(world: World) -> None:
    with rates({"lookup": "1/d"}):
        guess = {"reference": "RES-2026-000001", "email": "a@example.com"}
        assert_problem(world.anonymous.post("reservations/lookup", guess), 404)
        refused = world.anonymous.post("reservations/lookup", guess)
    assert_problem(refused, 429, "rate_limited")
    assert "Retry-After" in refused.headers


# --- Changing -----------------------------------------------------------------------------------


def test_a_guest_changes_time_and_party(world: World) -> None:
    made = world.book()
    response = world.anonymous.put(
        f"reservations/{made.pk}/modify",
        {"time": "20:00", "party_size": 4},
        X_Manage_Token=world.token(made),
        If_Match='"1"',
    )
    body = response.json()
    assert response.status_code == 200, body
    assert (body["time"], body["party_size"], body["version"]) == ("20:00", 4, 2)
    assert body["tables"][0]["number"] == "2"
    assert response.headers["ETag"] == '"2"'


def test_a_stale_change_is_refused(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}/modify"
    world.customer.put(path, {"party_size": 1})
    stale = world.customer.put(path, {"party_size": 2}, If_Match='"1"')
    assert_problem(stale, 412, "precondition_failed")
    in_body = world.customer.put(path, {"party_size": 2, "version": 1})
    assert_problem(in_body, 409, "version_conflict")
    assert world.customer.put(path, {"party_size": 2}, If_Match='"2"').status_code == 200


def test_a_failed_change_changes_nothing(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}/modify"
    body = assert_problem(world.customer.put(path, {"party_size": 9}), 409, "slot_unavailable")
    assert "alternatives" in body
    after = world.customer.get(f"reservations/{made.pk}").json()
    assert (after["version"], after["party_size"]) == (1, 2)


def test_guests_cannot_write_what_is_for_staff(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}/modify"
    world.customer.put(path, {"internal_notes": "VIP!!", "overrides": ["pacing"]})
    made.refresh_from_db()
    assert made.internal_notes == ""
    world.host.put(path, {"internal_notes": "Regular"})
    made.refresh_from_db()
    assert made.internal_notes == "Regular"


def test_after_the_deadline_the_phone_number_helps(world: World) -> None:
    made = world.book()
    with clock.freeze(DINNER_TIME - timedelta(minutes=30)):
        late = world.customer.put(f"reservations/{made.pk}/modify", {"party_size": 1})
        body = assert_problem(late, 409, "deadline_passed")
        assert body["phone"] == "+31201234567"
        by_staff = world.host.put(f"reservations/{made.pk}/modify", {"party_size": 1})
        assert by_staff.status_code == 200


def test_a_guest_cancels_with_a_reason(world: World) -> None:
    made = world.book()
    path = f"reservations/{made.pk}/cancel?reason=Ill"
    response = world.anonymous.delete(path, X_Manage_Token=world.token(made))
    assert response.json()["status"] == "cancelled_by_guest"
    made.refresh_from_db()
    assert made.cancellation_reason == "Ill"
    slot = f"{world.path}/availability?date=2026-06-05&party_size=2&time=19:00"
    assert world.anonymous.get(slot).json()["requested"]["tables_left"] == 2


def test_staff_cancel_with_a_body(world: World) -> None:
    made = world.book()
    answer = world.host.delete(f"reservations/{made.pk}/cancel", {"reason": "Burst pipe"})
    assert answer.json()["status"] == "cancelled_by_restaurant"
    assert answer.json()["cancellation_reason"] == "Burst pipe"


def test_a_viewer_changes_nothing(world: World) -> None:
    made = world.book()
    for response in (
        world.viewer.put(f"reservations/{made.pk}/modify", {"party_size": 1}),
        world.viewer.delete(f"reservations/{made.pk}/cancel"),
        world.viewer.post(f"reservations/{made.pk}/confirm"),
    ):
        assert_problem(response, 403, "permission_refused")


def test_a_guest_confirms_again_and_staff_approve(world: World) -> None:
    made = world.book()
    again = world.anonymous.post(
        f"reservations/{made.pk}/confirm", X_Manage_Token=world.token(made)
    )
    assert again.json()["reconfirmed_at"] is not None
    BookingPolicy.objects.update(confirmation_mode="approval")
    asked = world.book(guest_email="other@example.com", party_size=4)
    assert world.host.post(f"reservations/{asked.pk}/confirm").json()["status"] == "confirmed"
    guest = world.anonymous.post(
        f"reservations/{asked.pk}/confirm", X_Manage_Token=world.token(asked)
    )
    assert guest.status_code == 200


def test_no_stored_answer_holds_a_token(world: World) -> None:
    answer = world.anonymous.post("reservations", booking_body(world), Idempotency_Key="one")
    token = answer.json()["manage_token"]
    stored = IdempotencyRecord.objects.get()
    assert token not in stored.body
    replay = world.anonymous.post("reservations", booking_body(world), Idempotency_Key="one")
    assert replay.json() == answer.json()
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert replay.headers["ETag"] == answer.headers["ETag"]
    assert Reservation.objects.count() == 1
