"""Updates that Telegram delivers instead of being asked (requirement I3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any, TypeVar

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test import Client
from pytest_django import Settings

from reservehub.core import clock
from telegram_bot import bridge
from telegram_bot.models import Update
from telegram_bot.services.updates import update_begin
from tests.factories import NOW
from tests.telegram.conftest import SITE
from tests.telegram.people import make_house
from tests.telegram.server import TelegramServer

T = TypeVar("T")

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/telegram/webhook/"
SECRET = "secret-of-the-webhook"


@pytest.fixture(autouse=True)
def _on_monday() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture(autouse=True)
def _threads_end(telegram: TelegramServer) -> Iterator[None]:
    yield
    bridge.close()


def elsewhere(work: Callable[[], T]) -> T:
    """In a thread without an event loop, as web processes have them; browsers of other tests leave
    one in this thread.
    """
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(_and_leave, work).result()


def _and_leave(work: Callable[[], T]) -> T:
    try:
        return work()
    finally:
        connections.close_all()


def deliver(update: dict[str, Any], *, secret: str = SECRET) -> int:
    client = Client(enforce_csrf_checks=True)
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
    answer = elsewhere(
        lambda: client.post(URL, update, content_type="application/json", headers=headers)
    )
    assert answer.content == b""
    return answer.status_code


def test_a_delivered_tap_is_handled(telegram: TelegramServer) -> None:
    house = make_house(telegram)
    maria = house.add_staff("Maria")
    reservation = house.request()
    tap = maria.taps(house.card, "Confirm")
    (update,) = telegram.take_updates()
    assert deliver(update) == 200
    assert tap.text == "Confirmed."
    assert "Confirmed by Maria" in house.card.text
    assert deliver(update) == 200, "a repetition is taken, and does nothing"
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("confirmed", 2)


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", "секрет"])
def test_without_the_secret_nothing_is_read(telegram: TelegramServer, secret: str) -> None:
    anna = telegram.add_user("Anna")
    anna.sends("/help")
    (update,) = telegram.take_updates()
    answer = Client().generic(
        "POST",
        URL,
        b"{",
        headers={"X-Telegram-Bot-Api-Secret-Token": secret.encode().decode("latin-1")},
    )
    assert answer.status_code == 403
    assert not Update.objects.filter(pk=update["update_id"]).exists()


def test_without_a_secret_in_the_settings_everything_is_refused(
    telegram: TelegramServer,
    settings: Settings,
) -> None:
    settings.TELEGRAM_WEBHOOK_SECRET = ""
    assert deliver({"update_id": 1}, secret="") == 403


def test_an_update_that_is_being_handled_is_delivered_again(telegram: TelegramServer) -> None:
    anna = telegram.add_user("Anna")
    anna.sends("/help")
    (update,) = telegram.take_updates()
    update_begin(
        update_id=update["update_id"],
        by="webhook",
        telegram_id=1,
        chat_id=1,
        language_code="",
        now=clock.now(),
    )
    assert deliver(update) == 503
    assert anna.chat.from_bot == []


def test_nonsense_is_taken_and_dropped(telegram: TelegramServer) -> None:
    assert deliver({"update_id": "x", "message": 5}) == 200


def test_get_is_not_for_webhooks() -> None:
    assert Client().get(URL).status_code == 405


def test_the_command_sets_and_deletes_the_webhook(telegram: TelegramServer) -> None:
    out = StringIO()
    elsewhere(lambda: call_command("set_telegram_webhook", stdout=out))
    assert telegram.webhook["url"] == f"{SITE}{URL}"
    assert telegram.webhook["secret_token"] == SECRET
    assert "message" in telegram.webhook["allowed_updates"]
    elsewhere(lambda: call_command("set_telegram_webhook", "--delete", stdout=out))
    assert telegram.webhook == {}


def test_the_command_needs_a_secret(
    telegram: TelegramServer,
    settings: Settings,
) -> None:
    settings.TELEGRAM_WEBHOOK_SECRET = ""
    with pytest.raises(CommandError, match="SECRET"):
        call_command("set_telegram_webhook")
