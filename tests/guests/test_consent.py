from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from guests.models import ConsentEntry, ConsentPurpose, Guest
from guests.services import consent_record
from reservehub.core.errors import NotFound
from reservehub.core.models import AuditEntry
from tests.factories import GUEST, NOW
from tests.guests.people import make_guest, make_organisation
from tests.races import run_together

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest() -> Guest:
    return make_guest(make_organisation())


def say(guest: Guest, *, is_given: bool, **values: Any) -> ConsentEntry | None:
    return consent_record(
        guest_id=guest.pk,
        is_given=is_given,
        actor=GUEST,
        **{
            "purpose": ConsentPurpose.MARKETING,
            "wording": "Send me offers",
            "source": "booking",
            "now": NOW,
            **values,
        },
    )


def test_the_guest_shows_the_last_word_and_the_ledger_all_of_them(guest: Guest) -> None:
    entry = say(guest, is_given=True, ip="203.0.113.7")
    assert entry is not None
    assert (entry.wording, entry.ip_address) == ("Send me offers", "203.0.113.7")
    guest.refresh_from_db()
    assert guest.has_marketing_consent

    say(guest, is_given=False, source="unsubscribe_link", now=NOW + timedelta(days=1))
    assert not Guest.objects.get().has_marketing_consent
    assert [line.is_given for line in guest.consents.all()] == [False, True]


@pytest.mark.parametrize("is_given", [True, False])
def test_saying_the_same_again_writes_nothing(guest: Guest, *, is_given: bool) -> None:
    say(guest, is_given=True)
    say(guest, is_given=is_given)
    lines, entries = ConsentEntry.objects.count(), AuditEntry.objects.count()

    assert say(guest, is_given=is_given) is None
    assert (ConsentEntry.objects.count(), AuditEntry.objects.count()) == (lines, entries)


def test_who_never_agreed_has_nothing_to_withdraw(guest: Guest) -> None:
    assert say(guest, is_given=False) is None


def test_keeping_health_notes_is_a_consent_of_its_own(guest: Guest) -> None:
    say(guest, is_given=True, purpose=ConsentPurpose.HEALTH)

    guest.refresh_from_db()
    assert guest.keeps_health_notes
    assert not guest.has_marketing_consent


def test_a_merged_record_speaks_for_the_kept_one(guest: Guest) -> None:
    merged = make_guest(guest.organisation, merged_into=guest)

    entry = say(merged, is_given=True)

    assert entry is not None
    assert entry.guest_id == guest.pk


def test_every_change_is_audited(guest: Guest) -> None:
    say(guest, is_given=True)
    say(guest, is_given=False)

    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "guests.consent.given",
        "guests.consent.withdrawn",
    ]


def test_an_unknown_guest_agrees_to_nothing(guest: Guest) -> None:
    guest.pk = 0
    with pytest.raises(NotFound):
        say(guest, is_given=True)


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_are_one_line(guest: Guest) -> None:
    run_together(*[partial(say, guest, is_given=True)] * 4)

    assert ConsentEntry.objects.count() == 1
