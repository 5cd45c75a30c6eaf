"""The guest's pages of the waitlist: join from a full time, follow, answer, change, leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from bookings.models import Reservation
from bookings.selectors import manage_path
from guests.models import Guest
from reservehub.core import clock
from restaurants.models import Area, Restaurant
from tests.factories import GUEST, NOW, STAFF, make_restaurant, make_table
from tests.pages.conftest import text_of
from tests.waitlist.evenings import cancel, fill, join, offered
from waitlist.models import EntryStatus, WaitlistEntry, WaitlistOffer, WaitlistSettings
from waitlist.selectors import entry_token_of
from waitlist.services import entry_leave, entry_remove

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture(autouse=True)
def _at_monday_morning() -> Iterator[None]:
    cache.clear()
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(name="Bistro Anna", tables=(2,))


def form(**changes: Any) -> dict[str, Any]:
    return {
        "date": "2026-06-05",
        "from_time": "19:00",
        "until_time": "19:30",
        "flexibility": "30",
        "guests": "2",
        "name": "Bo Jansen",
        "contact": "bo@example.com",
        "nonce": "n-1",
        **changes,
    }


def url(house: Restaurant) -> str:
    return f"/r/{house.slug}/waitlist/"


def page_of(entry: WaitlistEntry, step: str = "") -> str:
    return f"/w/{entry_token_of(entry)}/{step}{'/' if step else ''}"


def answer(client: Client, entry: WaitlistEntry, step: str) -> Any:
    offer = WaitlistOffer.objects.filter(entry=entry).latest("pk")
    return client.post(page_of(entry, step), {"offer": offer.pk})


# --- Joining --------------------------------------------------------------------------------------


def test_a_full_time_leads_to_the_waitlist_where_there_is_one(
    client: Client, house: Restaurant
) -> None:
    def shown() -> str:
        return text_of(client.get(f"/r/{house.slug}/?guests=2&date=2026-06-05"))

    assert url(house) not in shown(), "nothing is full"
    fill(house)
    page = shown()
    assert f"{url(house)}?guests=2&amp;area=&amp;slot=2026-06-05T19%3A00" in page
    assert "Join the waitlist for this day" not in page, "there are free times yet"
    house.service_periods.update(first_seating=time(19), last_seating=time(19))
    house.save()
    Restaurant.objects.filter(pk=house.pk).update(config_version=F("config_version") + 1)
    assert "Join the waitlist for this day" in shown()
    WaitlistSettings.objects.create(restaurant=house, is_enabled=False)
    assert url(house) not in shown()


def test_the_form_knows_the_time_and_keeps_who_typed(client: Client, house: Restaurant) -> None:
    fill(house)
    page = text_of(client.get(f"{url(house)}?guests=2&slot=2026-06-05T19:00"))
    assert re.search(r'name="from_time" type="time" value="19:00"', page)
    assert re.search(r'name="date" type="date" value="2026-06-05"', page)
    asked = {
        "ask": "1",
        "guests": "2",
        "slot": "2026-06-05T19:00",
        "name": "Bo",
        "contact": "b@c.nl",
    }
    part = text_of(client.post(url(house), asked, headers=HTMX))
    assert "<html" not in part
    assert 'value="Bo"' in part
    assert 'value="b@c.nl"' in part
    assert not WaitlistEntry.objects.exists()
    whole_day = text_of(client.get(f"{url(house)}?guests=2&date=2026-06-05"))
    assert re.search(r'name="from_time" type="time" value="18:00"', whole_day)


def test_joining_leads_to_the_live_page_and_a_double_tap_joins_once(
    client: Client, house: Restaurant
) -> None:
    fill(house)
    response = client.post(url(house), form())
    entry = WaitlistEntry.objects.get()
    assert (response.status_code, response["Location"]) == (303, page_of(entry))
    assert client.post(url(house), form())["Location"] == page_of(entry)
    assert (entry.flexibility_minutes, entry.until_time, entry.source) == (30, time(19, 30), "web")
    page = client.get(page_of(entry))
    text = text_of(page)
    assert page["Cache-Control"] == "private, no-store"
    assert "Nobody who waits for the same time would be asked before you." in text
    assert "no promise" in text
    assert f'data-page="{page_of(entry)}"' in text


def test_by_htmx_the_browser_is_sent_to_the_live_page(client: Client, house: Restaurant) -> None:
    fill(house)
    response = client.post(url(house), form(), headers=HTMX)
    assert response["HX-Redirect"] == page_of(WaitlistEntry.objects.get())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"contact": "nobody"}, "Enter a phone number"),
        ({"name": ""}, "Enter your name"),
        ({"date": "soon"}, "Enter the day like"),
        ({"guests": "0"}, "At least one guest"),
        ({"flexibility": "17"}, "Choose from the list"),
        ({"areas": ["77"]}, "Choose a part of the restaurant"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    client: Client, house: Restaurant, changes: dict[str, Any], words: str
) -> None:
    fill(house)
    response = client.post(url(house), form(requests="By the window", **changes))
    assert response.status_code == 422
    assert words in text_of(response)
    assert "By the window" in text_of(response)


def test_where_a_table_is_free_it_can_be_booked_at_once(client: Client, house: Restaurant) -> None:
    response = client.post(url(house), form())
    assert response.status_code == 409
    text = text_of(response)
    assert "A table is free" in text
    assert f"/r/{house.slug}/?guests=2&amp;slot=2026-06-05T19%3A00" in text


def test_refusals_help_and_accuse_nobody(client: Client, house: Restaurant) -> None:
    fill(house)
    Guest.objects.create(
        organisation=house.organisation,
        name="Bo",
        email="blocked@example.com",
        is_blocked=True,
        created_at=NOW,
    )
    blocked = client.post(url(house), form(contact="blocked@example.com", nonce="a"))
    assert blocked.status_code == 409
    assert "There is no online availability" in text_of(blocked)
    client.post(url(house), form())
    again = client.post(url(house), form(nonce="other"))
    assert "You are already on the waitlist for this date" in text_of(again)
    never = client.post(url(house), form(guests="9", nonce="b", contact="x@example.com"))
    assert "No table can become free" in text_of(never)
    WaitlistSettings.objects.create(restaurant=house, is_enabled=False)
    assert client.get(url(house)).status_code == 409
    assert client.get("/r/nowhere/waitlist/").status_code == 404


def test_broadcast_says_first_come_first_served(client: Client, house: Restaurant) -> None:
    WaitlistSettings.objects.create(restaurant=house, is_broadcast=True)
    booked = fill(house)
    assert "first come, first served" in text_of(client.get(url(house)))
    entry = join(house)
    cancel(booked[0])
    text = text_of(client.get(page_of(entry)))
    assert "All who wait were told: first come, first served." in text
    assert "kept for you" not in text


# --- The live page --------------------------------------------------------------------------------


def test_the_page_counts_those_ahead(client: Client, house: Restaurant) -> None:
    fill(house)
    join(house)
    join(house)
    third = join(house)
    assert "2 guests who wait for the same time would be asked before you" in text_of(
        client.get(page_of(third))
    )


def test_an_offer_is_shown_with_its_time_and_taken_with_one_tap(
    client: Client, house: Restaurant
) -> None:
    entry = offered(house)
    part = text_of(client.get(page_of(entry), headers={"HX-Request": "true", "HX-Target": "visit"}))
    assert "<html" not in part
    assert "A table is free for you" in part
    assert 'data-countdown="43200"' in part
    assert "It is kept for you until Monday 1 June, 23:00." in part
    response = answer(client, entry, "accept")
    reservation = Reservation.objects.get(waitlist_entries=entry)
    assert (response.status_code, response["Location"]) == (303, manage_path(reservation))
    assert manage_path(reservation) in text_of(client.get(page_of(entry)))
    assert answer(client, entry, "accept")["Location"] == manage_path(reservation)


def test_no_thank_you_keeps_the_guest_waiting(client: Client, house: Restaurant) -> None:
    entry = offered(house)
    assert answer(client, entry, "decline")["Location"] == page_of(entry)
    entry.refresh_from_db()
    assert entry.status == EntryStatus.WAITING
    assert "You are on the waitlist" in text_of(client.get(page_of(entry)))


def test_looking_changes_nothing_and_too_late_is_told(client: Client, house: Restaurant) -> None:
    entry = offered(house)
    for step in ("accept", "decline", "resume"):
        assert client.get(page_of(entry, step)).status_code == 405
    for step in ("change", "leave"):
        assert client.get(page_of(entry, step)).status_code == 200
    entry.refresh_from_db()
    assert entry.status == EntryStatus.OFFERED
    offer = WaitlistOffer.objects.get()
    with clock.freeze(offer.expires_at):
        assert "Take the table" not in text_of(client.get(page_of(entry)))
        late = answer(client, entry, "accept")
    assert late.status_code == 410
    assert "This offer is no longer open" in text_of(late)


def test_the_offer_of_somebody_else_cannot_be_taken(client: Client, house: Restaurant) -> None:
    mine = offered(house)
    other = join(house, from_time=time(21, 30))
    offer = WaitlistOffer.objects.get(entry=mine)
    for number in (offer.pk, "", "x", "9" * 30):
        assert client.post(page_of(other, "accept"), {"offer": number}).status_code == 404
    assert client.get("/w/guess/").status_code == 404


def test_leaving_asks_once_more_and_passes_the_table_on(client: Client, house: Restaurant) -> None:
    entry = offered(house)
    second = join(house, from_time=time(21, 30))
    assert "goes to the next guest" in text_of(client.get(page_of(entry, "leave")))
    assert client.post(page_of(entry, "leave")).status_code == 303
    assert "You have left the waitlist" in text_of(client.get(page_of(entry)))
    assert "A table is free for you" in text_of(client.get(page_of(second)))


def test_a_changed_wish_keeps_its_place_and_may_find_a_free_table(
    client: Client, house: Restaurant
) -> None:
    terrace = Area.objects.create(restaurant=house, name="Terrace")
    make_table(house, number="T1", seats=2, area=terrace)
    fill(house)
    entry = join(house)
    page = text_of(client.get(page_of(entry, "change")))
    assert 'value="19:00"' in page
    assert "Terrace" in page
    wish = {"date": "2026-06-05", "from_time": "19:00", "until_time": "19:30", "guests": "2"}
    changed = client.post(
        page_of(entry, "change"),
        wish | {"flexibility": "0", "areas": [terrace.pk], "version": entry.version},
    )
    assert changed.status_code == 303
    entry.refresh_from_db()
    assert (entry.until_time, entry.area_ids) == (time(19, 30), [terrace.pk])
    stale = client.post(page_of(entry, "change"), wish | {"version": 1})
    assert stale.status_code == 409
    free = client.post(page_of(entry, "change"), wish | {"date": "2026-06-06"})
    assert free.status_code == 409
    assert "slot=2026-06-06T19%3A00" in text_of(free)
    assert client.post(page_of(entry, "change"), {}).status_code == 422


def test_a_paused_guest_says_that_they_still_wait(client: Client, house: Restaurant) -> None:
    fill(house)
    entry = join(house)
    WaitlistEntry.objects.update(status=EntryStatus.PAUSED, ignored_offers=2)
    assert "Two offers were left unanswered" in text_of(client.get(page_of(entry)))
    assert client.post(page_of(entry, "resume")).status_code == 303
    entry.refresh_from_db()
    assert (entry.status, entry.ignored_offers) == (EntryStatus.WAITING, 0)


def test_every_end_has_its_words(client: Client, house: Restaurant) -> None:
    fill(house)
    left, removed, gone = join(house), join(house), join(house)
    entry_leave(entry_id=left.pk, actor=GUEST, now=NOW)
    entry_remove(entry_id=removed.pk, actor=STAFF, now=NOW)
    WaitlistEntry.objects.filter(pk=gone.pk).update(status=EntryStatus.EXPIRED)
    for entry, words in (
        (left, "You have left the waitlist"),
        (removed, "The restaurant has taken you off the waitlist"),
        (gone, "No table became free"),
    ):
        text = text_of(client.get(page_of(entry)))
        assert words in text
        assert "Leave the waitlist" not in text
        assert "See free times" in text
    assert client.post(page_of(removed, "leave")).status_code == 409
