"""The settings of messages: saved with their audit, explained, previewed, for managers only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import pin_set
from notifications.models import MessageSettings, MessageText
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from staff.presenters.message_settings import OWN_WORDS
from tests.factories import NOW, make_member
from tests.notifications.world import make_house
from tests.staff.test_settings import typed

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_house(slug="bistro-anna")


@pytest.fixture
def office(house: Restaurant) -> Client:
    return logged_in(house, Role.MANAGER)


def logged_in(house: Restaurant, role: str) -> Client:
    client = Client()
    client.force_login(make_member(house, role))
    return client


PAGE = "/staff/bistro-anna/settings/messages/"
WORDS = f"{PAGE}confirmed/en/"
TICKS = dict.fromkeys(
    (
        *("sends_day_reminder", "sends_soon_reminder", "asks_late_guests"),
        *("asks_for_reviews", "tells_staff_by_email"),
    ),
    "on",
)
"""Everything is on by default; browsers do not send empty ticks."""


def text(response: Any) -> str:
    body: str = response.content.decode()
    return body


# --- When what is sent ----------------------------------------------------------------------------


def test_the_page_shows_the_defaults_and_saves_them_unchanged(
    office: Client, house: Restaurant, django_assert_max_num_queries: Any
) -> None:
    office.get(PAGE)
    with django_assert_max_num_queries(12):
        page = office.get(PAGE)
    assert page.status_code == 200
    assert not MessageSettings.objects.exists()
    assert office.post(PAGE, typed(page) | TICKS).status_code == 303
    stored = MessageSettings.objects.get(restaurant=house)
    assert (stored.quiet_from, stored.reconfirm_from_party) == (time(21), 5)
    assert stored.sends_day_reminder


def test_a_change_is_stored_and_in_the_audit(office: Client, house: Restaurant) -> None:
    changed = typed(office.get(PAGE)) | TICKS
    changed |= {
        "quiet_from": "22:30",
        "reconfirm_from_party": "",
        "staff_email": "kitchen@example.com",
    }
    changed.pop("sends_soon_reminder")
    for _ in range(2):
        assert office.post(PAGE, changed).status_code == 303
    stored = MessageSettings.objects.get(restaurant=house)
    assert (stored.quiet_from, stored.reconfirm_from_party) == (time(22, 30), None)
    assert stored.staff_email == "kitchen@example.com"
    assert not stored.sends_soon_reminder
    entry = AuditEntry.objects.filter(action="notifications.settings.change").first()
    assert entry is not None
    assert entry.restaurant_id == house.pk


@pytest.mark.parametrize(
    ("field", "value"),
    [("quiet_from", "25:00"), ("reconfirm_from_party", "0"), ("staff_email", "kitchen")],
)
def test_wrong_input_stays_beside_its_field(office: Client, field: str, value: str) -> None:
    answer = office.post(PAGE, typed(office.get(PAGE)) | {field: value})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert f'value="{value}"' in text(answer)
    assert not MessageSettings.objects.exists()


def test_channels_say_which_setting_is_missing(office: Client, settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    assert "TWILIO_ACCOUNT_SID" in text(office.get(PAGE))


def test_the_settings_lead_to_it(office: Client) -> None:
    assert f'href="{PAGE}"' in text(office.get("/staff/bistro-anna/settings/"))
    assert f'href="{reverse("telegram:settings", args=["bistro-anna"])}"' in text(office.get(PAGE))


# --- Own words ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_kind_can_be_worded_and_previewed(
    office: Client, house: Restaurant, language: str
) -> None:
    for kind in OWN_WORDS:
        page = office.get(f"{PAGE}{kind.value}/{language}/")
        assert page.status_code == 200
        assert page.context["preview"].content.short


def test_own_words_are_saved_shown_and_taken_back(office: Client, house: Restaurant) -> None:
    own = {"subject": "See you {day}!", "opening": "Dear {name}, welcome.", "short": ""}
    assert office.post(WORDS, own).status_code == 303
    stored = MessageText.objects.get(restaurant=house, kind="confirmed", language="en")
    assert stored.subject == "See you {day}!"
    page = text(office.get(WORDS))
    assert "See you Thursday!" in page
    assert "Dear Anna de Vries, welcome." in page
    assert "own words" in text(office.get(PAGE))
    assert office.post(f"{WORDS}ours/").status_code == 303
    assert office.post(f"{WORDS}ours/").status_code == 303
    assert not MessageText.objects.exists()
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"notifications.text.add", "notifications.text.delete"} <= actions


def test_an_unknown_word_names_the_field_and_the_known_ones(office: Client) -> None:
    answer = office.post(WORDS, {"subject": "Hello", "opening": "Dear {nmae}", "short": "{"})
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert "There is no {nmae}. You can use: {name}," in errors["opening"][0]
    assert "brace" in errors["short"][0]
    assert "Dear {nmae}</textarea>" in text(answer)
    assert not MessageText.objects.exists()


def test_the_preview_follows_what_is_typed_and_stores_nothing(office: Client) -> None:
    answer = office.post(
        f"{WORDS}preview/", {"subject": "<b>{restaurant}</b>", "short": "{nmae}"}, headers=HTMX
    )
    page = text(answer)
    assert answer.status_code == 200
    assert "&lt;b&gt;Bistro Anna&lt;/b&gt;" in page
    assert "There is no {nmae}." in page
    assert "<html" not in page
    assert not MessageText.objects.exists()


@pytest.mark.parametrize(
    "path", ["reply/en/", "staff_request/en/", "nothing/en/", "confirmed/xx/", "confirmed/"]
)
def test_what_nobody_can_word_is_not_found(office: Client, path: str) -> None:
    assert office.get(f"{PAGE}{path}").status_code == 404


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "code"),
    [("owner", 200), ("manager", 200), ("host", 403), ("viewer", 403), ("marketing", 403)],
)
def test_only_who_configures_may_look_and_change(house: Restaurant, role: str, code: int) -> None:
    client = logged_in(house, role)
    for path in (PAGE, WORDS):
        assert client.get(path).status_code == code
    assert client.post(f"{WORDS}preview/", {"subject": "Hi"}).status_code == code
    for path in (PAGE, WORDS, f"{WORDS}ours/"):
        assert (client.post(path, {}).status_code == 403) == (code == 403)
    if code == 403:
        assert not MessageText.objects.exists()
        assert not MessageSettings.objects.exists()


def test_managers_of_another_house_find_nothing(house: Restaurant) -> None:
    other = logged_in(make_house(slug="elsewhere"), Role.OWNER)
    assert other.get(PAGE).status_code == 404
    for path in (PAGE, WORDS, f"{WORDS}ours/", f"{WORDS}preview/"):
        assert other.post(path, {"subject": "Mine"}).status_code == 404
    assert not MessageText.objects.exists()


def test_an_idle_shared_tablet_asks_for_the_pin_but_not_for_a_preview(house: Restaurant) -> None:
    manager = make_member(house, Role.MANAGER)
    pin_set(user=manager, pin="2580", actor=SYSTEM, now=NOW)
    tablet = Client()
    tablet.force_login(manager)
    tablet.post("/staff/bistro-anna/switch/share/")
    with clock.freeze(NOW.replace(hour=NOW.hour + 1)):
        answer = tablet.post(WORDS, {"subject": "Hello {name}"})
        assert answer.status_code == 403
        assert "Hello {name}" in text(answer)
        assert not MessageText.objects.exists()
        assert tablet.post(f"{WORDS}preview/", {"subject": "Hi"}, headers=HTMX).status_code == 200
    assert "/telegram/" not in text(tablet.get(PAGE))
