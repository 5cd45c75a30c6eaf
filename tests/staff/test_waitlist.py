"""The waitlist in the staff area: the day, offers, removals, the ledger, settings, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.services import reservation_cancel
from guests.models import Guest
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import GUEST, NOW, STAFF, make_member, make_restaurant
from tests.waitlist.evenings import cancel, fill, join
from waitlist.models import EntryStatus, WaitlistEntry, WaitlistOffer, WaitlistSettings
from waitlist.services import entry_leave, offer_accept

pytestmark = pytest.mark.django_db

DAY = "?date=2026-06-05"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2,))


def client_of(house: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


def url(house: Restaurant, *parts: object) -> str:
    return "/".join(["/staff", house.slug, "waitlist", *map(str, parts), ""])


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_the_day_shows_who_waits_in_the_order_of_offers(house: Restaurant) -> None:
    Guest.objects.create(
        organisation=house.organisation,
        name="Vera",
        email="vip@example.com",
        is_vip=True,
        created_at=NOW,
    )
    fill(house)
    join(house, guest_name="Bo Jansen", guest_phone="+31612345678", until_time=time(20))
    join(house, guest_name="Vera Vis", guest_email="vip@example.com", flexibility_minutes=30)
    text = text_of(client_of(house).get(url(house) + DAY))
    assert text.index("1. Vera Vis") < text.index("2. Bo Jansen")
    assert "Priority 1" in text
    assert "19:00 – 20:00" in text
    assert "Up to 30 minutes earlier or later" in text
    assert "+31612345678" in text
    assert "Fri 5 Jun" in text_of(client_of(house).get(url(house))), "other days are named"
    viewer = text_of(client_of(house, Role.VIEWER).get(url(house) + DAY))
    assert "Bo Jansen" in viewer
    assert "+31612345678" not in viewer
    assert "vip@example.com" not in viewer
    assert "Offer a table" not in viewer
    assert client_of(house, Role.MARKETING).get(url(house)).status_code == 403


def test_an_empty_day_says_so_and_wrong_dates_are_today(house: Restaurant) -> None:
    for query in ("", "?date=never", "?date=9999-99-99"):
        assert "Nobody waits for this day." in text_of(client_of(house).get(url(house) + query))


def test_a_table_is_offered_by_hand_and_the_ledger_says_who_was_passed_over(
    house: Restaurant,
) -> None:
    (booked,) = fill(house)
    join(house, guest_name="First")
    second = join(house, guest_name="Second")
    client = client_of(house)
    nothing = client.post(url(house, second.pk, "notify"), {"date": "2026-06-05"})
    assert nothing.status_code == 409
    assert "There is no table to offer now. No table of this size is free then." in text_of(nothing)
    reservation_cancel(reservation_id=booked.pk, actor=STAFF, now=NOW)
    done = client.post(url(house, second.pk, "notify"), {"date": "2026-06-05"})
    assert done["Location"] == url(house) + DAY
    text = text_of(client.get(url(house) + DAY))
    assert "19:00 is kept until" in text
    assert "Staff chose so" in text
    assert WaitlistOffer.objects.get().entry == second


def test_staff_take_a_guest_off(house: Restaurant) -> None:
    fill(house)
    entry = join(house)
    client = client_of(house)
    assert client.get(url(house, entry.pk, "remove")).status_code == 405
    for _ in range(2):
        client.post(url(house, entry.pk, "remove"), {"date": "2026-06-05"})
    entry.refresh_from_db()
    assert entry.status == EntryStatus.REMOVED
    assert "Taken off by the restaurant" in text_of(client.get(url(house) + DAY))
    assert client.post(url(house, entry.pk, "notify")).status_code == 409


def test_entries_of_other_houses_do_not_exist_here(house: Restaurant) -> None:
    other = make_restaurant(tables=(2,))
    fill(other)
    entry = join(other)
    for step in ("notify", "remove"):
        assert client_of(house).post(url(house, entry.pk, step)).status_code == 404
        assert client_of(house, Role.VIEWER).post(url(house, entry.pk, step)).status_code == 403


def test_a_guest_who_calls_is_added_by_hand(house: Restaurant) -> None:
    client = client_of(house)
    typed = {
        "date": "2026-06-05",
        "guests": "2",
        "from_time": "19:00",
        "guest_name": "Bo Jansen",
        "guest_phone": "+31612345678",
        "priority": "3",
    }
    assert 'value="2026-06-05"' in text_of(client.get(url(house, "add") + DAY))
    free = client.post(url(house, "add"), typed)
    assert free.status_code == 409
    assert "Take a booking" in text_of(free)
    fill(house)
    WaitlistSettings.objects.create(restaurant=house, is_enabled=False)
    wrong = client.post(url(house, "add"), typed | {"from_time": "soon"})
    assert wrong.status_code == 422
    added = client.post(url(house, "add"), typed)
    assert added["Location"] == url(house) + DAY
    entry = WaitlistEntry.objects.get()
    assert (entry.priority, entry.source, entry.status) == (3, "phone", "waiting")
    assert client_of(house, Role.VIEWER).get(url(house, "add")).status_code == 403


def test_settings_are_for_managers_and_audited(house: Restaurant) -> None:
    assert client_of(house).get(url(house, "settings")).status_code == 403
    client = client_of(house, Role.MANAGER)
    assert "checked" in text_of(client.get(url(house, "settings")))
    typed = {
        "is_enabled": "on",
        "is_broadcast": "on",
        "most_per_guest": "2",
        "vip_priority": "0",
        "night_from": "22:00",
        "night_until": "07:30",
    }
    assert client.post(url(house, "settings"), typed | {"vip_priority": "99"}).status_code == 422
    assert client.post(url(house, "settings"), typed).status_code == 303
    found = WaitlistSettings.objects.get()
    assert (found.is_broadcast, found.most_per_guest, found.night_until) == (True, 2, time(7, 30))
    (entry,) = AuditEntry.objects.filter(action="waitlist.settings_changed")
    assert (entry.after or {})["is_broadcast"] == "True"
    assert "first come, first served" in text_of(client.get(url(house)))


def test_the_numbers_say_what_became_of_those_who_waited(house: Restaurant) -> None:
    today = NOW.date()
    (booked,) = fill(house, date=today)
    accepts, leaves = join(house, date=today), join(house, date=today)
    (offer,) = cancel(booked)
    offer_accept(offer_id=offer.pk, actor=GUEST, now=NOW)
    entry_leave(entry_id=leaves.pk, actor=GUEST, now=NOW)
    accepts.refresh_from_db()
    client = client_of(house)
    text = text_of(client.get(url(house, "numbers")))
    assert "50 % of those who waited came to a booking that stands." in text
    assert "100 % of the offers were accepted." in text
    assert "Nobody waited" not in text
    empty = make_restaurant()
    assert "Nobody waited" in text_of(client_of(empty).get(url(empty, "numbers") + "?days=x"))


def test_the_day_asks_as_much_for_many_as_for_one(house: Restaurant) -> None:
    (booked,) = fill(house)
    client = client_of(house)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url(house) + DAY).status_code == 200
        return len(queries)

    join(house)
    join(house, party_size=1)
    cancel(booked)
    client.get(url(house) + DAY)
    few = count()
    for _ in range(4):
        join(house)
    assert count() <= few
