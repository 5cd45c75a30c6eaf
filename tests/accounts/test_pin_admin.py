from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.errors import PinLocked, PinWrong
from accounts.models import Pin, PinTries, User
from accounts.services import pin_check, pin_set, pin_unlock
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from restaurants.models import Role
from tests.factories import NOW, make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db

PINS = reverse("admin:accounts_pin_changelist")
TRIES = reverse("admin:accounts_pintries_changelist")
TABLET = "tablet-key-that-nobody-reads"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def anna() -> User:
    user = make_user("anna@example.com")
    pin_set(user=user, pin="2580", actor=SYSTEM, now=NOW)
    return user


@pytest.fixture
def platform() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    return client


def lock(user: User) -> None:
    for _time in range(3):
        with suppress(PinWrong, PinLocked):
            pin_check(user=user, pin="1379", device=TABLET, now=NOW)
    assert PinTries.objects.filter(user=user, locked_until__gt=NOW).exists()


def do(client: Client, path: str, action: str, key: object) -> str:
    form = {"action": action, "_selected_action": key}
    page: str = client.post(path, form, follow=True).content.decode()
    return page


def test_who_has_a_pin_since_when_and_who_is_locked(platform: Client, anna: User) -> None:
    page = platform.get(PINS).content.decode()
    assert "anna@example.com" in page
    assert "Not locked" in page

    lock(anna)
    assert "Locked until 2026-06-01 09:01 UTC" in platform.get(PINS).content.decode()
    with clock.freeze(NOW + timedelta(minutes=2)):
        assert "Locked until" not in platform.get(PINS).content.decode()


def test_the_lists_are_narrowed_by_lock(platform: Client, anna: User) -> None:
    lock(anna)
    boris = make_user("boris@example.com")
    pin_set(user=boris, pin="2581", actor=SYSTEM, now=NOW)

    def shown(path: str, **query: str) -> set[str]:
        return {row.user.email for row in platform.get(path, query).context["cl"].queryset}

    assert shown(PINS, lock="locked") == shown(TRIES, lock="locked") == {anna.email}
    assert shown(PINS, lock="open") == {boris.email}
    assert shown(PINS, q="boris") == {boris.email}


def test_neither_hash_nor_key_of_a_device_is_shown(platform: Client, anna: User) -> None:
    lock(anna)
    tries = PinTries.objects.get(user=anna, device=TABLET)
    paths = [
        PINS,
        reverse("admin:accounts_pin_change", args=[anna.pk]),
        TRIES,
        reverse("admin:accounts_pintries_change", args=[tries.pk]),
    ]
    for path in paths:
        answer = platform.get(path)
        assert answer.status_code == 200
        assert "Locked until 2026-06-01 09:01 UTC" in answer.content.decode()
        assert "(&#x27;" not in answer.content.decode(), "a label is no pair of words"
        assert Pin.objects.get(user=anna).hash not in answer.content.decode()
        assert TABLET not in answer.content.decode()


@pytest.mark.parametrize("path", [PINS, TRIES])
def test_a_platform_admin_unlocks(platform: Client, anna: User, path: str) -> None:
    lock(anna)
    tries = PinTries.objects.get(user=anna, device=TABLET)

    said = do(platform, path, "unlock", anna.pk if path == PINS else tries.pk)

    assert "1 person is unlocked" in said
    assert not PinTries.objects.exists()
    entry = AuditEntry.objects.get(action="accounts.pin.unlocked")
    assert (entry.actor_kind, entry.channel, entry.object_id) == ("platform", "admin", str(anna.pk))
    pin_check(user=anna, pin="2580", device=TABLET, now=NOW)


def test_a_platform_admin_takes_a_pin_away(platform: Client, anna: User) -> None:
    assert "1 PIN is taken away" in do(platform, PINS, "reset", anna.pk)

    assert not Pin.objects.exists()
    assert AuditEntry.objects.filter(action="accounts.pin.removed", channel="admin").exists()
    with pytest.raises(PinWrong):
        pin_check(user=anna, pin="2580", device=TABLET, now=NOW)


def test_unlocking_twice_is_noted_once(anna: User) -> None:
    lock(anna)
    for _time in range(2):
        pin_unlock(user=anna, actor=SYSTEM, now=NOW)
    assert AuditEntry.objects.filter(action="accounts.pin.unlocked").count() == 1


@pytest.mark.parametrize("role", [Role.OWNER, Role.HOST])
def test_pins_are_no_business_of_a_restaurant(anna: User, role: str) -> None:
    lock(anna)
    client = Client()
    client.force_login(make_member(make_restaurant(), role, is_staff=True))

    for path in (PINS, TRIES):
        assert client.get(path).status_code == 403
        do(client, path, "unlock", anna.pk)
    do(client, PINS, "reset", anna.pk)
    assert client.get(reverse("admin:accounts_pin_change", args=[anna.pk])).status_code == 403
    assert Pin.objects.filter(user=anna).exists()
    assert PinTries.objects.filter(user=anna).exists()
    assert "accounts/pin" not in client.get("/admin/").content.decode()


def test_nobody_writes_them_by_hand(platform: Client, anna: User) -> None:
    assert platform.get(reverse("admin:accounts_pin_add")).status_code == 403
    change = reverse("admin:accounts_pin_change", args=[anna.pk])
    assert platform.post(change, {"hash": "x"}).status_code == 403
    assert platform.get(reverse("admin:accounts_pin_delete", args=[anna.pk])).status_code == 403
