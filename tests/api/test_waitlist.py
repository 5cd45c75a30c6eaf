"""The waitlist through the API: join, look, answer, leave; see it, offer and take off as staff."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation, Source
from bookings.services import reservation_cancel
from reservehub.core import clock
from reservehub.core.testing import run_deliveries
from tests.api.conftest import Api, World, assert_problem, booking_body, pointers
from tests.factories import NOW, STAFF
from tests.waitlist.evenings import cancel, fill, join, offered, settle
from waitlist.models import EntryStatus, WaitlistEntry, WaitlistOffer, WaitlistSettings
from waitlist.selectors import entry_token_of


def wish(world: World, **fields: Any) -> dict[str, Any]:
    """Two for Friday 19:00."""
    return {
        "restaurant": world.restaurant.slug,
        "date": "2026-06-05",
        "from_time": "19:00",
        "party_size": 2,
        "guest_name": "Bo Jansen",
        "guest_email": "bo@example.com",
        **fields,
    }


def joined(world: World, caller: Api | None = None, **fields: Any) -> dict[str, Any]:
    answer = (caller or world.anonymous).post("waitlist", wish(world, **fields))
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def holder(entry: WaitlistEntry | dict[str, Any]) -> dict[str, str]:
    """The header of the guest's token."""
    token = entry["token"] if isinstance(entry, dict) else entry_token_of(entry)
    return {"X_Manage_Token": token}


def test_from_a_full_evening_to_a_booking(world: World) -> None:
    booked = fill(world.restaurant)
    entry = joined(world, until_time="20:00")
    assert (entry["status"], entry["position"], entry["offer"]) == ("waiting", 1, None)
    path = f"waitlist/{entry['id']}"
    assert "token" not in world.anonymous.get(path, **holder(entry)).json()

    cancel(booked[0])
    read = world.anonymous.get(path, **holder(entry))
    assert read.json()["status"] == "offered"
    assert read.json()["offer"]["time"] == "19:00"
    accepted = world.anonymous.post(f"{path}/accept", {}, **holder(entry))

    assert accepted.status_code == 201, accepted.content
    made = Reservation.objects.get(pk=accepted.json()["id"])
    assert (made.source, made.status) == (Source.WAITLIST, "confirmed")
    managed = world.anonymous.get(
        f"reservations/{made.pk}", X_Manage_Token=accepted.json()["manage_token"]
    )
    assert managed.status_code == 200
    again = world.anonymous.post(f"{path}/accept", {}, **holder(entry))
    assert again.json()["id"] == made.pk, "twice is one booking"


def test_where_a_table_is_free_it_is_named_instead(world: World) -> None:
    body = assert_problem(world.anonymous.post("waitlist", wish(world)), 409, "table_free")
    assert body["alternatives"][0]["time"] == "19:00"


def test_what_is_wrong_is_pointed_at(world: World) -> None:
    fill(world.restaurant)
    wrong = wish(world, flexibility_minutes=999, party_size=0)
    answer = assert_problem(world.anonymous.post("waitlist", wrong), 422)
    assert pointers(answer) == {"/flexibility_minutes", "/party_size"}
    answer = assert_problem(world.anonymous.post("waitlist", wish(world, surprise=1)), 422)
    assert pointers(answer) == {"/surprise"}
    assert_problem(world.anonymous.post("waitlist", wish(world, restaurant="nowhere")), 404)
    other = world.next_door.areas.get().pk
    strange = assert_problem(world.anonymous.post("waitlist", wish(world, areas=[other])), 422)
    assert any(pointer.startswith("/areas") for pointer in pointers(strange)), strange


def test_a_closed_waitlist_a_second_entry_and_a_booking_that_night_are_refused(
    world: World,
) -> None:
    fill(world.restaurant)
    joined(world)
    assert_problem(world.anonymous.post("waitlist", wish(world)), 409, "already_waiting")
    own = booking_body(world, time="21:00", guest_email="cy@example.com")
    assert world.anonymous.post("reservations", own).status_code == 201
    answer = world.anonymous.post("waitlist", wish(world, guest_email="cy@example.com"))
    assert_problem(answer, 409, "same_guest_overlap")
    WaitlistSettings.objects.create(restaurant=world.restaurant, is_enabled=False)
    answer = world.anonymous.post("waitlist", wish(world, guest_email="di@example.com"))
    assert_problem(answer, 409, "waitlist_closed")


def test_one_key_joins_once_and_still_tells_the_token(world: World) -> None:
    fill(world.restaurant)
    first = world.anonymous.post("waitlist", wish(world), Idempotency_Key="k")
    second = world.anonymous.post("waitlist", wish(world), Idempotency_Key="k")
    assert first.json() == second.json()
    assert second.headers["Idempotent-Replayed"] == "true"
    assert WaitlistEntry.objects.count() == 1


def test_declining_keeps_the_guest_waiting_and_asks_the_next(world: World) -> None:
    first = offered(world.restaurant)
    second = join(world.restaurant, from_time=time(21, 30))
    answer = world.anonymous.post(f"waitlist/{first.pk}/decline", {}, **holder(first))
    assert (answer.status_code, answer.json()["status"]) == (200, "waiting")
    second.refresh_from_db()
    assert second.status == EntryStatus.OFFERED


def test_an_answer_that_comes_too_late_is_told_so(world: World) -> None:
    entry = offered(world.restaurant)
    offer = WaitlistOffer.objects.get()
    with clock.freeze(offer.expires_at):
        read = world.anonymous.get(f"waitlist/{entry.pk}", **holder(entry)).json()
        assert read["offer"] is None, "over by the clock, before any worker has seen it"
        for answer in ("accept", "decline"):
            late = world.anonymous.post(f"waitlist/{entry.pk}/{answer}", {}, **holder(entry))
            assert_problem(late, 410, "offer_gone")
    other = offered(world.restaurant, time(18))
    strange = world.anonymous.post(
        f"waitlist/{other.pk}/accept", {"offer": offer.pk}, **holder(other)
    )
    assert_problem(strange, 404)


def test_leaving_needs_the_version_that_was_seen_and_twice_is_no_error(world: World) -> None:
    entry = offered(world.restaurant)
    path = f"waitlist/{entry.pk}"
    stale = world.anonymous.delete(path, If_Match='"1"', **holder(entry))
    assert stale.status_code == 412
    for _ in range(2):
        left = world.anonymous.delete(path, **holder(entry))
        assert (left.status_code, left.json()["status"]) == (200, "left")


def test_a_changed_wish_keeps_the_rest_and_the_place(world: World) -> None:
    fill(world.restaurant)
    entry, later = join(world.restaurant, party_size=1), join(world.restaurant)
    path = f"waitlist/{entry.pk}"
    changed = world.anonymous.patch(path, {"until_time": "19:30", "version": 1}, **holder(entry))
    assert changed.status_code == 200, changed.content
    body = changed.json()
    assert (body["from_time"], body["until_time"], body["party_size"]) == ("19:00", "19:30", 1)
    assert (body["position"], body["version"]) == (1, 2)
    stale = world.anonymous.patch(path, {"party_size": 2}, If_Match='"1"', **holder(entry))
    assert stale.status_code == 412
    conflict = world.anonymous.patch(path, {"party_size": 2, "version": 1}, **holder(entry))
    assert_problem(conflict, 409, "version_conflict")
    free = world.anonymous.patch(path, {"date": "2026-06-06"}, **holder(entry))
    assert_problem(free, 409, "table_free")
    assert world.viewer.patch(path, {"party_size": 2}).status_code == 403
    assert world.stranger.patch(path, {"party_size": 2}).status_code == 404
    assert later.pk == world.host.patch(f"waitlist/{later.pk}", {"party_size": 1}).json()["id"]


def test_a_paused_entry_is_woken(world: World) -> None:
    fill(world.restaurant)
    entry = join(world.restaurant)
    WaitlistEntry.objects.update(status=EntryStatus.PAUSED, ignored_offers=2)
    path = f"waitlist/{entry.pk}/resume"
    assert world.anonymous.post(path, {}).status_code == 401
    assert world.viewer.post(path, {}).status_code == 403
    for _ in range(2):
        woken = world.anonymous.post(path, {}, **holder(entry))
        assert (woken.status_code, woken.json()["status"]) == (200, "waiting")


def test_a_token_opens_its_own_entry_only_and_strangers_learn_nothing(world: World) -> None:
    entry = offered(world.restaurant)
    other = join(world.restaurant, from_time=time(21, 30))
    path = f"waitlist/{entry.pk}"
    assert world.anonymous.get(path).status_code == 401
    for guess in (entry_token_of(other), "guess"):
        assert world.anonymous.get(path, X_Manage_Token=guess).status_code == 404
    assert world.stranger.get(path).status_code == 404
    assert world.other_owner.get(path).status_code == 404
    assert world.marketing.get(path).status_code == 403
    assert world.viewer.get(path).status_code == 200
    assert world.viewer.delete(path).status_code == 403
    for verb in ("notify", "accept", "decline"):
        assert world.viewer.post(f"{path}/{verb}", {}).status_code == 403
        assert world.stranger.post(f"{path}/{verb}", {}).status_code == 404


def test_a_stored_answer_gives_the_booking_to_nobody_else(world: World) -> None:
    entry = offered(world.restaurant)
    path = f"waitlist/{entry.pk}/accept"
    mine = world.anonymous.post(path, {}, Idempotency_Key="k", **holder(entry))
    assert mine.status_code == 201
    assert world.anonymous.post(path, {}, Idempotency_Key="k").status_code == 401


def test_a_customer_has_their_own_entry_without_a_token(world: World) -> None:
    fill(world.restaurant)
    entry = joined(world, world.customer)
    assert world.customer.get(f"waitlist/{entry['id']}").json()["position"] == 1
    assert world.customer.delete(f"waitlist/{entry['id']}").json()["status"] == "left"


def test_contacts_are_for_roles_that_may_see_them(world: World) -> None:
    entry = offered(world.restaurant, dietary_restrictions=("vegan",), has_health_consent=True)
    for caller, email in ((world.host, entry.guest_email), (world.viewer, None)):
        read = caller.get(f"waitlist/{entry.pk}").json()
        (row,) = caller.get(f"{world.path}/waitlist").json()["results"]
        for body in (read, row):
            assert body["guest_email"] == email
            assert (body["dietary_restrictions"] is None) == (email is None)
            assert body["offer"]["time"] == "21:30"
            assert "token" not in body


def test_staff_see_who_waits_by_date_and_status(world: World) -> None:
    fill(world.restaurant)
    first, second = join(world.restaurant), join(world.restaurant)
    world.host.delete(f"waitlist/{second.pk}", {"reason": "asked by phone"})
    path = f"{world.path}/waitlist"

    def ids(query: str) -> list[int]:
        return [row["id"] for row in world.host.get(path + query).json()["results"]]

    assert ids("") == ids("?date=2026-06-05") == [first.pk, second.pk]
    assert ids("?status=waiting,offered") == [first.pk]
    assert ids("?status=removed") == [second.pk]
    assert ids("?date=2026-06-06") == []
    assert world.host.get(f"{path}?status=unknown").status_code == 422
    assert world.other_owner.get(path).status_code == 404
    assert world.marketing.get(path).status_code == 403


def test_the_list_asks_as_much_for_many_as_for_one(world: World) -> None:
    fill(world.restaurant)
    path = f"{world.path}/waitlist?date=2026-06-05"

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert world.host.get(path).status_code == 200
        return len(queries)

    join(world.restaurant)
    one = count()
    for _ in range(4):
        join(world.restaurant)
    assert count() == one


def test_staff_offer_what_is_free_to_whom_they_choose(world: World) -> None:
    booked = fill(world.restaurant)
    _first, second = join(world.restaurant), join(world.restaurant)
    path = f"waitlist/{second.pk}/notify"
    nothing = assert_problem(world.host.post(path, {}), 409, "nothing_to_offer")
    assert nothing["reasons"]
    reservation_cancel(reservation_id=booked[0].pk, actor=STAFF, now=NOW)
    answer = world.host.post(path, {})
    assert (answer.status_code, answer.json()["status"]) == (200, "offered")
    same = world.host.post(path, {})
    assert same.json()["offer"] == answer.json()["offer"]
    world.host.delete(f"waitlist/{second.pk}")
    assert_problem(world.host.post(path, {}), 409, "entry_over")


def test_of_all_who_were_told_at_once_the_second_hears_that_another_was_faster(
    world: World,
) -> None:
    WaitlistSettings.objects.create(restaurant=world.restaurant, is_broadcast=True)
    booked = fill(world.restaurant)
    entries = [join(world.restaurant) for _ in range(2)]
    cancel(booked[0])
    answers = [
        world.anonymous.post(f"waitlist/{entry.pk}/accept", {}, **holder(entry))
        for entry in entries
    ]
    assert answers[0].status_code == 201
    assert_problem(answers[1], 410, "faster_guest")
    run_deliveries(now=NOW)
    settle(NOW + timedelta(minutes=1))
