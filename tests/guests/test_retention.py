"""What the clock forgets (rules 107, 108)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Reservation
from bookings.services import reservation_create
from bookings.services.figures import figures_count
from guests.models import ConsentEntry, Guest, GuestFigures, GuestNote, PrivacySettings
from guests.privacy import register_pause, unregister_pause
from guests.services.retention import guests_forget_idle, health_purge_old, months_before
from guests.tasks import forget_idle, purge_health
from notifications.models import ConversationEntry
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=3 * 365)
LATELY = NOW - timedelta(days=200)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


def an_idle_guest(restaurant: Restaurant, **fields: Any) -> Guest:
    return make_guest(
        restaurant.organisation,
        **{"created_at": LONG_AGO, "visits": 1, "last_visit_on": LONG_AGO.date(), **fields},
    )


def known() -> set[str]:
    return set(Guest.objects.filter(anonymised_at=None).values_list("name", flat=True))


def test_who_has_not_come_for_two_years_is_forgotten_and_the_numbers_stay(
    restaurant: Restaurant,
) -> None:
    idle = an_idle_guest(restaurant, name="Idle", spend_minor=5000)
    an_idle_guest(restaurant, name="Regular", last_visit_on=LATELY.date())
    make_guest(restaurant.organisation, name="New", created_at=LATELY)
    make_guest(restaurant.organisation, name="Never came", created_at=LONG_AGO)

    assert guests_forget_idle(now=NOW) == 2
    assert known() == {"Regular", "New"}
    idle.refresh_from_db()
    assert (idle.name, idle.email, idle.anonymised_at) == ("", None, NOW)
    assert idle.figures.spend_minor == 5000
    entry = AuditEntry.objects.filter(action="guests.guest.erased").first()
    assert entry is not None
    assert (entry.actor_kind, entry.after) == ("system", {"reason": "idle"})

    assert guests_forget_idle(now=NOW) == 0, "a second night finds nothing"


def test_the_house_says_how_long(restaurant: Restaurant) -> None:
    PrivacySettings.objects.create(organisation=restaurant.organisation, idle_months=6)
    an_idle_guest(restaurant, last_visit_on=LATELY.date())
    elsewhere = make_restaurant()
    an_idle_guest(elsewhere, name="Elsewhere", last_visit_on=LATELY.date())

    guests_forget_idle(now=NOW)

    assert known() == {"Elsewhere"}


def test_who_is_expected_or_has_said_something_since_is_not_idle(restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant, guest_name="Expected"), actor=GUEST, now=NOW)
    Guest.objects.filter(name="Expected").update(created_at=LONG_AGO)
    speaker = an_idle_guest(restaurant, name="Speaker")
    ConsentEntry.objects.create(
        guest=speaker, purpose="marketing", is_given=True, source="own_page", created_at=LATELY
    )

    assert guests_forget_idle(now=NOW) == 0
    assert known() == {"Expected", "Speaker"}


def test_a_visit_under_a_merged_record_keeps_both(restaurant: Restaurant) -> None:
    kept = an_idle_guest(restaurant, name="Kept")
    merged = an_idle_guest(restaurant, name="Merged", merged_into=kept)
    lone = an_idle_guest(restaurant, name="Lone")
    an_idle_guest(restaurant, name="Part of lone", merged_into=lone)
    ConsentEntry.objects.create(
        guest=merged, purpose="marketing", is_given=True, source="booking", created_at=LATELY
    )

    assert guests_forget_idle(now=NOW) == 1
    assert known() == {"Kept", "Merged"}


def test_an_unpaid_dispute_puts_it_off(restaurant: Restaurant) -> None:
    debtor = an_idle_guest(restaurant, name="Debtor")
    an_idle_guest(restaurant, name="Other")

    def dispute(guest_ids: Sequence[int], now: datetime) -> Collection[int]:
        return {debtor.pk} & set(guest_ids)

    register_pause(dispute)
    try:
        guests_forget_idle(now=NOW)
        assert known() == {"Debtor"}
    finally:
        unregister_pause(dispute)
    guests_forget_idle(now=NOW)
    assert known() == set()


def test_names_left_at_the_door_without_a_contact_go_too(restaurant: Restaurant) -> None:
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    Reservation.objects.filter(pk=booked.reservation.pk).update(
        guest=None, starts_at=LONG_AGO, ends_at=LONG_AGO + timedelta(hours=2)
    )
    for at in (LONG_AGO, LATELY):
        ConversationEntry.objects.create(
            restaurant=restaurant, direction="in", channel="sms", text="Hello?", at=at
        )
    guests_forget_idle(now=NOW)

    assert Reservation.objects.get().guest_name == ""
    assert ConversationEntry.objects.get().at == LATELY, "nor what a stranger wrote"


def test_many_guests_are_forgotten_with_few_questions(restaurant: Restaurant) -> None:
    for _ in range(5):
        an_idle_guest(restaurant)
    with CaptureQueriesContext(connection) as few:
        guests_forget_idle(now=NOW)
    for _ in range(25):
        an_idle_guest(restaurant)
    with CaptureQueriesContext(connection) as many:
        assert guests_forget_idle(now=NOW) == 25

    assert len(many) - len(few) <= 20, "only the audit has a row for each"


@pytest.mark.parametrize(
    ("now", "months", "then"),
    [
        ("2026-03-31T00:00+00:00", 1, "2026-02-28T00:00+00:00"),
        ("2026-06-01T09:00+00:00", 24, "2024-06-01T09:00+00:00"),
        ("2026-01-15T00:00+00:00", 1, "2025-12-15T00:00+00:00"),
        ("2024-02-29T00:00+00:00", 12, "2023-02-28T00:00+00:00"),
    ],
)
def test_months_are_those_of_the_calendar(now: str, months: int, then: str) -> None:
    assert months_before(datetime.fromisoformat(now), months) == datetime.fromisoformat(then)


class TestHealth:
    """30 days after the visit, unless the guest keeps them."""

    @pytest.fixture
    def visit(self, restaurant: Restaurant) -> Reservation:
        booked = reservation_create(
            request=a_request(
                restaurant,
                dietary_restrictions=("vegan",),
                special_requests="I faint at nuts",
                has_health_consent=True,
                required_features=frozenset(),
            ),
            actor=GUEST,
            now=NOW,
        )
        guest = booked.reservation.guest
        assert guest is not None
        Guest.objects.filter(pk=guest.pk).update(
            dietary_needs=["vegan"], preferred_features=["wheelchair_accessible", "quiet"]
        )
        GuestNote.objects.create(
            guest=guest, kind="allergy", text="Nuts", created_at=NOW, updated_at=NOW
        )
        GuestNote.objects.create(
            guest=guest, kind="general", text="Jolly", created_at=NOW, updated_at=NOW
        )
        Reservation.objects.update(
            status="completed", required_features=["wheelchair_accessible", "window"]
        )
        figures_count([guest.pk], booked.reservation.ends_at)
        return booked.reservation

    def purge(self, visit: Reservation, *, days: int) -> int:
        return health_purge_old(now=visit.ends_at + timedelta(days=days))

    def test_they_go_after_thirty_days(self, visit: Reservation) -> None:
        assert self.purge(visit, days=29) == 0
        visit.refresh_from_db()
        assert visit.dietary_restrictions == ["vegan"]

        assert self.purge(visit, days=32) > 0
        visit.refresh_from_db()
        assert (visit.dietary_restrictions, visit.special_requests) == ([], "")
        assert visit.required_features == ["window"]
        guest = Guest.objects.get()
        assert (guest.dietary_needs, guest.preferred_features) == ([], ["quiet"])
        assert [note.text for note in GuestNote.objects.all()] == ["Jolly"]
        assert self.purge(visit, days=33) == 0

    def test_they_stay_with_whoever_keeps_them(self, visit: Reservation) -> None:
        Guest.objects.update(keeps_health_notes=True)
        assert self.purge(visit, days=400) == 0
        visit.refresh_from_db()
        assert visit.dietary_restrictions == ["vegan"]

    def test_they_stay_while_the_guest_is_expected_again(self, visit: Reservation) -> None:
        GuestFigures.objects.update_or_create(
            guest=visit.guest,
            defaults={"upcoming": 1, "last_visit_on": visit.service_date, "counted_at": NOW},
        )
        self.purge(visit, days=40)

        assert Guest.objects.get().dietary_needs == ["vegan"], "known at the next visit"
        visit.refresh_from_db()
        assert visit.dietary_restrictions == [], "but not what was said about the last one"


def test_the_nightly_tasks_ask_the_clock(restaurant: Restaurant) -> None:
    an_idle_guest(restaurant)
    with clock.freeze(NOW):
        assert forget_idle() == 1
        assert purge_health() == 0
