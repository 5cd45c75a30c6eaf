"""Each lock of the guest book: what it is for, and that it is what does it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from bookings.models import Reservation
from bookings.services import figures as counting
from bookings.services import reservation_create
from guests.models import ConsentEntry, ConsentPurpose, Guest, GuestFigures, PrivacyLink
from guests.services import consent, consent_record, importing, loyalty
from guests.services import privacy as own
from guests.services.importing import import_check, import_read, import_run, import_start
from guests.services.loyalty import points_correct, points_redeem
from guests.services.privacy import MOST_LINKS, privacy_link_create
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant
from tests.guests.people import make_guest, make_organisation
from tests.races import meet_after, run_together, wait_for_a_waiter, without_row_locks

pytestmark = pytest.mark.django_db(transaction=True)

Patch = pytest.MonkeyPatch


def failures(outcomes: Sequence[object]) -> int:
    return sum(isinstance(outcome, Exception) for outcome in outcomes)


def without_locks(monkeypatch: Patch, module: Any, name: str) -> None:
    """Rows are read without locking them, and all meet after `name`."""
    without_row_locks(monkeypatch)
    meet_after(monkeypatch, module, name)


# --- Points ---------------------------------------------------------------------------------------


def redeem_at_once() -> Sequence[object]:
    """Four times ten of twenty-five points."""
    guest = make_guest(make_organisation())
    points_correct(guest_id=guest.pk, points=25, note="Gift", actor=STAFF, now=NOW)
    redeem = partial(
        points_redeem, guest_id=guest.pk, points=10, note="Dessert", actor=STAFF, now=NOW
    )
    return run_together(*[redeem] * 4)


def test_points_are_spent_once() -> None:
    assert failures(redeem_at_once()) == 2


def test_without_the_guest_s_row_they_would_be_spent_twice(monkeypatch: Patch) -> None:
    without_locks(monkeypatch, loyalty, "_balance")
    assert failures(redeem_at_once()) < 2


# --- Consents -------------------------------------------------------------------------------------


def agree_at_once() -> int:
    guest = make_guest(make_organisation())
    agree = partial(
        consent_record,
        guest_id=guest.pk,
        purpose=ConsentPurpose.MARKETING,
        is_given=True,
        wording="Yes",
        source="booking",
        actor=GUEST,
        now=NOW,
    )
    assert failures(run_together(*[agree] * 4)) == 0
    return ConsentEntry.objects.count()


def test_a_consent_is_one_line() -> None:
    assert agree_at_once() == 1


def test_without_the_guest_s_row_it_would_be_several(monkeypatch: Patch) -> None:
    without_locks(monkeypatch, consent, "_locked")
    assert agree_at_once() > 1


# --- Links to what is stored ----------------------------------------------------------------------


def links_at_once() -> int:
    guest = make_guest(make_organisation())
    make = partial(privacy_link_create, guest_id=guest.pk, actor=GUEST, now=NOW)
    run_together(*[make] * (MOST_LINKS + 3))
    return PrivacyLink.objects.count()


def test_a_guest_gets_so_many_links_a_day() -> None:
    assert links_at_once() == MOST_LINKS


def test_without_the_guest_s_row_they_would_get_more(monkeypatch: Patch) -> None:
    without_locks(monkeypatch, own, "records_locked")
    assert links_at_once() > MOST_LINKS


# --- Imports --------------------------------------------------------------------------------------


def import_at_once() -> Sequence[object]:
    cache.clear()
    house = make_restaurant().organisation_id
    found = import_read(
        organisation_id=house,
        data=b"Name,Phone\nAnna,+31612345678\nBo,+31612345679\n",
        file_name="book.csv",
        actor=STAFF,
        now=NOW,
    )
    import_check(import_id=found.pk, mapping=found.mapping, now=NOW)
    import_start(import_id=found.pk, leaves_out_bad_rows=False, actor=STAFF, now=NOW)
    return run_together(*[partial(import_run, import_id=found.pk, now=NOW)] * 3)


def test_of_three_workers_one_imports_a_file() -> None:
    assert sorted(import_at_once(), key=str) == [False, False, True]
    assert Guest.objects.count() == 2


def test_without_the_import_s_row_they_would_run_into_each_other(monkeypatch: Patch) -> None:
    """The contacts are unique, so that even then nobody is there twice."""
    tries: list[int] = []
    real = importing._run

    def counted(import_id: int, now: Any) -> bool:
        tries.append(import_id)
        return real(import_id, now)

    monkeypatch.setattr(importing, "_run", counted)
    without_locks(monkeypatch, importing, "_plan")
    import_at_once()
    assert len(tries) > 3
    assert Guest.objects.count() == 2


# --- Figures --------------------------------------------------------------------------------------


def count_behind_a_visit() -> int:
    """A count that begins while another one, which has seen a visit, is not finished yet."""
    row = reservation_create(request=a_request(make_restaurant()), actor=STAFF, now=NOW).reservation
    guest_id = row.guest_id
    assert guest_id is not None
    count: Callable[[], int] = partial(counting.figures_count, [guest_id], NOW)
    count()
    second = threading.Thread(target=run_together, args=(count,))
    with transaction.atomic():
        Reservation.objects.update(status="completed")
        count()
        second.start()
        wait_for_a_waiter()
    second.join()
    return GuestFigures.objects.get().visits


def test_the_later_count_has_seen_what_the_earlier_one_saw() -> None:
    assert count_behind_a_visit() == 1


def test_without_the_guest_s_row_it_would_write_what_it_saw_before(monkeypatch: Patch) -> None:
    monkeypatch.setattr(counting, "_LOCK", "SELECT unnest(%s::bigint[])")
    assert count_behind_a_visit() == 0
