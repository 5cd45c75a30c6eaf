"""Promised and real waits, for those who run the house."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import make_member, make_restaurant
from tests.waitlist.queue.evening import EVENING
from waitlist.models import QueueEntry, QueueStatus, TurnTime
from waitlist.prediction import Daypart
from waitlist.selectors.calibration import Wait, queue_calibration, score_of

pytestmark = pytest.mark.django_db

DAY = EVENING.date()


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(EVENING + timedelta(hours=5)):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2,))


def waited(house: Restaurant, minutes: float | None, **fields: Any) -> QueueEntry:
    """A party that was promised a table within 20 minutes and got it after so many."""
    number = QueueEntry.objects.count()
    values = {
        "status": QueueStatus.SEATED if minutes is not None else QueueStatus.CANCELED,
        "seated_at": None if minutes is None else EVENING + timedelta(minutes=minutes),
        "party_size": 2,
        "quoted_low": 10,
        "quoted_high": 20,
        "middle_minutes": 15,
        **fields,
    }
    return QueueEntry.objects.create(
        restaurant=house,
        service_date=DAY,
        joined_at=EVENING,
        promised_at=EVENING + timedelta(minutes=20),
        told_low=10,
        told_high=20,
        link_nonce=str(number),
        token_hash=str(number),
        **values,
    )


def page(house: Restaurant, role: str = Role.MANAGER, query: str = "") -> Any:
    client = Client()
    client.force_login(make_member(house, role))
    return client.get(reverse("staff:waits", args=[house.slug]) + query)


def test_a_promise_is_kept_until_five_minutes_later() -> None:
    waits = [Wait(2, Daypart.EVENING, 20, 15, minutes) for minutes in (10.0, 25.0, 25.5, 40.0)]
    score = score_of(waits)
    assert score is not None
    assert (score.parties, score.kept, score.over) == (4, 0.5, 2.5)
    assert score.error == pytest.approx((5 + 10 + 10.5 + 25) / 4)
    assert score.within == 0.25
    assert score_of([]) is None


def test_only_parties_that_had_to_wait_and_sat_down_are_judged(house: Restaurant) -> None:
    waited(house, 12)
    waited(house, 0, had_to_wait=False)
    waited(house, None)
    waited(house, 50, skips=1)
    found = queue_calibration(house, DAY, DAY)
    assert found.whole is not None
    assert (found.whole.parties, found.whole.kept, found.whole.over) == (1, 1.0, 8.0)
    numbers = found.numbers
    assert (numbers.joined, numbers.seated, numbers.at_once, numbers.left) == (4, 3, 1, 1)
    assert numbers.mean_wait == pytest.approx((12 + 0 + 50) / 3)


def test_the_wait_ends_when_the_table_is_ready(house: Restaurant) -> None:
    waited(house, 29, ready_at=EVENING + timedelta(minutes=20))
    whole = queue_calibration(house, DAY, DAY).whole
    assert whole is not None
    assert whole.waited == 20.0


def test_sizes_and_parts_of_the_day_are_judged_apart(house: Restaurant) -> None:
    waited(house, 12)
    waited(house, 40, party_size=9)
    found = queue_calibration(house, DAY, DAY)
    assert [(group, score.kept) for group, score in found.by_size] == [
        ((1, 2), 1.0),
        ((7, 500), 0.0),
    ]
    assert [part for part, _score in found.by_daypart] == [Daypart.EVENING]
    assert dict(found.histogram)[-10] == 1
    assert dict(found.histogram)[20] == 1
    assert sum(count for _low, count in found.histogram) == 2


def test_other_houses_and_days_are_left_out(house: Restaurant) -> None:
    waited(make_restaurant(), 12)
    waited(house, 12)
    assert queue_calibration(house, DAY, DAY).numbers.joined == 1
    later = DAY + timedelta(days=1)
    assert queue_calibration(house, later, later).numbers.joined == 0


def test_a_manager_reads_what_promises_were_worth(house: Restaurant) -> None:
    for minutes in (3, 12, 33, 60):
        waited(house, minutes)
    TurnTime.objects.create(
        restaurant=house,
        party_size=2,
        daypart="evening",
        visits=40,
        log_mean=4.0,
        log_variance=0.09,
        learned_at=EVENING,
    )
    text = " ".join(page(house).content.decode().split())
    assert "50 % of 4 parties that had to wait got their table" in text
    assert "10 to 20 minutes later" in text
    assert "more than 30 minutes later" in text
    assert "<td>55 min</td>" in text


def test_a_house_without_a_queue_is_told_what_will_be_here(house: Restaurant) -> None:
    text = page(house).content.decode()
    assert "Nobody joined the queue in these days." in text
    assert "Nothing has been learned yet" in text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.HOST, 403), (Role.VIEWER, 403), (Role.MARKETING, 403)]
)
def test_others_do_not_see_it(house: Restaurant, role: str, status: int) -> None:
    assert page(house, role).status_code == status


def test_the_page_takes_the_same_queries_however_long_the_queue_was(
    house: Restaurant, django_assert_max_num_queries: Any
) -> None:
    for minutes in range(30):
        waited(house, minutes)
    client = Client()
    client.force_login(make_member(house, Role.MANAGER))
    with django_assert_max_num_queries(16):
        client.get(reverse("staff:waits", args=[house.slug]))
