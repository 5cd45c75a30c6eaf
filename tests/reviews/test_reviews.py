from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Reservation
from bookings.selectors import manage_token_of
from bookings.services import reservation_complete, reservation_create, reservation_seat
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from reviews.models import Review
from reviews.moderation import needs_look
from reviews.selectors import rating_of
from reviews.services import (
    NotVisited,
    TooLateToReview,
    review_answer,
    review_moderate,
    review_write,
)
from tests.factories import GUEST, NOW, STAFF, a_request, make_member, make_restaurant
from tests.races import run_together

pytestmark = pytest.mark.django_db


def book(restaurant: Restaurant, **fields: Any) -> Reservation:
    request = a_request(restaurant, **fields)
    return reservation_create(request=request, actor=STAFF, now=NOW).reservation


def visit(restaurant: Restaurant, **fields: Any) -> Reservation:
    """A visit that is over."""
    booked = book(restaurant, **fields)
    reservation_seat(reservation_id=booked.pk, actor=STAFF, now=booked.starts_at)
    end = booked.starts_at + timedelta(hours=1)
    return reservation_complete(reservation_id=booked.pk, actor=STAFF, now=end)


@pytest.fixture
def done() -> Reservation:
    return visit(make_restaurant(slug="anna", tables=(2, 2, 2, 2)))


def after(reservation: Reservation, **delta: int) -> Any:
    return reservation.starts_at + timedelta(hours=2) + timedelta(**delta)


def write(reservation: Reservation, **fields: Any) -> Review:
    return review_write(
        **{
            "reservation_id": reservation.pk,
            "stars": 5,
            "parts": {"food": 4},
            "text": "Lovely evening",
            "language": "en",
            "actor": GUEST,
            "now": after(reservation),
            **fields,
        }
    )


@pytest.mark.parametrize(
    "text",
    ["see https://x.example", "WWW.cheap", "best-pills.com", "me@x.nl", "+31 6 1234 5678", "<b>hi"],
)
def test_links_and_the_like_wait_for_a_look(text: str) -> None:
    assert needs_look(text)


@pytest.mark.parametrize(
    "text", ["", "Lovely. We were 4 at 19:30!", "12 of 10, 100 % <3", "Очень вкусно, спасибо."]
)
def test_plain_words_do_not(text: str) -> None:
    assert not needs_look(text)


def test_plain_words_are_published_and_links_wait(done: Reservation) -> None:
    assert write(done).status == "published"
    assert write(done, text="See www.example.com").status == "pending"
    assert Review.objects.count() == 1


def test_only_visits_that_happened_are_reviewed() -> None:
    booked = book(make_restaurant())
    with pytest.raises(NotVisited):
        write(booked)


def test_it_can_be_changed_for_seven_days_and_written_for_ninety(done: Reservation) -> None:
    with pytest.raises(TooLateToReview):
        write(done, now=after(done, days=91))
    first = write(done, now=after(done, days=80))
    changed = write(done, stars=2, now=after(done, days=87))
    assert (changed.pk, changed.stars, changed.created_at) == (first.pk, 2, first.created_at)
    with pytest.raises(TooLateToReview):
        write(done, now=after(done, days=87, minutes=1))


def test_what_was_kept_back_is_looked_at_again_after_a_change(done: Reservation) -> None:
    review = write(done)
    review_moderate(review_id=review.pk, publish=False, actor=STAFF, now=NOW)
    assert write(done, text="Better words").status == "pending"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"stars": None}, "/stars"),
        ({"stars": 6}, "/stars"),
        ({"parts": {"service": 0}}, "/service"),
        ({"text": "x" * 2001}, "/text"),
    ],
)
def test_stars_are_one_to_five(done: Reservation, fields: Any, pointer: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        write(done, **fields)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_the_database_keeps_stars_in_range(done: Reservation) -> None:
    review = write(done)
    for name in ("stars", "food", "service", "ambience"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**{name: 6})


def test_only_published_reviews_count_in_the_average(done: Reservation) -> None:
    restaurant = done.restaurant
    write(done, stars=4)
    write(visit(restaurant), stars=1, text="www.spam.example")
    assert (rating_of(restaurant).average, rating_of(restaurant).count) == (4, 1)


def test_deeds_are_audited_without_what_was_written(done: Reservation) -> None:
    review = write(done, text="Secret words")
    for _time in range(2):
        review_moderate(review_id=review.pk, publish=False, actor=STAFF, now=NOW)
        review_answer(review_id=review.pk, text="Thanks", actor=STAFF, now=NOW)
    entries = list(AuditEntry.objects.filter(action__startswith="reviews.").order_by("pk"))
    assert [entry.action.rpartition(".")[2] for entry in entries] == [
        "written", "moderated", "answered",
    ]  # fmt: skip
    assert "Secret" not in str([(entry.before, entry.after) for entry in entries])


def manage_page(reservation: Reservation, client: Client, at: Any) -> str:
    with clock.freeze(at):
        path = reverse("bookings:manage", args=[manage_token_of(reservation)])
        return client.get(path).content.decode()


def test_the_page_of_a_booking_asks_for_a_review_after_the_visit(
    done: Reservation, client: Client
) -> None:
    link = f'href="{page_of(done)}"'
    soon, late = after(done), after(done, days=91)
    assert link in manage_page(done, client, soon)
    assert "Write a review" in manage_page(done, client, soon)
    assert link not in manage_page(done, client, late), "it is too late for one"
    write(done)
    assert "Change your review" in manage_page(done, client, soon)
    assert "Read your review" in manage_page(done, client, late)


def test_before_the_visit_the_page_of_a_booking_asks_for_nothing(client: Client) -> None:
    booked = book(make_restaurant())
    assert 'id="do-review"' not in manage_page(booked, client, NOW)


def page_of(reservation: Reservation) -> str:
    return reverse("reviews:write", args=[manage_token_of(reservation)])


def test_the_page_takes_a_review_and_shows_it_again(done: Reservation, client: Client) -> None:
    with clock.freeze(after(done)):
        assert client.get(page_of(done)).status_code == 200
        response = client.post(page_of(done), {"stars": "5", "food": "4", "text": "So good"})
        assert response.status_code == 303
        page = client.get(response["Location"])
    assert "Your review is published" in page.content.decode()
    assert "So good" in page.content.decode()
    assert page.content.decode().count("checked") == 2
    assert "noindex" in page["X-Robots-Tag"]


def test_a_refused_page_keeps_what_was_typed(done: Reservation, client: Client) -> None:
    with clock.freeze(after(done)):
        response = client.post(page_of(done), {"stars": "", "food": "3", "text": "Typed words"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "Typed words" in page
    assert 'href="#id_stars"' in page
    assert page.count("checked") == 1
    assert not Review.objects.exists()


def test_before_the_visit_the_page_says_so_and_takes_nothing(client: Client) -> None:
    booked = book(make_restaurant())
    with clock.freeze(NOW):
        page = client.get(page_of(booked))
        assert "once you have been there" in page.content.decode()
        assert client.post(page_of(booked), {"stars": "5"}).status_code == 409
        assert client.get("/b/nonsense/review/").status_code == 404
    assert not Review.objects.exists()


def test_everybody_reads_published_reviews_with_a_first_name_only(
    done: Reservation, client: Client
) -> None:
    review = write(done, text="Soup & fish")
    review_answer(review_id=review.pk, text="See you soon", actor=STAFF, now=NOW)
    write(visit(done.restaurant), text="unseen www.x.example")
    for address in ("/r/anna/", "/r/anna/reviews/"):
        with clock.freeze(NOW):
            page = client.get(address).content.decode()
        assert "Soup &amp; fish" in page
        assert "See you soon" in page
        assert "Anna" in page
        assert "de Vries" not in page
        assert "unseen" not in page


def test_the_rating_for_search_engines_is_there_only_with_reviews(
    done: Reservation, client: Client
) -> None:
    done.restaurant.name = "</script><b>"
    done.restaurant.save()
    with clock.freeze(NOW):
        assert "aggregateRating" not in client.get("/r/anna/").content.decode()
        write(done, stars=4)
        page = client.get("/r/anna/").content.decode()
    assert '"ratingValue": 4.0, "reviewCount": 1' in page
    assert '"name": "\\u003c/script\\u003e' in page


def test_the_list_costs_the_same_for_many(done: Reservation, client: Client) -> None:
    write(done)
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/r/anna/reviews/")
        counts.append(len(queries))
        write(visit(done.restaurant))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "look", "change"),
    [(Role.MANAGER, 200, 303), (Role.HOST, 200, 403), (Role.MARKETING, 403, 403)],
)
def test_managers_publish_and_answer(
    done: Reservation, client: Client, role: str, look: int, change: int
) -> None:
    review = write(done, text="www.x.example")
    client.force_login(make_member(done.restaurant, role))
    assert client.get("/staff/anna/reviews/?only=pending").status_code == look
    moderated = client.post(f"/staff/anna/reviews/{review.pk}/moderate/", {"publish": "1"})
    answered = client.post(f"/staff/anna/reviews/{review.pk}/answer/", {"answer": "Thanks"})
    assert (moderated.status_code, answered.status_code) == (change, change)
    review.refresh_from_db()
    assert (review.status, review.answer) == (
        ("published", "Thanks") if change == 303 else ("pending", "")
    )


def test_reviews_of_other_restaurants_do_not_exist(done: Reservation, client: Client) -> None:
    review = write(done)
    other = make_restaurant()
    client.force_login(make_member(other, Role.OWNER))
    address = f"/staff/{other.slug}/reviews/{review.pk}/moderate/"
    assert client.post(address, {"publish": "0"}).status_code == 404
    too_long = {"answer": "x" * 2001}
    client.force_login(make_member(done.restaurant, Role.OWNER))
    refused = client.post(f"/staff/anna/reviews/{review.pk}/answer/", too_long)
    assert refused.status_code == 422
    assert "x" * 2001 in refused.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_visit_has_one_review_also_when_sent_twice_at_once() -> None:
    done = visit(make_restaurant())
    results = run_together(*[partial(write, done) for _number in range(4)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert Review.objects.count() == 1
