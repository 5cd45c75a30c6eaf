from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from time import monotonic
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from bookings.models import Reservation
from bookings.services import reservation_cancel, reservation_create
from guests.merging import register_recount, unregister_recount
from guests.models import (
    ConsentPurpose,
    Guest,
    GuestMerge,
    GuestNote,
    GuestTag,
    LoyaltyEntry,
    MergeCandidate,
    Tag,
    TagRefusal,
)
from guests.services import consent_record, guest_match
from guests.services.merging import (
    MergeRefused,
    UnmergeRefused,
    guests_merge,
    guests_unmerge,
)
from guests.services.moving import GuestBusy, relations
from guests.services.tags import tag_take
from reservehub.core.errors import NotFound
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from tests.factories import FRIDAY, GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest, make_organisation
from tests.races import run_together

pytestmark = pytest.mark.django_db

_PATIENCE = 60.0


@pytest.fixture
def kept() -> Guest:
    return make_guest(make_organisation(), name="Anna")


@pytest.fixture
def merged(kept: Guest) -> Guest:
    return make_guest(kept.organisation, name="A. de Vries")


def merge(kept: Guest, merged: Guest, **values: Any) -> GuestMerge:
    return guests_merge(kept_id=kept.pk, merged_id=merged.pk, actor=STAFF, **{"now": NOW, **values})


def unmerge(done: GuestMerge, **values: Any) -> GuestMerge:
    return guests_unmerge(merge_id=done.pk, actor=STAFF, **{"now": NOW, **values})


def note(guest: Guest) -> GuestNote:
    return GuestNote.objects.create(guest=guest, text="Likes tea", created_at=NOW, updated_at=NOW)


def tag(guest: Guest, name: str) -> GuestTag:
    label, _ = Tag.objects.get_or_create(
        organisation=guest.organisation, name=name, defaults={"created_at": NOW}
    )
    return GuestTag.objects.create(guest=guest, tag=label, created_at=NOW)


def agree(guest: Guest, *, is_given: bool = True) -> None:
    consent_record(
        guest_id=guest.pk,
        purpose=ConsentPurpose.MARKETING,
        is_given=is_given,
        wording="Offers",
        source="booking",
        actor=GUEST,
        now=NOW - timedelta(days=1),
    )
    guest.refresh_from_db()


def tags_of(guest: Guest) -> set[str]:
    return set(guest.tag_links.values_list("tag__name", flat=True))


def test_what_belongs_to_a_guest_moves_and_comes_back(kept: Guest, merged: Guest) -> None:
    mine, theirs = note(kept), note(merged)
    points = LoyaltyEntry.objects.create(guest=merged, points=5, reason="visit", created_at=NOW)

    done = merge(kept, merged)
    assert set(kept.notes.all()) == {mine, theirs}
    assert kept.loyalty_entries.get() == points

    unmerge(done)
    assert kept.notes.get() == mine
    assert merged.notes.get() == theirs
    assert merged.loyalty_entries.get() == points


def test_reservations_move_and_come_back() -> None:
    restaurant = make_restaurant()
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    assert booked.guest is not None
    kept = make_guest(restaurant.organisation)

    done = merge(kept, booked.guest)
    assert Reservation.objects.get().guest == kept
    unmerge(done)
    assert Reservation.objects.get().guest == booked.guest


def test_tags_are_united_and_a_shared_one_stays_with_both(kept: Guest, merged: Guest) -> None:
    for guest, name in [(kept, "shared"), (merged, "shared"), (merged, "wine")]:
        tag(guest, name)

    done = merge(kept, merged)
    assert tags_of(kept) == {"shared", "wine"}
    unmerge(done)
    assert (tags_of(kept), tags_of(merged)) == ({"shared"}, {"shared", "wine"})


def test_what_was_written_since_stays_with_the_kept_record(kept: Guest, merged: Guest) -> None:
    done = merge(kept, merged)
    later = note(kept)

    unmerge(done)

    assert later in kept.notes.all()


def test_vip_and_blocked_if_either_is(kept: Guest, merged: Guest) -> None:
    Guest.objects.filter(pk=merged.pk).update(
        is_vip=True, is_blocked=True, block_reason="Did not pay"
    )
    done = merge(kept, merged)
    kept.refresh_from_db()
    assert (kept.is_vip, kept.is_blocked, kept.block_reason) == (True, True, "Did not pay")

    unmerge(done)
    kept.refresh_from_db()
    assert (kept.is_vip, kept.is_blocked, kept.block_reason) == (False, False, "")


def test_a_tag_that_was_taken_by_hand_is_not_given_to_the_kept_record(
    kept: Guest, merged: Guest
) -> None:
    label = Tag.objects.create(
        organisation=kept.organisation, name="Regular", rule=[], created_at=NOW
    )
    tag_take(guest=merged, tag=label, actor=STAFF, now=NOW)

    done = merge(kept, merged)
    assert TagRefusal.objects.get().guest == kept
    unmerge(done)
    assert TagRefusal.objects.get().guest == merged


def test_the_bookings_of_both_are_those_of_a_vip_until_it_is_taken_back() -> None:
    restaurant = make_restaurant()
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    assert booked.guest is not None
    kept = make_guest(restaurant.organisation, is_vip=True)

    done = merge(kept, booked.guest)
    run_deliveries()
    assert Reservation.objects.get().is_vip
    unmerge(done)
    run_deliveries()
    assert not Reservation.objects.get().is_vip


def test_what_another_merged_record_says_as_well_stays(kept: Guest, merged: Guest) -> None:
    third = make_guest(kept.organisation, is_vip=True)
    Guest.objects.filter(pk=merged.pk).update(is_vip=True)
    done = merge(kept, merged)
    merge(kept, third)

    unmerge(done)

    kept.refresh_from_db()
    assert kept.is_vip


def test_who_is_taken_apart_is_not_proposed_again(kept: Guest, merged: Guest) -> None:
    unmerge(merge(merged, kept))

    pair = MergeCandidate.objects.get()
    assert (pair.guest, pair.other, pair.dismissed_at) == (kept, merged, NOW)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_offers_only_where_both_agreed(
    kept: Guest, merged: Guest, *, first: bool, second: bool, both: bool
) -> None:
    for guest, is_given in [(kept, first), (merged, second)]:
        if is_given:
            agree(guest)

    done = merge(kept, merged)
    kept.refresh_from_db()
    assert kept.has_marketing_consent is both
    last = kept.consents.first()
    assert (last.is_given if last else False) is both

    unmerge(done)
    for guest, was_given in [(kept, first), (merged, second)]:
        guest.refresh_from_db()
        assert guest.has_marketing_consent is was_given
        last = guest.consents.first()
        assert (last.is_given if last else False) is was_given


def test_a_value_changed_since_is_not_put_back(kept: Guest, merged: Guest) -> None:
    Guest.objects.filter(pk=merged.pk).update(preferences="Window")
    done = merge(kept, merged)
    Guest.objects.filter(pk=kept.pk).update(preferences="Terrace")

    unmerge(done)

    kept.refresh_from_db()
    assert kept.preferences == "Terrace"


def test_merging_twice_is_merging_once(kept: Guest, merged: Guest) -> None:
    first = merge(kept, merged)
    assert merge(kept, merged) == first
    unmerge(first)
    unmerge(first)

    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["guests.merged", "guests.unmerged"]


def test_a_chain_points_to_the_last_record(kept: Guest, merged: Guest) -> None:
    last = make_guest(kept.organisation)
    merge(kept, merged)
    second = merge(last, kept)
    merged.refresh_from_db()
    assert merged.merged_into == last

    unmerge(second)
    merged.refresh_from_db()
    assert merged.merged_into == kept


def test_the_earlier_merge_of_a_chain_is_taken_back_after_the_later(
    kept: Guest, merged: Guest
) -> None:
    first = merge(kept, merged)
    second = merge(make_guest(kept.organisation), kept)
    with pytest.raises(UnmergeRefused):
        unmerge(first)

    unmerge(second)
    assert unmerge(first).undone_at == NOW


def test_after_thirty_days_it_stays(kept: Guest, merged: Guest) -> None:
    done = merge(kept, merged)
    with pytest.raises(UnmergeRefused):
        unmerge(done, now=NOW + timedelta(days=30, seconds=1))

    assert unmerge(done, now=NOW + timedelta(days=30)).undone_at is not None


def test_what_cannot_be_one_is_refused(kept: Guest, merged: Guest) -> None:
    erased = make_guest(kept.organisation, anonymised_at=NOW)
    for other in (kept, erased, make_guest(make_organisation())):
        with pytest.raises(MergeRefused):
            merge(kept, other)
    merged.pk = 0
    with pytest.raises(NotFound):
        merge(kept, merged)


def test_figures_of_both_are_counted_again(kept: Guest, merged: Guest) -> None:
    asked: list[Any] = []
    recount = register_recount(lambda ids, now: asked.append((list(ids), now)))
    try:
        unmerge(merge(kept, merged))
    finally:
        unregister_recount(recount)

    assert asked == [([kept.pk, merged.pk], NOW)] * 2


def test_every_relation_to_a_guest_follows_a_merge() -> None:
    """A new table that points to guests is found by itself; one that shall not says so."""
    assert {
        "bookings.reservation.guest",
        "guests.consententry.guest",
        "guests.guestnote.guest",
        "guests.guesttag.guest",
        "guests.loyaltyentry.guest",
        "guests.tagrefusal.guest",
        "notifications.contactpoint.guest",
        "notifications.guestpreference.guest",
        "notifications.message.guest",
        "reviews.review.guest",
        "waitlist.waitlistentry.guest",
        "waitlist.queueentry.guest",
    } <= {path for path, _ in relations()}


@pytest.mark.django_db(transaction=True)
def test_two_merges_that_cross_are_one(kept: Guest, merged: Guest) -> None:
    run_together(partial(merge, kept, merged), partial(merge, merged, kept))

    assert GuestMerge.objects.count() == 1
    assert Guest.objects.filter(merged_into=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_books_while_records_merge_books_as_the_kept_one(kept: Guest, merged: Guest) -> None:
    """The booking has found the record and waits for its lock when it becomes part of another."""

    def book() -> Guest:
        return guest_match(
            organisation_id=kept.organisation_id,
            name="Anna",
            phone="",
            email=merged.email or "",
            language="en",
            now=NOW,
        ).guest

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge(kept, merged)
            booking = pool.submit(alone, book)
            wait_for_a_waiter()
        assert booking.result(_PATIENCE) == kept


def meet_in_a_circle() -> list[BaseException]:
    """A merge holds the guest and wants the reservation; we hold that one and want the guest.
    Returns how it went wrong for either.
    """
    restaurant = make_restaurant()
    booked = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    guest = booked.guest
    assert guest is not None
    kept = make_guest(restaurant.organisation)
    failures: list[BaseException] = []
    with ThreadPoolExecutor(1) as pool:
        try:
            with transaction.atomic():
                Reservation.objects.select_for_update().get(pk=booked.pk)
                merging = pool.submit(alone, lambda: merge(kept, guest).kept)
                wait_for_a_waiter()
                Guest.objects.select_for_update(no_key=True).get(pk=guest.pk)
        except OperationalError as error:
            failures.append(error)
        failure = merging.exception(_PATIENCE)
    return failures + ([failure] if failure else [])


@pytest.mark.django_db(transaction=True)
def test_a_merge_makes_way_for_who_has_the_reservation_and_wants_the_guest() -> None:
    assert meet_in_a_circle() == []
    assert GuestMerge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_circle_is_real_where_a_merge_does_not_make_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("guests.services.moving.PATIENCE", "0")  # waits for ever
    failure = meet_in_a_circle()[0]
    assert isinstance(failure.__cause__, DeadlockDetected)


@pytest.mark.django_db(transaction=True)
def test_a_merge_that_is_never_let_in_says_so(
    kept: Guest, merged: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guests.services.moving.TRIES", 1)
    mine = note(merged)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        GuestNote.objects.select_for_update().get(pk=mine.pk)
        refused = pool.submit(alone, lambda: merge(kept, merged).kept)
        assert isinstance(refused.exception(_PATIENCE), GuestBusy)
    assert not GuestMerge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_merging_while_bookings_are_made_and_cancelled_loses_nothing() -> None:
    restaurant = make_restaurant()
    who = {"guest_email": "anna@example.com"}
    booked = [
        reservation_create(
            request=a_request(restaurant, date=FRIDAY + timedelta(days=day), **who),
            actor=GUEST,
            now=NOW,
        ).reservation
        for day in range(3)
    ]
    guest = booked[0].guest
    assert guest is not None
    kept = make_guest(restaurant.organisation)

    outcomes = run_together(
        partial(merge, kept, guest),
        *(
            partial(reservation_cancel, reservation_id=one.pk, actor=STAFF, now=NOW)
            for one in booked[:2]
        ),
        partial(
            reservation_create,
            request=a_request(restaurant, date=FRIDAY + timedelta(days=3), **who),
            actor=GUEST,
            now=NOW,
        ),
    )

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert Reservation.objects.filter(guest=kept).count() == 4


def alone(work: Callable[[], Guest]) -> Guest:
    try:
        return work()
    finally:
        connection.close()


def wait_for_a_waiter() -> None:
    """Until somebody waits for a row that this transaction has locked."""
    deadline = monotonic() + _PATIENCE
    while monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"  # unlike pg_stat_activity not a snapshot
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
