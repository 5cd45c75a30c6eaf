"""Points follow the bill of a visit: entered, corrected, taken back, in any order."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.models import Reservation
from bookings.services import (
    loyalty,
    reservation_bill_set,
    reservation_complete,
    reservation_create,
    reservation_seat,
    reservation_undo,
)
from bookings.services.loyalty import visit_points_settle
from guests.models import LoyaltyEntry, LoyaltyProgramme
from guests.selectors.loyalty import points_of
from guests.services.loyalty import (
    LARGEST,
    loyalty_programme_save,
    points_earn,
    points_redeem,
)
from reservehub.core import clock
from reservehub.core.money import Money
from reservehub.core.testing import run_deliveries
from tests.factories import NOW, STAFF, a_request, make_restaurant
from tests.races import meet, run_together, without_row_locks

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def visit(**rates: Any) -> Reservation:
    """A party that is seated, where a visit earns 10 and each euro 2."""
    restaurant = make_restaurant()
    programme = LoyaltyProgramme(
        organisation=restaurant.organisation,
        **{"is_active": True, "points_per_visit": 10, "points_per_unit": 2, **rates},
    )
    loyalty_programme_save(programme=programme, tiers=[], actor=STAFF, now=NOW)
    booked = reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation
    return reservation_seat(reservation_id=booked.pk, actor=STAFF, now=booked.starts_at)


def finish(party: Reservation) -> None:
    reservation_complete(reservation_id=party.pk, actor=STAFF, now=party.starts_at + HOUR)


def bill(party: Reservation, minor: int | None) -> None:
    reservation_bill_set(
        reservation_id=party.pk,
        amount=None if minor is None else Money(minor, "EUR"),
        actor=STAFF,
        now=party.starts_at + HOUR,
    )


def balance(party: Reservation) -> int:
    with clock.freeze(party.starts_at + HOUR):
        run_deliveries()
    assert party.guest is not None
    return points_of(party.guest).balance


def settle(party: Reservation) -> None:
    visit_points_settle(reservation_id=party.pk, now=party.starts_at + HOUR)


def test_a_bill_at_the_table_earns_when_the_visit_ends() -> None:
    party = visit()
    bill(party, 8_050)
    assert balance(party) == 0
    finish(party)
    assert balance(party) == 170


def test_a_bill_entered_later_earns_the_difference_once() -> None:
    party = visit()
    finish(party)
    assert balance(party) == 10
    bill(party, 8_000)
    assert balance(party) == 170
    bill(party, 2_000)
    assert balance(party) == 50
    bill(party, None)
    assert balance(party) == 10
    assert LoyaltyEntry.objects.count() == 1


def test_what_was_spent_meanwhile_is_owed() -> None:
    party = visit()
    bill(party, 10_000)
    finish(party)
    assert balance(party) == 210
    assert party.guest_id is not None
    points_redeem(guest_id=party.guest_id, points=200, note="Dessert", actor=STAFF, now=NOW)
    bill(party, 1_000)
    assert balance(party) == -170


def test_taking_the_end_back_takes_all_of_it() -> None:
    party = visit()
    finish(party)
    bill(party, 5_000)
    assert balance(party) == 110
    reservation_undo(reservation_id=party.pk, actor=STAFF, now=party.starts_at + HOUR)
    assert balance(party) == 0
    finish(party)
    assert balance(party) == 110


def test_a_correction_counts_at_the_rate_of_the_visit() -> None:
    party = visit()
    bill(party, 10_000)
    finish(party)
    assert balance(party) == 210
    LoyaltyProgramme.objects.update(points_per_unit=5, points_per_visit=0, is_active=False)
    settle(party)
    assert balance(party) == 210, "earned points stay as they are"
    bill(party, 11_000)
    assert balance(party) == 230


def test_points_from_before_rates_were_kept_take_the_rate_of_today() -> None:
    party = visit()
    finish(party)
    assert balance(party) == 10
    LoyaltyEntry.objects.update(points_per_unit=None)
    bill(party, 1_000)
    assert balance(party) == 30
    LoyaltyProgramme.objects.update(points_per_unit=9)
    bill(party, 2_000)
    assert balance(party) == 50


def test_a_visit_from_before_the_programme_earns_nothing() -> None:
    party = visit()
    LoyaltyProgramme.objects.update(created_at=party.starts_at + 2 * HOUR)
    finish(party)
    bill(party, 1_000)
    assert balance(party) == 0


def test_where_a_visit_alone_earns_nothing_no_entry_is_left() -> None:
    party = visit(points_per_visit=0)
    finish(party)
    bill(party, 3_000)
    assert balance(party) == 60
    bill(party, 50)
    assert balance(party) == 0
    assert not LoyaltyEntry.objects.exists()


def test_more_than_the_ledger_carries_is_not_earned() -> None:
    party = visit(points_per_unit=1_000_000)
    bill(party, 10**9)
    finish(party)
    assert LARGEST - 1_000_000 < balance(party) <= LARGEST
    bill(party, 100)
    assert balance(party) == 1_000_010


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    changes=st.lists(
        st.one_of(
            st.none(),
            st.integers(0, 50_000),
            st.sampled_from(["finish", "undo", "settle", "deliver"]),
        ),
        max_size=12,
    )
)
@pytest.mark.usefixtures("db")
def test_after_any_changes_the_points_are_those_of_the_last_bill(
    changes: list[int | str | None],
) -> None:
    party = visit()
    deeds: dict[str, Callable[[], object]] = {
        "settle": partial(settle, party),
        "deliver": partial(balance, party),
    }
    for change in changes:
        is_over = Reservation.objects.get(pk=party.pk).status == "completed"
        if change == "finish" and not is_over:
            finish(party)
        elif change == "undo" and is_over:
            reservation_undo(reservation_id=party.pk, actor=STAFF, now=party.starts_at + HOUR)
        elif isinstance(change, str):
            deeds.get(change, lambda: None)()
        else:
            bill(party, change)
    fresh = Reservation.objects.get(pk=party.pk)
    owed = 10 + 2 * ((fresh.bill_minor or 0) // 100) if fresh.status == "completed" else 0
    assert balance(party) == owed


# ---------------------------------------------------------------------- at the same moment
def _late_with_the_first(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Who saw a bill of 100.00 waits with writing until the others are done or wait."""
    looked = threading.Event()

    def late(**about: Any) -> LoyaltyEntry | None:
        if about["whole_units_spent"] == 100:
            looked.set()
            meet()
        return points_earn(**about)

    monkeypatch.setattr(loyalty, "points_earn", late)
    return looked


def _correct_meanwhile(party: Reservation, looked: threading.Event) -> None:
    assert looked.wait(60)
    bill(party, 20_000)
    settle(party)


def _race(monkeypatch: pytest.MonkeyPatch) -> int:
    party = visit()
    bill(party, 10_000)
    finish(party)
    looked = _late_with_the_first(monkeypatch)
    results = run_together(partial(settle, party), partial(_correct_meanwhile, party, looked))
    assert not [result for result in results if isinstance(result, Exception)]
    assert party.guest is not None
    return points_of(party.guest).balance


@pytest.mark.django_db(transaction=True)
def test_a_bill_corrected_while_points_are_counted_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert _race(monkeypatch) == 410


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_points_of_the_old_bill_come_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_row_locks(monkeypatch)
    assert _race(monkeypatch) == 210


@pytest.mark.django_db(transaction=True)
def test_bills_by_many_at_once_leave_the_points_of_the_last() -> None:
    party = visit()
    finish(party)
    settle(party)

    def correct(minor: int) -> None:
        bill(party, minor)
        settle(party)

    run_together(*[partial(correct, 1_000 * number) for number in range(1, 6)])
    last = Reservation.objects.get(pk=party.pk).bill_minor or 0
    assert party.guest is not None
    assert points_of(party.guest).balance == 10 + 2 * (last // 100)
