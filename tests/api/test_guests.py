"""The guest book through the API: find, read, write, tag, merge; who may what."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.models import Guest, GuestMerge, GuestNote, GuestTag, MergeCandidate, Segment, Tag
from guests.services import note_add
from reservehub.core.models import AuditEntry
from tests.api.conftest import World, assert_problem, pointers
from tests.factories import NOW, STAFF
from tests.guests.people import make_guest


def person(world: World, **fields: Any) -> Guest:
    return make_guest(world.restaurant.organisation, **fields)


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


def tag(world: World, name: str = "Regular") -> Tag:
    return Tag.objects.create(organisation=world.restaurant.organisation, name=name, created_at=NOW)


def test_guests_are_found_page_by_page(world: World) -> None:
    for name in ("Anna Bakker", "Boris Bakker", "Carla Bakker", "Dirk Smit"):
        person(world, name=name, visits=1)
    make_guest(world.next_door.organisation, name="Stranger Bakker")
    path = f"{world.path}/guests"

    assert names(world.host.get(path))[0] == "Anna Bakker"
    first = world.host.get(f"{path}?q=bakker&limit=2")
    assert names(first) == ["Anna Bakker", "Boris Bakker"]
    following = first.json()["next"].split("/api/v1/")[1]
    assert names(world.host.get(following)) == ["Carla Bakker"]
    close = world.host.get(f"{path}?q=bakkre").json()["results"]
    assert close
    assert all(row["is_close"] for row in close)
    bad = assert_problem(world.host.get(f"{path}?vip=yes&colour=red"), 422)
    assert pointers(bad) == {"/vip", "/colour"}


def test_narrowing_by_tag_vip_and_block(world: World) -> None:
    guest = person(world, name="Anna", is_vip=True, is_blocked=True)
    person(world, name="Boris")
    label = tag(world)
    GuestTag.objects.create(guest=guest, tag=label, created_at=NOW)

    for asked in (f"tag={label.pk}", "vip=true", "blocked=true"):
        assert names(world.host.get(f"{world.path}/guests?{asked}")) == ["Anna"]


def test_a_list_takes_as_many_queries_for_many(world: World) -> None:
    counts = []
    for number in (1, 6):
        for _ in range(number):
            GuestTag.objects.create(
                guest=person(world, visits=2), tag=tag(world, f"{number} {_}"), created_at=NOW
            )
        with CaptureQueriesContext(connection) as queries:
            world.host.get(f"{world.path}/guests")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_profile_shows_each_role_what_it_may_see(world: World) -> None:
    guest = person(
        world,
        name="Anna",
        phone="+31612345678",
        dietary_needs=["vegan"],
        preferences="Corner",
        visits=3,
    )
    path = f"guests/{guest.pk}"

    host = world.host.get(path).json()
    assert (host["phone"], host["dietary_needs"]) == ("+31612345678", ["vegan"])
    assert host["figures"]["visits"] == 3
    marketing = world.marketing.get(path).json()
    assert (marketing["email"], marketing["dietary_needs"]) == (guest.email, None)
    viewer = world.viewer.get(path).json()
    assert [viewer[name] for name in ("phone", "email", "preferences", "dietary_needs")] == (
        [None] * 4
    )
    viewed = AuditEntry.objects.filter(action="guests.guest.viewed", object_id=str(guest.pk))
    assert viewed.count() == 3
    for caller in (world.stranger, world.other_owner, world.customer):
        assert_problem(caller.get(path), 404)
    assert_problem(world.anonymous.get(path), 401)
    assert_problem(world.viewer.get(f"{world.path}/guests"), 403)


def test_the_history_goes_across_records_and_hides_what_marketing_may_not_see(
    world: World,
) -> None:
    booked = world.book(
        guest_email="anna@example.com", special_requests="Window", has_health_consent=True
    )
    merged = Guest.objects.get(email="anna@example.com")
    kept = person(world, name="Anna")
    made = world.manager.post(f"guests/{kept.pk}/merge", {"merged": merged.pk})
    assert made.status_code == 201, made.content

    rows = world.host.get(f"guests/{kept.pk}/history").json()["results"]
    assert [row["id"] for row in rows] == [booked.pk]
    assert rows[0]["special_requests"] == "Window"
    for caller in (world.marketing, world.viewer):
        row = caller.get(f"guests/{kept.pk}/history").json()["results"][0]
        assert (row["guest_email"], row["special_requests"]) == (None, None)
    assert_problem(world.other_owner.get(f"guests/{kept.pk}/history"), 404)


def test_notes_are_written_once_and_read_by_those_who_may(world: World) -> None:
    guest = person(world)
    path = f"guests/{guest.pk}/notes"
    body = {"kind": "allergy", "text": "Nuts", "is_alert": True, "has_health_consent": True}

    answers = [world.host.post(path, body, Idempotency_Key="one") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert GuestNote.objects.count() == 1
    world.host.post(path, {"text": "Tea", "restaurant": world.restaurant.pk})

    assert [one["text"] for one in world.host.get(path).json()["results"]] == ["Tea", "Nuts"]
    assert [one["text"] for one in world.marketing.get(path).json()["results"]] == ["Tea"]
    refused = assert_problem(world.host.post(path, {"kind": "allergy", "text": "Milk"}), 422)
    assert pointers(refused) == {"/has_health_consent"}
    assert_problem(world.host.post(path, {"text": "x", "restaurant": world.next_door.pk}), 404)
    assert_problem(world.marketing.post(path, {"text": "x"}), 403)
    assert_problem(world.other_owner.post(path, {"text": "x"}), 404)


def test_vip_and_tags_by_hand(world: World) -> None:
    guest, label = person(world), tag(world)
    path = f"guests/{guest.pk}"

    assert world.host.put(f"{path}/vip", {"is_vip": True}).json()["is_vip"] is True
    given = world.host.put(f"{path}/tags/{label.pk}").json()["tags"]
    assert [one["name"] for one in given] == ["Regular"]
    listed = world.host.get(f"{world.path}/guest-tags").json()["results"]
    assert [(one["name"], one["guests"]) for one in listed] == [("Regular", 1)]
    assert world.host.delete(f"{path}/tags/{label.pk}").json()["tags"] == []
    other = Tag.objects.create(
        organisation=world.next_door.organisation, name="Theirs", created_at=NOW
    )
    assert_problem(world.host.put(f"{path}/tags/{other.pk}"), 404)
    assert_problem(world.marketing.put(f"{path}/vip", {"is_vip": False}), 403)


def test_segments_with_their_people(world: World) -> None:
    person(world, name="Anna", visits=5)
    person(world, name="Boris", visits=1)
    segment = Segment.objects.create(
        organisation=world.restaurant.organisation,
        name="Regulars",
        conditions=[{"field": "visits", "op": "gte", "value": 5}],
        created_at=NOW,
    )
    broken = Segment.objects.create(
        organisation=world.restaurant.organisation,
        name="Old",
        conditions=[{"field": "gone"}],
        created_at=NOW,
    )

    rows = world.marketing.get(f"{world.path}/guest-segments").json()["results"]
    assert [(row["name"], row["guests"]) for row in rows] == [("Old", None), ("Regulars", 1)]
    path = f"guest-segments/{segment.pk}/guests"
    assert names(world.marketing.get(path)) == ["Anna"]
    assert_problem(
        world.marketing.get(f"guest-segments/{broken.pk}/guests"), 409, "segment_outdated"
    )
    assert_problem(world.viewer.get(path), 403)
    assert_problem(world.other_owner.get(path), 404)


def test_duplicates_merged_and_taken_back(world: World) -> None:
    one, two = person(world, name="Anna"), person(world, name="Ana")
    MergeCandidate.objects.create(
        guest=one, other=two, name="Ana", reason="email", score=0.9, created_at=NOW
    )
    path = f"{world.path}/guest-duplicates"
    found = world.manager.get(path).json()["results"]
    assert [(row["guest"]["name"], row["other"]["name"]) for row in found] == [("Anna", "Ana")]
    assert_problem(world.host.get(path), 403)

    merge = world.manager.post(f"guests/{one.pk}/merge", {"merged": two.pk})
    again = world.manager.post(f"guests/{one.pk}/merge", {"merged": two.pk})
    assert (merge.status_code, again.json()["id"]) == (201, merge.json()["id"])
    assert world.manager.get(f"guests/{two.pk}").json()["id"] == one.pk
    assert world.manager.get(path).json()["results"] == []
    undo = f"guest-merges/{merge.json()['id']}/undo"
    assert_problem(world.host.post(undo, {}), 403)
    assert_problem(world.other_owner.post(undo, {}), 404)
    assert world.manager.post(undo, {}).json()["undone_at"] is not None
    assert Guest.objects.get(pk=two.pk).merged_into is None


def test_what_cannot_be_merged_or_is_not_theirs_is_refused(world: World) -> None:
    guest, elsewhere = person(world), make_guest(world.next_door.organisation)
    path = f"guests/{guest.pk}/merge"

    assert_problem(world.manager.post(path, {"merged": elsewhere.pk}), 404)
    assert_problem(world.admin.post(path, {"merged": elsewhere.pk}), 409, "merge_refused")
    assert_problem(world.manager.post(path, {"merged": guest.pk}), 409, "merge_refused")
    assert_problem(world.manager.post(path, {}), 422)
    assert not GuestMerge.objects.exists()


def test_two_people_are_remembered(world: World) -> None:
    one, two = person(world), person(world)
    candidate = MergeCandidate.objects.create(
        guest=one, other=two, name="x", reason="email", created_at=NOW
    )
    path = f"guest-duplicates/{candidate.pk}/dismiss"

    assert_problem(world.host.post(path, {}), 403)
    assert [world.manager.post(path, {}).status_code for _ in range(2)] == [204, 204]
    candidate.refresh_from_db()
    assert candidate.dismissed_at == NOW


@pytest.mark.parametrize("what", ["guest-tags", "guest-segments", "guest-duplicates", "notes"])
def test_each_list_takes_as_many_queries_for_many(world: World, what: str) -> None:
    guest = person(world)

    def add(number: int) -> None:
        tag(world, f"Tag {number}")
        Segment.objects.create(
            organisation=world.restaurant.organisation, name=f"S{number}", created_at=NOW
        )
        MergeCandidate.objects.create(
            guest=person(world), other=person(world), name="x", reason="email", created_at=NOW
        )
        note_add(guest_id=guest.pk, kind="general", text=f"N{number}", actor=STAFF, now=NOW)

    path = f"guests/{guest.pk}/notes" if what == "notes" else f"{world.path}/{what}"
    counts = []
    for number in range(4):
        add(number)
        with CaptureQueriesContext(connection) as queries:
            found = world.manager.get(path)
        assert len(found.json()["results"]) == number + 1
        counts.append(len(queries))
    assert counts[-1] == counts[1]
