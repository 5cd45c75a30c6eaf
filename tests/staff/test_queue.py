"""The queue at the host stand: added in two taps, called, seated, passed over, taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import make_member, make_restaurant
from tests.waitlist.queue.evening import (
    EVENING,
    fill_house,
    held_tables,
    later,
    sit,
    table_of,
    wait_at_door,
)
from waitlist.models import QueueEntry, QueueSettings, QueueSkip, QueueStatus

pytestmark = pytest.mark.django_db

PART = {"HX-Request": "true", "HX-Target": "queue"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2, 4), slug="bistro-anna", name="Bistro Anna")


def logged_in(house: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def shown(client: Client, **headers: str) -> str:
    response = client.get("/staff/bistro-anna/queue/", headers=headers)
    assert response.status_code == 200
    return text_of(response)


def take(client: Client, entry: QueueEntry, step: str, *, minutes: float = 1, **data: Any) -> Any:
    entry.refresh_from_db()
    with clock.freeze(later(minutes)):
        return client.post(
            f"/staff/bistro-anna/queue/{entry.pk}/{step}/",
            {"version": entry.version, **data},
            headers=PART,
        )


def told(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(response["HX-Trigger"])["rh:done"]
    return found


def test_every_size_shows_its_wait_before_anybody_is_added(house: Restaurant) -> None:
    fill_house(house)

    text = shown(logged_in(house))

    for size in (1, 2, 3, 4):
        assert re.search(rf'value="{size}"> <span[^>]*>{size}</span> <span[^>]*>[\d-]+ min<', text)
    assert text.count("not tonight") == 4


def test_two_taps_put_a_party_into_the_queue(house: Restaurant) -> None:
    fill_house(house)
    client = logged_in(house)

    response = client.post("/staff/bistro-anna/queue/add/", {"guests": "2"}, headers=PART)

    entry = QueueEntry.objects.get()
    assert (entry.party_size, entry.name, entry.status) == (2, "", QueueStatus.WAITING)
    assert "Party of 2" in text_of(response)
    said = f"Party of 2 is in the queue: {entry.quoted_low}-{entry.quoted_high} min."
    assert told(response)["text"] == said
    client.post(told(response)["undo"], {"version": entry.version}, headers=PART)
    entry.refresh_from_db()
    assert entry.status == QueueStatus.REMOVED


def test_without_scripts_everything_is_a_form(house: Restaurant) -> None:
    client = logged_in(house)

    added = client.post(
        "/staff/bistro-anna/queue/add/", {"guests": "2", "name": "Bo", "phone": "0612345678"}
    )
    assert (added.status_code, added["Location"]) == (303, "/staff/bistro-anna/queue/")
    entry = QueueEntry.objects.get()
    text = shown(client)
    assert "Bo is in the queue: no wait." in text
    assert f'formaction="/staff/bistro-anna/queue/{entry.pk}/ready/"' in text
    done = client.post(f"/staff/bistro-anna/queue/{entry.pk}/ready/", {"version": 1})
    assert done.status_code == 303
    assert "kept 10 min more" in shown(client)


def test_what_is_wrong_is_named_and_what_was_typed_stays(house: Restaurant) -> None:
    client = logged_in(house)
    data = {"guests": "", "name": "Bo", "phone": "12"}

    missing = client.post("/staff/bistro-anna/queue/add/", data, headers=PART)
    wrong = client.post("/staff/bistro-anna/queue/add/", data | {"guests": "2"}, headers=PART)

    assert missing.status_code == wrong.status_code == 422
    assert "Choose how many there are." in text_of(missing)
    assert 'value="Bo"' in text_of(wrong)
    assert 'id="id_phone-error"' in text_of(wrong)


def test_a_party_is_called_and_seated_in_one_tap_each(house: Restaurant) -> None:
    client = logged_in(house)
    entry = wait_at_door(house, name="Anna")

    ready = take(client, entry, "ready")
    assert told(ready)["text"] == "Anna: table 1 is kept for ten minutes."
    assert held_tables(house) == [table_of(house, "1")]
    seated = take(client, entry, "seat", minutes=3)

    assert told(seated)["text"] == "Anna sits at table 1."
    entry.refresh_from_db()
    assert entry.status == QueueStatus.SEATED
    assert "Left a moment ago" in text_of(seated)
    with clock.freeze(later(4)):
        client.post(told(seated)["undo"], {"version": told(seated)["version"]}, headers=PART)
    entry.refresh_from_db()
    assert entry.status == QueueStatus.WAITING


def test_a_party_is_seated_at_the_table_that_was_chosen(house: Restaurant) -> None:
    client = logged_in(house)
    entry = wait_at_door(house)

    take(client, entry, "seat", table_ids=str(table_of(house, "2")))

    entry.refresh_from_db()
    assert entry.table_ids == [table_of(house, "2")]


def test_calling_somebody_out_of_turn_asks_once_and_is_written_down(house: Restaurant) -> None:
    client = logged_in(house)
    sit(house, 4)
    first, second = wait_at_door(house, name="Anna"), wait_at_door(house, name="Bo")

    refused = take(client, second, "ready")
    assert refused.status_code == 409
    assert "Anna came earlier." in text_of(refused)
    assert 'name="overrides" value="order"' in text_of(refused)
    take(client, second, "ready", overrides="order")

    assert QueueSkip.objects.get().entry == first
    assert "Anna ← Bo: The host chose so" in shown(client)


def test_a_table_that_does_not_suit_is_taken_by_who_says_so(house: Restaurant) -> None:
    client = logged_in(house)
    entry = wait_at_door(house, size=4)
    small = str(table_of(house, "1"))

    assert take(client, entry, "seat", table_ids=small).status_code == 409
    done = take(client, entry, "seat", table_ids=small, overrides="capacity")
    assert done.status_code == 200
    entry.refresh_from_db()
    assert entry.table_ids == [table_of(house, "1")]


def test_two_hosts_have_one_truth(house: Restaurant) -> None:
    entry = wait_at_door(house)
    client = logged_in(house)
    url = f"/staff/bistro-anna/queue/{entry.pk}"

    client.post(f"{url}/left/", {"version": 1}, headers=PART)
    late = client.post(f"{url}/ready/", {"version": 1}, headers=PART)

    assert late.status_code == 409
    assert "This party is no longer in the queue" in text_of(late)
    assert held_tables(house) == []


def test_reminded_passed_over_and_gone(house: Restaurant) -> None:
    client = logged_in(house)
    entry = wait_at_door(house, name="Anna", phone="+31612345678")
    assert take(client, entry, "nudge").status_code == 409
    take(client, entry, "ready")

    assert told(take(client, entry, "nudge", minutes=2))["undo"] is None
    assert "Remind: Anna" not in shown(client)
    take(client, entry, "skip", minutes=3)
    assert "Did not come, keeps the place once" in shown(client)
    take(client, entry, "no-show", minutes=4)
    entry.refresh_from_db()
    assert entry.status == QueueStatus.NO_SHOW


def test_who_may_only_look_sees_no_phones_and_no_buttons(house: Restaurant) -> None:
    entry = wait_at_door(house, phone="+31612345678")
    viewer = logged_in(house, Role.VIEWER)

    assert "+31612345678" in shown(logged_in(house))
    text = shown(viewer)
    assert "Party" in text
    assert "+31612345678" not in text
    assert "formaction" not in text
    assert take(viewer, entry, "ready").status_code == 403
    assert viewer.post("/staff/bistro-anna/queue/add/", {"guests": "2"}).status_code == 403


def test_strangers_and_other_houses_find_nothing(house: Restaurant) -> None:
    other = make_restaurant(slug="other")
    entry = wait_at_door(other)
    client = logged_in(house)

    assert client.get("/staff/other/queue/").status_code == 404
    assert take(client, entry, "ready").status_code == 404
    assert take(client, wait_at_door(house), "dance").status_code == 404


def test_a_manager_opens_the_queue_for_guests_from_afar(house: Restaurant) -> None:
    data = {
        "is_remote_open": "on",
        "most_remote": "5",
        "most_minutes_away": "30",
        "largest_remote_party": "6",
    }
    url = "/staff/bistro-anna/queue/settings/"

    assert logged_in(house, Role.HOST).get(url).status_code == 403
    manager = logged_in(house, Role.MANAGER)
    assert "/r/bistro-anna/queue/" in text_of(manager.get(url))
    assert manager.post(url, data | {"most_remote": "x"}).status_code == 422
    assert manager.post(url, data).status_code == 303
    settings = QueueSettings.objects.get()
    assert (settings.is_remote_open, settings.most_remote) == (True, 5)


def test_the_list_takes_the_same_queries_however_long_it_is(house: Restaurant) -> None:
    client = logged_in(house)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            shown(client, **PART)
        return len(seen)

    wait_at_door(house)
    shown(client, **PART)
    few = queries()
    for _ in range(5):
        wait_at_door(house)
    assert queries() == few
