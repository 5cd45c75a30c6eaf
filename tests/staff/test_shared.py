"""Shared tablets: name and PIN, whose rights count, what is shut meanwhile (rule 111)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.errors import BadPin, PinLocked, PinWrong
from accounts.models import Pin, PinTries, User
from accounts.services import pin_check, pin_set
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from restaurants.models import Membership, Organisation, Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant

pytestmark = pytest.mark.django_db

PAGE = "/staff/bistro-anna/"
SWITCH = f"{PAGE}switch/"
PAUSE = f"{PAGE}settings/pause/"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant(slug="bistro-anna")


def member(restaurant: Restaurant, role: Role, name: str, pin: str) -> User:
    user = make_member(restaurant, role, name=name)
    pin_set(user=user, pin=pin, actor=SYSTEM, now=NOW)
    return user


@pytest.fixture
def manager(restaurant: Restaurant) -> User:
    return member(restaurant, Role.MANAGER, "Max Manager", "2580")


@pytest.fixture
def host(restaurant: Restaurant) -> User:
    return member(restaurant, Role.HOST, "Hanna Host", "1470")


@pytest.fixture
def tablet(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    assert client.post(f"{SWITCH}share/").status_code == 303
    return client


def take_over(tablet: Client, user: User, pin: str) -> int:
    return tablet.post(SWITCH, {"person": user.pk, "pin": pin}).status_code


def test_a_pin_is_digits_that_are_not_the_first_one_would_try(manager: User) -> None:
    for bad in ("123", "1234567", "12a4", "1111", "1234", "4321", "", "٣٤٥٦"):
        with pytest.raises(BadPin):
            pin_set(user=manager, pin=bad, actor=SYSTEM, now=NOW)
    assert "2580" not in Pin.objects.get().hash
    pin_check(user=manager, pin="2580", device="a", now=NOW)


def test_wrong_pins_wait_longer_each_time(manager: User) -> None:
    for _ in range(3):
        with pytest.raises(PinWrong):
            pin_check(user=manager, pin="0000", device="a", now=NOW)
    with pytest.raises(PinLocked) as locked:
        pin_check(user=manager, pin="2580", device="a", now=NOW)
    assert locked.value.extra["retry_after"] == 61
    pin_check(user=manager, pin="2580", device="b", now=NOW)

    for _ in range(3):
        with pytest.raises(PinWrong):
            pin_check(user=manager, pin="0000", device="a", now=NOW)
    later = NOW + timedelta(minutes=2)
    with pytest.raises(PinWrong):
        pin_check(user=manager, pin="0000", device="a", now=later)
    with pytest.raises(PinLocked):
        pin_check(user=manager, pin="2580", device="a", now=later + timedelta(minutes=1))
    pin_check(user=manager, pin="2580", device="a", now=later + timedelta(minutes=3))
    assert not PinTries.objects.exists()


def test_many_devices_give_no_more_guesses(manager: User) -> None:
    for number in range(10):
        with pytest.raises(PinWrong):
            pin_check(user=manager, pin="0000", device=str(number), now=NOW)
    with pytest.raises(PinLocked):
        pin_check(user=manager, pin="2580", device="new", now=NOW)


def test_a_host_takes_over_with_her_own_rights_and_name(
    tablet: Client, host: User, manager: User, restaurant: Restaurant
) -> None:
    assert tablet.get(f"{PAGE}settings/").status_code == 200
    assert take_over(tablet, host, "1470") == 303
    page = tablet.get(PAGE)
    assert "Hanna" in page.content.decode()
    assert tablet.get(f"{PAGE}settings/").status_code == 403
    assert tablet.get(f"{PAGE}team/").status_code == 403

    assert take_over(tablet, manager, "2580") == 303
    tablet.post(PAUSE, {"pause": "60"})
    entry = AuditEntry.objects.get(action="restaurants.restaurant.changed")
    assert (entry.actor_user_id, entry.actor_label) == (manager.pk, "Max Manager")


def test_a_pin_opens_no_more_than_the_log_in_did(
    tablet: Client, restaurant: Restaurant, manager: User
) -> None:
    owner = member(restaurant, Role.OWNER, "Olga Owner", "3690")
    assert take_over(tablet, owner, "3690") == 303
    assert tablet.get(f"{PAGE}settings/").status_code == 200
    assert tablet.get(f"{PAGE}team/").status_code == 403, "the manager logged in, not the owner"
    Membership.objects.filter(user=manager).update(role=Role.VIEWER)
    assert tablet.get(f"{PAGE}settings/").status_code == 403


def test_a_wrong_pin_changes_nothing_and_locks_with_words(tablet: Client, host: User) -> None:
    for _ in range(3):
        assert take_over(tablet, host, "9999") == 422
    assert take_over(tablet, host, "1470") == 429
    assert tablet.get(f"{PAGE}settings/").status_code == 200, "still the manager"


def test_only_members_with_a_pin_are_offered(tablet: Client, restaurant: Restaurant) -> None:
    stranger = member(make_restaurant(), Role.HOST, "Sam Stranger", "1470")
    without = make_member(restaurant, Role.HOST, name="Nora New")
    page = tablet.get(SWITCH).content.decode()
    assert "Max Manager" in page
    assert "Sam Stranger" not in page
    assert "Nora New" not in page
    assert take_over(tablet, stranger, "1470") == 422
    assert take_over(tablet, without, "1470") == 422


def test_whoever_stops_working_here_stops_acting(tablet: Client, host: User) -> None:
    take_over(tablet, host, "1470")
    Membership.objects.filter(user=host).delete()
    answer = tablet.get(PAGE)
    assert answer["Location"].startswith(SWITCH)
    Membership.objects.create(user=host, organisation=Organisation.objects.get(), role=Role.HOST)
    User.objects.filter(pk=host.pk).update(is_active=False)
    assert tablet.get(PAGE)["Location"].startswith(SWITCH)


def test_a_locked_tablet_shows_nothing(tablet: Client) -> None:
    tablet.post(f"{SWITCH}lock/")
    assert tablet.get(PAGE)["Location"] == f"{SWITCH}?next=%2Fstaff%2Fbistro-anna%2F"
    assert tablet.get(SWITCH).status_code == 200
    fragment = tablet.get(PAGE, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith(SWITCH)


def test_after_five_idle_minutes_sensitive_deeds_ask_again(
    tablet: Client, restaurant: Restaurant
) -> None:
    later = NOW + timedelta(minutes=6)
    with clock.freeze(later):
        asked = tablet.post(PAUSE, {"pause": "60"})
        assert asked.status_code == 403
        assert '<input type="hidden" name="pause" value="60">' in asked.content.decode()
        wrong = tablet.post(PAUSE, {"pause": "60", "_pin": "1111"})
        assert wrong.status_code == 422
        assert not Restaurant.objects.filter(paused_until__isnull=False).exists()
        assert tablet.post(PAUSE, {"pause": "60", "_pin": "2580"}).status_code == 303
        assert Restaurant.objects.filter(paused_until__isnull=False).exists()
        assert tablet.post(PAUSE, {"pause": ""}).status_code == 303, "not twice"
    with clock.freeze(later + timedelta(minutes=6)):
        fragment = tablet.post(PAUSE, {"pause": ""}, headers={"HX-Request": "true"})
        assert fragment["HX-Redirect"].startswith(SWITCH)


def test_pages_and_deeds_do_not_save_the_session(tablet: Client) -> None:
    """One that ends late would write back who stood here before a lock or a take-over."""
    before = Session.objects.get().session_data
    with clock.freeze(NOW + timedelta(minutes=1)):
        tablet.get(PAGE)
        assert tablet.post(PAUSE, {"pause": "60"}).status_code == 303
    assert Session.objects.get().session_data == before
    assert tablet.get("/staff/")["Location"] == PAGE


def test_a_deed_of_another_device_does_not_count(tablet: Client, manager: User) -> None:
    other = Client()
    other.force_login(manager)
    other.post(f"{SWITCH}share/")
    with clock.freeze(NOW + timedelta(minutes=6)):
        assert other.post(PAUSE, {"pause": "60", "_pin": "2580"}).status_code == 303
        tablet.cookies["staff_seen"] = other.cookies["staff_seen"].value
        assert tablet.post(PAUSE, {"pause": ""}).status_code == 403


def test_the_rest_of_the_account_is_shut(tablet: Client, manager: User) -> None:
    User.objects.filter(pk=manager.pk).update(is_staff=True)
    for path in ("/admin/", "/accounts/email/", "/accounts/2fa/", "/account/"):
        assert tablet.get(path)["Location"] == "/staff/", path
    assert tablet.get("/api/v1/restaurants").status_code == 403
    assert tablet.get("/accounts/password/change/").status_code == 302
    assert tablet.post(f"{SWITCH}pin/", {"pin": "8520", "password": "x"}).status_code == 403


def test_only_the_password_ends_sharing(tablet: Client, manager: User, host: User) -> None:
    take_over(tablet, host, "1470")
    assert tablet.post(f"{SWITCH}unshare/", {"password": "2580"}).status_code == 422
    assert tablet.get("/account/").status_code == 302
    answer = tablet.post(f"{SWITCH}unshare/", {"password": "secret-enough-1"})
    assert answer.status_code == 303
    assert tablet.get(f"{PAGE}settings/").status_code == 200
    assert tablet.get("/account/").status_code == 200


def test_logging_out_ends_it(tablet: Client, manager: User, host: User) -> None:
    take_over(tablet, host, "1470")
    tablet.post("/accounts/logout/")
    assert tablet.get(PAGE).status_code == 302
    tablet.force_login(manager)
    assert tablet.get("/account/").status_code == 200


def test_sharing_needs_a_manager_with_a_pin(restaurant: Restaurant, host: User) -> None:
    client = Client()
    client.force_login(host)
    assert client.post(f"{SWITCH}share/").status_code == 403
    client.force_login(make_member(restaurant, Role.MANAGER))
    assert client.post(f"{SWITCH}share/").status_code == 403
    wrong = client.post(f"{SWITCH}pin/", {"pin": "8520", "password": "guess"})
    assert wrong.status_code == 422
    bad = client.post(f"{SWITCH}pin/", {"pin": "1234", "password": "secret-enough-1"})
    assert bad.status_code == 422
    body = {"pin": "8520", "password": "secret-enough-1"}
    assert client.post(f"{SWITCH}pin/", body).status_code == 303
    assert client.post(f"{SWITCH}share/").status_code == 303


def test_one_is_not_sent_to_other_sites(tablet: Client, host: User) -> None:
    for wish in ("https://evil.example/staff/", "//evil.example", "/admin/"):
        body = {"person": host.pk, "pin": "1470", "next": wish}
        assert tablet.post(SWITCH, body)["Location"] == PAGE
