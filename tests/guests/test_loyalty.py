from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Sum

from bookings.models import Reservation
from bookings.services import (
    reservation_complete,
    reservation_create,
    reservation_seat,
    reservation_undo,
)
from guests.models import Guest, LoyaltyEntry, LoyaltyProgramme, LoyaltyTier
from guests.selectors.loyalty import points_history, points_of
from guests.services.loyalty import (
    NotEnoughPoints,
    loyalty_programme_save,
    points_correct,
    points_earn,
    points_earn_undo,
    points_redeem,
)
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from restaurants.models import Organisation
from tests.factories import NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest, make_organisation
from tests.races import run_together

pytestmark = pytest.mark.django_db


def make_programme(house: Organisation, **fields: Any) -> LoyaltyProgramme:
    programme = LoyaltyProgramme(
        organisation=house, **{"is_active": True, "points_per_visit": 10, **fields}
    )
    tiers = [
        LoyaltyTier(name="Gold", from_points=100, benefit="A glass of wine"),
        LoyaltyTier(name="Silver", from_points=20),
    ]
    return loyalty_programme_save(programme=programme, tiers=tiers, actor=STAFF, now=NOW)


@pytest.fixture
def guest() -> Guest:
    house = make_organisation()
    make_programme(house)
    return make_guest(house)


def correct(guest: Guest, points: int) -> LoyaltyEntry:
    return points_correct(guest_id=guest.pk, points=points, note="Sorry", actor=STAFF, now=NOW)


def redeem(guest: Guest, points: int) -> LoyaltyEntry:
    return points_redeem(guest_id=guest.pk, points=points, note="Dessert", actor=STAFF, now=NOW)


def test_a_visit_earns_once_however_often_it_is_told(guest: Guest) -> None:
    for _time in range(3):
        points_earn(guest=guest, cause="reservation:1", now=NOW)
    points_earn(guest=guest, cause="reservation:2", now=NOW)
    assert points_of(guest).balance == 20


def test_spend_earns_by_the_whole_unit(guest: Guest) -> None:
    LoyaltyProgramme.objects.update(points_per_unit=2)
    points_earn(guest=guest, cause="reservation:1", whole_units_spent=85, now=NOW)
    assert points_of(guest).balance == 180


def test_nothing_is_earned_without_an_active_programme(guest: Guest) -> None:
    LoyaltyProgramme.objects.update(is_active=False)
    assert points_earn(guest=guest, cause="reservation:1", now=NOW) is None
    stranger = make_guest(make_organisation())
    assert points_earn(guest=stranger, cause="reservation:2", now=NOW) is None
    assert not LoyaltyEntry.objects.exists()


def test_points_of_a_merged_record_go_to_the_kept_one(guest: Guest) -> None:
    merged = make_guest(guest.organisation, merged_into=guest)
    points_earn(guest=merged, cause="reservation:1", now=NOW)
    assert points_of(guest).balance == 10


def test_tiers_follow_what_was_ever_earned(guest: Guest) -> None:
    assert points_of(guest).tier is None
    assert points_of(guest).to_next == 20
    correct(guest, 30)
    redeem(guest, 25)
    points = points_of(guest)
    assert (points.balance, points.earned, points.to_next) == (5, 30, 70)
    assert points.tier is not None
    assert points.tier.name == "Silver"
    correct(guest, 70)
    assert points_of(guest).next_tier is None
    assert [entry.points for entry in points_history(guest)] == [70, -25, 30]


def test_more_than_there_is_cannot_be_spent(guest: Guest) -> None:
    correct(guest, 10)
    with pytest.raises(NotEnoughPoints) as refused:
        redeem(guest, 11)
    assert refused.value.extra["balance"] == 10
    with pytest.raises(NotEnoughPoints):
        correct(guest, -11)
    redeem(guest, 10)
    assert points_of(guest).balance == 0


@pytest.mark.parametrize(("points", "note"), [(0, "x"), (-1, "x"), (2_000_000, "x"), (1, "  ")])
def test_a_redemption_has_a_number_and_says_what_for(guest: Guest, points: int, note: str) -> None:
    with pytest.raises(ValidationFailed):
        points_redeem(guest_id=guest.pk, points=points, note=note, actor=STAFF, now=NOW)


def test_merged_and_forgotten_guests_spend_nothing(guest: Guest) -> None:
    for fields in ({"merged_into": guest}, {"anonymised_at": NOW}):
        with pytest.raises(NotFound):
            correct(make_guest(guest.organisation, **fields), 5)


def test_every_deed_is_audited(guest: Guest) -> None:
    correct(guest, 10)
    redeem(guest, 4)
    last = AuditEntry.objects.latest("pk")
    assert last.action == "guests.loyalty.redeemed"
    assert (last.before, last.after) == ({"balance": 10}, {"balance": 6})


def test_two_tiers_cannot_begin_at_one_number() -> None:
    programme = LoyaltyProgramme(organisation=make_organisation())
    tiers = [LoyaltyTier(name="A", from_points=5), LoyaltyTier(name="B", from_points=5)]
    with pytest.raises(ValidationFailed) as refused:
        loyalty_programme_save(programme=programme, tiers=tiers, actor=STAFF, now=NOW)
    assert [error.pointer for error in refused.value.errors] == ["/tiers/1/from_points"]


def test_a_programme_saved_unchanged_leaves_no_trace(guest: Guest) -> None:
    programme = LoyaltyProgramme.objects.get()
    before = AuditEntry.objects.count()
    loyalty_programme_save(
        programme=programme, tiers=list(programme.tiers.all()), actor=STAFF, now=NOW
    )
    assert AuditEntry.objects.count() == before


def test_what_did_not_happen_earns_nothing(guest: Guest) -> None:
    points_earn(guest=guest, cause="reservation:1", now=NOW)
    assert points_earn_undo(cause="reservation:1") == 10
    assert points_earn_undo(cause="reservation:1") == 0
    assert points_earn_undo(cause="") == 0
    assert points_of(guest).balance == 0


def visit() -> Reservation:
    restaurant = make_restaurant()
    make_programme(restaurant.organisation)
    booked = reservation_create(request=a_request(restaurant), actor=STAFF, now=NOW).reservation
    seated = reservation_seat(
        reservation_id=booked.pk, actor=STAFF, now=booked.starts_at + timedelta(minutes=1)
    )
    return reservation_complete(
        reservation_id=seated.pk, actor=STAFF, now=seated.starts_at + timedelta(hours=1)
    )


def test_a_completed_visit_earns_and_taking_it_back_takes_them() -> None:
    done = visit()
    assert done.guest is not None
    assert done.completed_at is not None
    run_deliveries()
    assert points_of(done.guest).balance == 10
    later = done.completed_at + timedelta(minutes=1)
    reservation_undo(reservation_id=done.pk, actor=STAFF, now=later)
    run_deliveries()
    assert points_of(done.guest).balance == 0
    LoyaltyProgramme.objects.update(points_per_unit=1)
    Reservation.objects.update(bill_minor=8050)
    reservation_complete(reservation_id=done.pk, actor=STAFF, now=later)
    run_deliveries()
    assert points_of(done.guest).balance == 90


@pytest.mark.django_db(transaction=True)
def test_points_are_not_spent_twice_by_many_at_once() -> None:
    house = make_organisation()
    guest = make_guest(house)
    correct(guest, 25)
    results = run_together(*[partial(redeem, guest, 10) for _number in range(8)])
    assert sum(isinstance(result, LoyaltyEntry) for result in results) == 2
    assert sum(isinstance(result, NotEnoughPoints) for result in results) == 6
    assert LoyaltyEntry.objects.aggregate(sum=Sum("points"))["sum"] == 5


@pytest.mark.django_db(transaction=True)
def test_one_visit_told_by_many_at_once_earns_once() -> None:
    house = make_organisation()
    make_programme(house)
    guest = make_guest(house)
    earn = partial(points_earn, guest=guest, cause="reservation:7", now=NOW)
    results = run_together(*[earn for _number in range(6)])
    assert not [result for result in results if isinstance(result, Exception)]
    assert LoyaltyEntry.objects.count() == 1


def test_a_form_sent_twice_spends_once(guest: Guest) -> None:
    correct(guest, 50)
    sent: dict[str, Any] = {"points": 30, "note": "Dessert", "once": "abc", "actor": STAFF}
    first = points_redeem(guest_id=guest.pk, now=NOW, **sent)
    assert points_redeem(guest_id=guest.pk, now=NOW, **sent) == first
    assert points_of(guest).balance == 20
    other = make_guest(guest.organisation)
    correct(other, 50)
    points_redeem(guest_id=other.pk, now=NOW, **sent)
    assert points_of(other).balance == 20
