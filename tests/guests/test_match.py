from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.models import Guest, MergeCandidate
from guests.services import guest_match_or_create
from restaurants.models import Organisation
from tests.factories import NOW, make_user
from tests.races import run_together

pytestmark = pytest.mark.django_db

PHONE = "+31612345678"


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(name="Organisation", slug="organisation")


def match(organisation: Organisation, **fields: Any) -> Guest:
    return guest_match_or_create(
        organisation_id=organisation.pk,
        now=NOW,
        **{"name": "Anna", "phone": PHONE, "email": "", "language": "en", **fields},
    )


def test_the_same_phone_is_the_same_guest(organisation: Organisation) -> None:
    first = match(organisation)

    assert match(organisation, email="anna@example.com").pk == first.pk
    first.refresh_from_db()
    assert first.email == "anna@example.com"


def test_another_name_is_noted_once_and_overwrites_nothing(organisation: Organisation) -> None:
    guest = match(organisation)
    for _ in range(2):
        assert match(organisation, name="Boris").pk == guest.pk
    match(organisation, name="  ANNA ")

    guest.refresh_from_db()
    assert guest.name == "Anna"
    assert list(MergeCandidate.objects.values_list("name", flat=True)) == ["Boris"]


def test_an_email_alone_finds_the_guest_who_once_gave_both(organisation: Organisation) -> None:
    guest = match(organisation, email="anna@example.com")

    assert match(organisation, phone="", email="anna@example.com").pk == guest.pk


def test_another_organisation_knows_nobody(organisation: Organisation) -> None:
    other = Organisation.objects.create(name="Other", slug="other")

    assert match(organisation).pk != match(other).pk


def test_an_account_is_remembered_but_not_replaced(organisation: Organisation) -> None:
    user = make_user()
    guest = match(organisation)

    match(organisation, user_id=user.pk)
    match(organisation, user_id=make_user().pk)

    guest.refresh_from_db()
    assert guest.user == user


def test_nobody_is_refused(organisation: Organisation) -> None:
    with pytest.raises(ValueError, match="needs a phone"):
        match(organisation, phone="", email="")


def test_a_guest_is_one_query_known_or_new(organisation: Organisation) -> None:
    with CaptureQueriesContext(connection) as new:
        match(organisation)
    with CaptureQueriesContext(connection) as known:
        match(organisation)

    assert (len(new), len(known)) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("contact", [{}, {"phone": "", "email": "anna@example.com"}])
def test_a_guest_who_books_twice_at_once_is_one_guest(
    organisation: Organisation, contact: dict[str, str]
) -> None:
    results = run_together(*[partial(match, organisation, **contact)] * 8)

    assert {getattr(found, "pk", found) for found in results} == {Guest.objects.get().pk}


@pytest.mark.django_db(transaction=True)
def test_the_race_is_real_without_the_constraint(organisation: Organisation) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX guests_phone_is_unique_in_an_organisation")
    try:
        for _ in range(50):  # a race is not lost every time
            run_together(*[partial(match, organisation)] * 8)
            if Guest.objects.count() > 1:
                break
            Guest.objects.all().delete()
        assert Guest.objects.count() > 1
    finally:
        Guest.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX guests_phone_is_unique_in_an_organisation"
                " ON guests_guest (organisation_id, phone) WHERE phone IS NOT NULL"
            )
