"""The guest's pages of the queue: joining from afar, following, answering (rules 93-98)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import GUEST, STAFF, make_restaurant
from tests.pages.conftest import text_of
from tests.waitlist.queue.evening import (
    EVENING,
    fill_house,
    later,
    open_from_afar,
    wait_at_door,
)
from waitlist.models import QueueEntry, QueueStatus
from waitlist.selectors.queue import queue_token_of
from waitlist.services.queue import queue_leave, queue_ready, queue_seat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday_evening() -> Iterator[None]:
    cache.clear()
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    """One table for two, where somebody sits; the queue is open from afar."""
    restaurant = make_restaurant(tables=(2,), name="Bistro Anna", slug="bistro-anna")
    open_from_afar(restaurant)
    fill_house(restaurant)
    return restaurant


def page(
    client: Client, entry: QueueEntry, minutes: float = 1, headers: dict[str, str] | None = None
) -> str:
    with clock.freeze(later(minutes)):
        response = client.get(f"/q/{queue_token_of(entry)}/", headers=headers)
    assert response.status_code == 200
    return text_of(response)


def join(client: Client, **changes: str) -> Any:
    data = {"guests": "2", "name": "Bo", "contact": "06 1234 5678", "away": "10", "nonce": "n1"}
    return client.post("/r/bistro-anna/queue/", data | changes)


@pytest.mark.usefixtures("house")
def test_the_wait_of_every_size_is_shown_before_anybody_joins(client: Client) -> None:
    text = text_of(client.get("/r/bistro-anna/queue/"))

    assert "0 parties are waiting" in text
    assert text.count("min</span>") == 2  # the house has no table for more
    assert text.count("not tonight") == 6
    assert ">45 minutes away</option>" in text
    assert "60 minutes away" not in text, "that is farther than the house allows"


def test_a_guest_joins_and_gets_a_page_that_is_private(client: Client, house: Restaurant) -> None:
    response = join(client)

    entry = QueueEntry.objects.get()
    assert response["Location"] == f"/q/{queue_token_of(entry)}/"
    assert (str(entry.phone), entry.source, entry.eta_minutes) == ("+31612345678", "remote", 10)
    shown = client.get(response["Location"])
    text = text_of(shown)
    assert "You are in the queue" in text
    assert "You are next for a table of your size." in text
    assert f"About {entry.quoted_low}-{entry.quoted_high} min from now" in text
    assert shown["Cache-Control"] == "private, no-store"
    assert house.name in text


@pytest.mark.usefixtures("house")
def test_a_double_tap_is_one_place(client: Client) -> None:
    first, again = join(client), join(client)

    assert first["Location"] == again["Location"]
    assert QueueEntry.objects.count() == 1
    other = join(client, nonce="n2")
    assert other.status_code == 409
    assert "This phone number is in the queue already" in text_of(other)


@pytest.mark.usefixtures("house")
def test_what_is_missing_is_said_field_by_field_and_nothing_is_lost(client: Client) -> None:
    response = join(client, guests="", name="", contact="soon")

    text = text_of(response)
    assert response.status_code == 422
    assert 'value="soon"' in text
    for words in ("Choose how many guests", "Enter your name", "Enter a phone number (+31"):
        assert words in text


def test_why_nobody_may_join_is_said(client: Client, house: Restaurant) -> None:
    open_from_afar(house, most_remote=0)
    assert "As many parties as possible" in text_of(join(client))

    with clock.freeze(later(-300)):
        assert "The restaurant is not open now." in text_of(client.get("/r/bistro-anna/queue/"))
    open_from_afar(house, is_remote_open=False)
    assert client.get("/r/bistro-anna/queue/").status_code == 409
    assert not QueueEntry.objects.exists()


def test_the_page_counts_down_what_is_left_of_the_ten_minutes(client: Client) -> None:
    entry = wait_at_door(make_restaurant(tables=(2,)))
    queue_ready(entry_id=entry.pk, actor=STAFF, now=EVENING)

    text = page(client, entry, 2)

    assert "Your table is ready" in text
    assert "It is kept for you until 19:10." in text
    assert 'data-countdown="480"' in text
    assert "8:00" in text
    assert "You were called and did not come" in page(client, entry, 10)


def test_one_tap_says_we_are_coming_and_two_leave(client: Client) -> None:
    entry = wait_at_door(make_restaurant(tables=(2,)))
    queue_ready(entry_id=entry.pk, actor=STAFF, now=EVENING)
    url = f"/q/{queue_token_of(entry)}/"

    assert client.get(f"{url}coming/").status_code == 405
    client.post(f"{url}coming/")
    entry.refresh_from_db()
    assert entry.coming_at == EVENING
    assert "You said that you are coming" in page(client, entry)

    assert "Leave the queue?" in text_of(client.get(f"{url}leave/"))
    entry.refresh_from_db()
    assert entry.is_in_queue
    client.post(f"{url}leave/")
    entry.refresh_from_db()
    assert entry.status == QueueStatus.CANCELED
    late = client.post(f"{url}coming/")
    assert late.status_code == 409
    assert "no longer in the queue" in text_of(late)


def test_who_sits_finds_their_visit(client: Client) -> None:
    entry = wait_at_door(make_restaurant(tables=(2,)))
    seated = queue_seat(entry_id=entry.pk, actor=STAFF, now=EVENING)

    text = page(client, entry)

    assert "You have your table" in text
    assert f"/b/{seated.booked.manage_token}/" in text


def test_the_open_page_fetches_itself_with_the_version_of_the_whole_queue(
    client: Client, house: Restaurant
) -> None:
    ahead, behind = wait_at_door(house), wait_at_door(house)
    part = {"HX-Request": "true", "HX-Target": "visit"}
    before = page(client, behind, headers=part)
    assert 'data-version="2"' in before
    assert "1 party that could take the same tables is ahead" in before
    assert "<html" not in before

    queue_leave(entry_id=ahead.pk, actor=GUEST, now=later(1))

    after = page(client, behind, headers=part)
    assert 'data-version="3"' in after
    assert "You are next" in after


def test_a_wrong_link_opens_nothing(client: Client) -> None:
    for step in ("", "coming/", "leave/"):
        method = client.post if step == "coming/" else client.get
        assert method(f"/q/wrong/{step}").status_code == 404


def test_the_page_of_the_house_leads_to_the_queue_where_it_is_open(
    client: Client, house: Restaurant
) -> None:
    address = "/r/bistro-anna/queue/"
    assert address in client.get("/r/bistro-anna/").content.decode()
    open_from_afar(house, is_remote_open=False)
    assert address not in client.get("/r/bistro-anna/").content.decode()
