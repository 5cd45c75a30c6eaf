"""Two records become one, and two again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.models import Reservation
from bookings.services import reservation_create
from guests.merging import register_recount, unregister_recount
from guests.models import (
    ConsentPurpose,
    Guest,
    GuestMerge,
    GuestTag,
    LoyaltyEntry,
    MergeCandidate,
    Tag,
    TagRefusal,
)
from guests.services import consent_record
from guests.services.merging import MergeRefused, UnmergeRefused, guests_unmerge
from guests.services.moving import relations
from guests.services.tags import tag_take
from reservehub.core.errors import NotFound
from reservehub.core.models import AuditEntry
from reservehub.core.testing import run_deliveries
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest, make_organisation, merge, note

pytestmark = pytest.mark.django_db


def unmerge(done: GuestMerge, **values: Any) -> GuestMerge:
    return guests_unmerge(merge_id=done.pk, actor=STAFF, **{"now": NOW, **values})


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
