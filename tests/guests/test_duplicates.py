from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.models import Guest, MergeCandidate
from guests.selectors import merge_candidates_open
from guests.selectors.duplicates import candidates_about, candidates_of, merges_reversible
from guests.services import guest_match, merge_candidate_dismiss
from guests.services.duplicates import MOST_WITH_ONE_CLUE, merge_candidates_find
from guests.services.merging import guests_merge, guests_unmerge
from guests.tasks import find_duplicates
from restaurants.models import Organisation, Role
from tests.factories import NOW, STAFF, make_member, make_restaurant, make_user
from tests.guests.people import make_guest, make_organisation
from tests.races import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return make_organisation()


def find(house: Organisation) -> list[tuple[Guest, Guest | None, str]]:
    """What is proposed after a night, the likeliest first."""
    merge_candidates_find(organisation_id=house.pk, now=NOW)
    return [(one.guest, one.other, one.reason) for one in candidates_of(house.pk)]


def person(house: Organisation, name: str, phone: str = "", email: str = "", **more: Any) -> Guest:
    return make_guest(house, name=name, phone=phone or None, email=email or None, **more)


def twice(house: Organisation) -> None:
    """Two records of one account."""
    user = make_user()
    make_guest(house, user=user)
    make_guest(house, user=user)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (
            ("Anna de Vries", "+31612345678", "anna@example.com"),
            ("J. Smit", "+31687654321", "anna@example.com"),
            "email",
        ),
        (
            ("Anna de Vries", "+31612345678", ""),
            ("Anna Vries", "+32412345678", ""),
            "phone_end",
        ),
        (
            ("Anna de Vries", "+31612345678", ""),
            ("Ana de Vries", "+31612345687", ""),
            "phone_start",
        ),
        (
            ("Anna de Vries", "", "annadevries@gmial.com"),
            ("A. de Vries", "+31612345678", "annadevries@gmail.com"),
            "email_name",
        ),
    ],
)
def test_two_records_are_found_by(
    house: Organisation, first: Any, second: Any, reason: str
) -> None:
    one, two = person(house, *first), person(house, *second)
    person(house, "Somebody Else", "+31600000001", "else@example.com")

    assert find(house) == [(one, two, reason)]
    assert find(house) == [(one, two, reason)], "the next night finds nothing new"


def test_one_account_is_one_person(house: Organisation) -> None:
    user = make_user()
    one, two = make_guest(house, user=user), make_guest(house, user=user)

    assert find(house) == [(one, two, "account")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Anna de Vries", "+31612345678", ""), ("Anna de Vries", "+31699887766", "")),
        (("Anna de Vries", "+31612345678", ""), ("Boris Bakker", "+32412345678", "")),
        (("Anna", "", "sales@example.com"), ("Anna", "", "sales@example.org")),
    ],
)
def test_a_name_alone_or_half_a_number_alone_says_nothing(
    house: Organisation, first: Any, second: Any
) -> None:
    person(house, *first)
    person(house, *second)

    assert find(house) == []


def test_another_organisation_and_the_erased_are_left_alone(house: Organisation) -> None:
    person(house, "Anna", "+31612345678", "anna@example.com")
    person(house, "Anna", "+31612345679", "anna@example.com", anonymised_at=NOW)
    person(make_organisation(), "Anna", "+31612345678", "anna@example.com")

    assert find(house) == []


def test_what_many_share_is_nobodys(house: Organisation) -> None:
    for number in range(MOST_WITH_ONE_CLUE + 1):
        person(house, "Anna", f"+316{number:02d}34{number:02d}78", "desk@example.com")

    assert find(house) == []


def test_a_name_given_with_the_contact_of_another_leads_to_who_bears_it(
    house: Organisation,
) -> None:
    anna = person(house, "Anna de Vries", "+31612345678")
    boris = person(house, "Boris Bakker", "", "boris@example.com")
    guest_match(
        organisation_id=house.pk,
        name="boris bakker",
        phone="+31612345678",
        email="",
        language="nl",
        now=NOW,
    )

    assert find(house) == [(anna, boris, "given_name"), (anna, None, "same_contact")]


def test_what_was_set_aside_is_not_proposed_again_also_after_a_merge(house: Organisation) -> None:
    one = person(house, "Anna", "+31612345678", "anna@example.com")
    two = person(house, "Bob", "+31612340000", "anna@example.com")
    find(house)
    merge_candidate_dismiss(candidate_id=MergeCandidate.objects.get().pk, actor=STAFF, now=NOW)
    assert find(house) == []

    three = person(house, "Bobby", "+31699999999")
    guests_merge(kept_id=three.pk, merged_id=two.pk, actor=STAFF, now=NOW)
    assert find(house) == []
    assert candidates_about(one).count() == 0


def test_a_merged_record_lends_its_contacts_to_the_kept_one(house: Organisation) -> None:
    kept = person(house, "Anna", "+31612345678")
    merged = person(house, "Anna", "+31600000000", "anna@example.com")
    other = person(house, "Anna", "+31699999999", "anna@example.com")
    assert find(house) == [(merged, other, "email")]
    done = guests_merge(kept_id=kept.pk, merged_id=merged.pk, actor=STAFF, now=NOW)

    assert list(candidates_of(house.pk)) == [], "one of the two is part of another"
    assert find(house) == [(kept, other, "email")]
    guests_unmerge(merge_id=done.pk, actor=STAFF, now=NOW)
    assert find(house) == [(merged, other, "email")]


def test_what_no_longer_looks_alike_is_forgotten(house: Organisation) -> None:
    person(house, "Anna", "+31612345678", "anna@example.com")
    two = person(house, "Bob", "+31612340000", "anna@example.com")
    find(house)
    Guest.objects.filter(pk=two.pk).update(email="bob@example.com")

    assert find(house) == []
    assert not MergeCandidate.objects.exists()


def test_the_task_looks_at_every_organisation_in_one_statement_each(house: Organisation) -> None:
    for place in (house, make_organisation()):
        twice(place)

    with CaptureQueriesContext(connection) as queries:
        merge_candidates_find(organisation_id=house.pk, now=NOW)
    assert len([one for one in queries if "SAVEPOINT" not in one["sql"]]) == 1
    assert find_duplicates() == 2


def test_only_those_who_may_see_them_do(house: Organisation) -> None:
    place = make_restaurant()
    twice(place.organisation)
    merge_candidates_find(organisation_id=place.organisation_id, now=NOW)

    assert merge_candidates_open(make_member(place, Role.MANAGER)).count() == 1
    assert merge_candidates_open(make_member(place, Role.VIEWER)).count() == 0
    assert merge_candidates_open(make_member(make_restaurant(), Role.OWNER)).count() == 0


def test_merges_can_be_seen_until_they_cannot_be_taken_back(house: Organisation) -> None:
    done = guests_merge(
        kept_id=make_guest(house).pk, merged_id=make_guest(house).pk, actor=STAFF, now=NOW
    )

    assert list(merges_reversible([house.pk], now=NOW)) == [done]
    assert not merges_reversible([house.pk], now=NOW + timedelta(days=31))
    guests_unmerge(merge_id=done.pk, actor=STAFF, now=NOW)
    assert not merges_reversible([house.pk], now=NOW)


@pytest.mark.django_db(transaction=True)
def test_two_nights_at_once_note_a_pair_once(house: Organisation) -> None:
    person(house, "Anna", "+31612345678", "anna@example.com")
    person(house, "Anna", "+31612345670", "anna@example.com")
    look = partial(merge_candidates_find, organisation_id=house.pk, now=NOW)

    assert run_together(look, look) == [1, 1]
    assert MergeCandidate.objects.count() == 1
