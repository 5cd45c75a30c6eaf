"""The bot as a process: polling, outages, languages, updates that come twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection

from reservehub.core import clock
from telegram_bot.models import TelegramUser, Update
from telegram_bot.services.updates import (
    Begun,
    language_of,
    update_begin,
    update_done,
    updates_prune,
)
from tests.telegram.conftest import polling_bot
from tests.telegram.server import TOKEN, TelegramServer
from tests.telegram.world import wait_until


def test_a_language_is_chosen_and_kept(bot: TelegramServer) -> None:
    anna = bot.add_user("Anna", language="de-AT")
    anna.sends("/lang")
    question = anna.wait_for("Which language")
    assert anna.taps(question, "Русский").answer() == ""
    wait_until(lambda: question.is_edited, "the question is not edited")
    assert TelegramUser.objects.get(pk=anna.id).language == "ru"
    assert language_of(telegram_id=anna.id, chat_id=anna.id, code="de-AT") == "ru"


def test_a_tap_on_an_unknown_button_is_answered(bot: TelegramServer) -> None:
    anna = bot.add_user("Anna")
    anna.sends("/lang")
    tap = anna.sends_callback(anna.wait_for("Which language"), "from-an-old-release:1")
    assert "old" in tap.answer()
    assert tap.is_alert


def test_an_update_delivered_twice_is_handled_once(bot: TelegramServer) -> None:
    anna = bot.add_user("Anna")
    anna.sends("/lang")
    anna.wait_for("Which language")
    wait_until(lambda: Update.objects.filter(done_at__isnull=False).exists(), "not done")
    bot.replay()
    anna.sends("/help")
    anna.wait_for("/bookings")
    assert len(anna.chat.from_bot) == 2


def test_the_bot_comes_back_when_telegram_does(bot: TelegramServer) -> None:
    anna = bot.add_user("Anna")
    anna.sends("/lang")
    anna.wait_for("Which language")
    bot.down()
    anna.sends("/help")
    bot.up()
    anna.wait_for("/bookings")


@pytest.mark.parametrize(
    ("code", "parameters"), [(429, {"retry_after": 1}), (502, {}), (409, {}), (401, {})]
)
def test_the_bot_outlives_refusals(
    bot: TelegramServer, code: int, parameters: dict[str, int]
) -> None:
    bot.fail_next("getUpdates", code=code, description="no", **parameters)
    anna = bot.add_user("Anna")
    anna.sends("/help")
    anna.wait_for("/bookings")


@pytest.mark.django_db(transaction=True)
def test_what_was_written_while_the_bot_was_away_is_answered(telegram: TelegramServer) -> None:
    anna = telegram.add_user("Anna")
    anna.sends("/help")
    with polling_bot():
        anna.wait_for("/bookings")


@pytest.mark.django_db(transaction=True)
def test_what_a_process_did_not_finish_is_handled_by_the_next(telegram: TelegramServer) -> None:
    anna = telegram.add_user("Anna")
    anna.sends("/help")
    _begin(telegram.seen[-1]["update_id"], by="poll-of-a-process-that-died")
    with polling_bot():
        anna.wait_for("/bookings")


@pytest.mark.django_db
def test_an_update_is_taken_by_one_of_two_processes() -> None:
    assert _begin(7, by="webhook").is_ours
    again = _begin(7, by="webhook", after=timedelta(seconds=1))
    assert not again.is_ours
    assert not again.is_done
    assert _begin(7, by="webhook", after=timedelta(minutes=2)).is_ours
    update_done(update_id=7, now=clock.now())
    last = _begin(7, by="webhook", after=timedelta(hours=1))
    assert not last.is_ours
    assert last.is_done


@pytest.mark.django_db
def test_old_updates_are_forgotten() -> None:
    _begin(7, by="webhook")
    assert updates_prune(now=clock.now() + timedelta(days=2)) == 0
    assert updates_prune(now=clock.now() + timedelta(days=4)) == 1


def _begin(update_id: int, *, by: str, after: timedelta = timedelta()) -> Begun:
    return update_begin(
        update_id=update_id,
        by=by,
        telegram_id=1,
        chat_id=1,
        language_code="en",
        now=clock.now() + after,
    )


@pytest.mark.django_db(transaction=True)
def test_the_command_polls_until_it_is_told_to_stop(telegram: TelegramServer) -> None:
    """`manage.py run_bot` as `make run` starts it: a process of its own, ended by SIGTERM."""
    database = connection.settings_dict
    url = (
        f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:"
        f"{database['PORT']}/{database['NAME']}"
    )
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "reservehub.settings.development",
        "DATABASE_URL": url,
        "REDIS_URL": settings.CACHES["default"]["LOCATION"],
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_BASE": telegram.base,
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "run_bot"], cwd=settings.BASE_DIR, env=environment
    )
    try:
        anna = telegram.add_user("Anna")
        anna.sends("/help")
        wait_until(lambda: bool(anna.chat.from_bot), "no answer", seconds=90)
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    finally:
        process.kill()
