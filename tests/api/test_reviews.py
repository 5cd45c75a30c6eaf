"""Reviews through the API: everybody reads, the guest of a visit writes, staff moderate."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services import reservation_complete, reservation_seat
from reservehub.core import clock
from reviews.models import Review, ReviewStatus
from reviews.services import review_write
from tests.api.conftest import Api, World, assert_problem, pointers
from tests.factories import GUEST, STAFF

GOOD = {"stars": 5, "food": 4, "text": "Lovely evening"}


def visited(world: World, **fields: Any) -> Reservation:
    """A visit that is over."""
    booked = world.book(**fields)
    reservation_seat(reservation_id=booked.pk, actor=STAFF, now=booked.starts_at)
    end = booked.starts_at + timedelta(hours=1)
    return reservation_complete(reservation_id=booked.pk, actor=STAFF, now=end)


@pytest.fixture
def visit(world: World) -> Iterator[Reservation]:
    done = visited(world)
    with clock.freeze(done.starts_at + timedelta(hours=2)):
        yield done


def reviewed(visit: Reservation, **fields: Any) -> Review:
    values = {"stars": 5, "parts": {}, "text": "Lovely", "language": "en", **fields}
    return review_write(reservation_id=visit.pk, actor=GUEST, now=clock.now(), **values)


def put(world: World, visit: Reservation, body: Any, caller: Api | None = None) -> Any:
    path = f"reservations/{visit.pk}/review"
    if caller is not None:
        return caller.put(path, body)
    return world.anonymous.put(path, body, X_Manage_Token=world.token(visit))


def test_the_holder_of_the_link_writes_reads_and_changes_a_review(
    world: World, visit: Reservation
) -> None:
    path, token = f"reservations/{visit.pk}/review", world.token(visit)
    assert_problem(world.anonymous.get(path, X_Manage_Token=token), 404)
    made = put(world, visit, GOOD)
    assert made.status_code == 200, made.content
    assert (made.json()["status"], made.json()["food"]) == ("published", 4)
    put(world, visit, {"stars": 3})
    read = world.anonymous.get(path, X_Manage_Token=token).json()
    assert (read["stars"], read["food"], read["text"]) == (3, None, "")
    assert Review.objects.count() == 1


def test_the_customer_who_booked_may_write_and_strangers_and_staff_may_not(
    world: World, visit: Reservation
) -> None:
    assert put(world, visit, GOOD, world.customer).status_code == 200
    assert_problem(put(world, visit, GOOD, world.anonymous), 401)
    assert_problem(put(world, visit, GOOD, world.stranger), 404)
    assert_problem(put(world, visit, GOOD, world.manager), 403)


def test_nothing_is_reviewed_before_the_visit(world: World) -> None:
    assert_problem(put(world, world.book(), GOOD), 409, "not_visited")


def test_what_is_wrong_is_pointed_at(world: World, visit: Reservation) -> None:
    answer = assert_problem(put(world, visit, {"stars": 6, "food": 0}), 422)
    assert pointers(answer) == {"/stars", "/food"}
    answer = assert_problem(put(world, visit, {**GOOD, "surprise": 1}), 422)
    assert pointers(answer) == {"/surprise"}


def test_everybody_reads_what_is_published_with_a_first_name_only(
    world: World, visit: Reservation
) -> None:
    reviewed(visit)
    (row,) = world.anonymous.get(f"{world.path}/reviews").json()["results"]
    assert row["author"] == visit.guest_name.split()[0]
    assert "reservation" not in row
    assert world.anonymous.get(f"{world.path}/rating").json() == {"average": 5.0, "count": 1}
    assert world.anonymous.get("restaurants/nowhere/reviews").status_code == 404
    Review.objects.update(status=ReviewStatus.PENDING)
    assert world.anonymous.get(f"{world.path}/reviews").json()["results"] == []
    assert world.anonymous.get(f"{world.path}/rating").json() == {"average": None, "count": 0}


def test_staff_see_what_waits_and_managers_publish_and_answer(
    world: World, visit: Reservation
) -> None:
    review = reviewed(visit, text="See www.example.com")
    path = f"{world.path}/reviews/all"
    (row,) = world.viewer.get(f"{path}?status=pending").json()["results"]
    assert row["status"] == "pending"
    assert world.viewer.get(f"{path}?status=published").json()["results"] == []
    assert_problem(world.viewer.get(f"{path}?status=odd"), 422)

    published = world.manager.put(f"reviews/{review.pk}/status", {"is_published": True})
    assert published.json()["status"] == "published"
    answered = world.manager.put(f"reviews/{review.pk}/answer", {"text": "Thank you"})
    assert answered.json()["answer"] == "Thank you"
    assert answered.json()["answered_at"] is not None


@pytest.mark.parametrize(
    ("who", "status"),
    [("host", 403), ("viewer", 403), ("stranger", 404), ("other_owner", 404), ("anonymous", 401)],
)
def test_others_neither_publish_nor_answer(
    world: World, visit: Reservation, who: str, status: int
) -> None:
    review, caller = reviewed(visit), getattr(world, who)
    assert_problem(caller.put(f"reviews/{review.pk}/status", {"is_published": False}), status)
    assert_problem(caller.put(f"reviews/{review.pk}/answer", {"text": "x"}), status)
    review.refresh_from_db()
    assert (review.status, review.answer) == (ReviewStatus.PUBLISHED, "")


def test_a_page_of_reviews_costs_the_same_however_many_there_are(
    world: World, visit: Reservation
) -> None:
    reviewed(visit)
    with CaptureQueriesContext(
        connection,
    ) as one:
        world.anonymous.get(f"{world.path}/reviews")
    with clock.freeze(visit.created_at):
        more = visited(world, guest_email="cy@example.com", guest_phone="")
    with clock.freeze(visit.starts_at + timedelta(hours=2)):
        reviewed(more)
        with CaptureQueriesContext(connection) as two:
            assert len(world.anonymous.get(f"{world.path}/reviews").json()["results"]) == 2
    assert len(two) <= len(one)
