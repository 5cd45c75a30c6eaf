"""Many guests want the last table at the same moment (rules 30, 31, 53)."""

from __future__ import annotations

import pytest

from bookings.availability import Channel
from bookings.errors import SlotUnavailable
from bookings.models import Occupancy, Reservation
from bookings.services import Booked, create, reservation_create
from tests.concurrency.racing import (
    assert_book_is_sound,
    kinds,
    race,
    race_to_book,
    without_the_constraint,
)
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    a_request,
    make_combination,
    make_restaurant,
    make_table,
)
from tests.races import meet_before

pytestmark = pytest.mark.django_db(transaction=True)

RIVALS = 50


def test_one_of_many_gets_the_last_table() -> None:
    restaurant = make_restaurant(tables=(2,))

    outcomes = race_to_book([a_request(restaurant) for _ in range(RIVALS)])

    assert kinds(outcomes) == {"Booked": 1, "SlotUnavailable": RIVALS - 1}
    assert Reservation.objects.count() == Occupancy.objects.count() == 1
    assert_book_is_sound()


def test_every_loser_is_told_what_else_is_free() -> None:
    restaurant = make_restaurant(tables=(2,))

    outcomes = race_to_book([a_request(restaurant) for _ in range(10)])

    losers = [outcome for outcome in outcomes if isinstance(outcome, SlotUnavailable)]
    assert len(losers) == 9
    for loser in losers:
        assert loser.extra["reasons"] == ["no_table_free"]
        assert [other["time"] for other in loser.extra["alternatives"]] == [
            "20:30",
            "20:45",
            "21:00",
        ]


def test_the_race_is_real_without_the_constraint(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: the same service, only checking before it inserts, oversells."""
    restaurant = make_restaurant(tables=(2,))
    requests = [a_request(restaurant) for _ in range(RIVALS)]
    meet_before(monkeypatch, (create, "party_place"))

    with without_the_constraint():
        outcomes = race_to_book(requests)

        assert kinds(outcomes)["Booked"] > 1
        with pytest.raises(AssertionError):
            assert_book_is_sound()


def test_as_many_rivals_as_tables_all_get_one() -> None:
    """Nobody is told "full" while a suitable table is free, however often others were faster."""
    restaurant = make_restaurant(tables=(2,) * 20)

    outcomes = race_to_book([a_request(restaurant) for _ in range(20)])

    assert kinds(outcomes) == {"Booked": 20}
    assert_book_is_sound()


def test_more_rivals_than_tables_leave_no_table_empty() -> None:
    restaurant = make_restaurant(tables=(2, 2, 4, 4, 6), policy={"oversize_cap": None})

    outcomes = race_to_book([a_request(restaurant) for _ in range(15)])

    assert kinds(outcomes) == {"Booked": 5, "SlotUnavailable": 10}
    assert_book_is_sound()


def test_a_combination_and_its_members_are_never_sold_together() -> None:
    restaurant = make_restaurant(tables=(4, 4))
    make_combination(restaurant, *restaurant.tables.order_by("number"))

    for _ in range(3):
        Occupancy.objects.all().delete()
        Reservation.objects.all().delete()
        outcomes = race_to_book(
            [a_request(restaurant, party_size=size) for size in (8, 4, 8, 4, 4, 8, 8, 4) * 2]
        )
        assert set(kinds(outcomes)) == {"Booked", "SlotUnavailable"}
        seated = sum(len(one.table_ids) for one in outcomes if isinstance(one, Booked))
        assert seated == 2
        assert_book_is_sound()


def test_tables_wanted_in_opposite_orders_do_not_deadlock() -> None:
    """Combinations that share members, listed in opposite orders, for 40 rivals."""
    restaurant = make_restaurant(tables=())
    a, b, c = (make_table(restaurant, number=name, seats=2) for name in "ABC")
    make_combination(restaurant, a, b, c, min_party=5, max_party=6)
    make_combination(restaurant, c, b, min_party=3, max_party=4)
    make_combination(restaurant, b, a, min_party=3, max_party=4)
    restaurant.refresh_from_db()

    outcomes = race_to_book([a_request(restaurant, party_size=size) for size in (6, 4, 2, 4) * 10])

    assert set(kinds(outcomes)) == {"Booked", "SlotUnavailable"}
    assert_book_is_sound()


def test_a_named_table_is_taken_once() -> None:
    """Staff who name the same tables, in any order."""
    restaurant = make_restaurant(tables=(4, 4))
    one, two = restaurant.tables.order_by("number").values_list("pk", flat=True)
    make_combination(restaurant, *restaurant.tables.order_by("number"))
    restaurant.refresh_from_db()
    from_staff = {"channel": Channel.IN_HOUSE, "party_size": 8, "date": FRIDAY}
    requests = [
        a_request(restaurant, table_ids=ids, **from_staff) for ids in ((one, two), (two, one)) * 10
    ]

    outcomes = race(
        *[
            lambda request=request: reservation_create(request=request, actor=GUEST, now=NOW)
            for request in requests
        ]
    )

    assert kinds(outcomes)["Booked"] == 1
    assert set(kinds(outcomes)) <= {"Booked", "TableTaken"}
    assert_book_is_sound()
