"""The live floor when something is amiss: Redis gone, screens that hang, other processes."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from bookings.services import (
    reservation_arrive,
    reservation_complete,
    reservation_create,
    reservation_seat,
)
from reservehub.core import clock
from reservehub.core.realtime import push, restaurant_group
from restaurants.models import Restaurant
from staff import feed, screens
from staff.screens import MOST_WAITING, TOO_SLOW, Manner, Screen
from tests.asgi import serving, watching
from tests.core.test_realtime import OwnRedis, use_redis
from tests.factories import GUEST, NOW, STAFF, a_request, make_member, make_restaurant, make_user
from tests.staff.test_socket import SEVEN, tables

needs_database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def restaurant(transactional_db: Any) -> Iterator[Restaurant]:
    with clock.freeze(SEVEN):
        yield make_restaurant(tables=(2, 4))


def a_visit(restaurant: Restaurant) -> dict[str, Any]:
    visit = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation
    return {"reservation_id": visit.pk, "actor": STAFF, "now": SEVEN}


@needs_database
def test_without_redis_screens_are_right_within_seconds_and_after_it_at_once(
    restaurant: Restaurant, tmp_path: Path, settings: Settings
) -> None:
    step = a_visit(restaurant)
    [first, _second] = tables(restaurant)
    redis = OwnRedis(tmp_path)
    use_redis(settings, redis.port)
    try:
        with serving() as address, watching(address, restaurant.pk, make_member(restaurant)) as one:
            one.next()
            reservation_arrive(**step)
            one.table(first, "arrived")
            redis.kill()
            reservation_seat(**step)
            again = one.until(lambda m: m["type"] == "snapshot", timeout=6)
            assert again["tables"][0]["status"] == "seated"
            redis.start()
            with watching(address, restaurant.pk, make_member(restaurant)) as newcomer:
                assert newcomer.next()["tables"][0]["status"] == "seated"
            assert _is_heard_again(one, restaurant)
            reservation_complete(**step)
            one.until(lambda m: m.get("table_id") == first and m["status"] != "seated")
    finally:
        redis.kill()


def _is_heard_again(screen: Any, restaurant: Restaurant) -> bool:
    """Messages arrive at once again, within some seconds of the restart."""
    for _ in range(40):
        push(restaurant_group(restaurant.pk), {"type": "config.changed", "what": "test"})
        try:
            screen.until(lambda m: m["type"] == "config.changed", timeout=0.3)
        except TimeoutError:
            continue
        return True
    return False


ELSEWHERE = """
import sys
import django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from datetime import datetime
from bookings.services import reservation_arrive
from reservehub.core.actors import SYSTEM
from reservehub.core.realtime import drain
reservation_arrive(
    reservation_id=int(sys.argv[2]), actor=SYSTEM, now=datetime.fromisoformat(sys.argv[3])
)
assert drain()
"""


@needs_database
def test_a_change_in_another_process_is_seen_here(
    restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOKS_EVERY", 60.0)
    step = a_visit(restaurant)
    with serving() as address, watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        arguments = [
            str(connection.settings_dict["NAME"]),
            str(step["reservation_id"]),
            SEVEN.isoformat(),
        ]
        subprocess.run(
            [sys.executable, "-c", ELSEWHERE, *arguments],
            cwd=django_settings.BASE_DIR,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "reservehub.settings.test"},
            check=True,
        )
        screen.table(tables(restaurant)[0], "arrived")
    assert "snapshot" not in [message["type"] for message in screen.seen[1:]]


@needs_database
def test_a_step_in_the_admin_site_is_seen_at_the_host_stand(
    restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LOOKS_EVERY", 60.0)
    step = a_visit(restaurant)
    admin = Client()
    admin.force_login(make_user(is_superuser=True, is_staff=True))
    with serving() as address, watching(address, restaurant.pk, make_member(restaurant)) as screen:
        screen.next()
        answer = admin.post(
            reverse("admin:bookings_reservation_changelist"),
            {"action": "seat", "_selected_action": [step["reservation_id"]]},
        )
        assert answer.status_code == 302, answer.content
        screen.table(tables(restaurant)[0], "seated")
    assert "snapshot" not in [message["type"] for message in screen.seen[1:]]


# --- Slow and dead screens ------------------------------------------------------------------------


class Line:
    """What a screen was sent; a stuck one takes one message and hangs."""

    def __init__(self, *, is_stuck: bool = False) -> None:
        self.sent: list[str] = []
        self.closed: list[int] = []
        self._is_stuck = is_stuck

    async def send(self, text: str) -> None:
        self.sent.append(text)
        if self._is_stuck:
            await asyncio.sleep(3600)

    async def close(self, code: int) -> None:
        self.closed.append(code)


def on_a_loop(work: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: browser tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def a_screen() -> Screen:
    return Screen(
        people=(1,), manner=Manner("en", sees_contact=True), whole=lambda _manner: "whole"
    )


def test_a_stuck_screen_delays_nobody_and_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "SENT_WITHIN", 0.05)
    stuck, lively = Line(is_stuck=True), Line()

    async def evening() -> None:
        both = (a_screen(), a_screen())
        runs = [
            asyncio.create_task(screen.run(line.send, line.close))
            for screen, line in zip(both, (stuck, lively), strict=True)
        ]
        for screen in both:
            screen.open()
        await asyncio.sleep(0.001)
        for number in range(5):
            for screen in both:
                screen.offer(str(number))
            await asyncio.sleep(0.001)
        assert lively.sent == ["whole", "0", "1", "2", "3", "4"]
        await asyncio.wait(runs[:1], timeout=2)
        runs[1].cancel()

    on_a_loop(evening())
    assert (stuck.sent, stuck.closed) == (["whole"], [TOO_SLOW])


def test_a_screen_far_behind_gets_the_whole_state_instead() -> None:
    line = Line()

    async def evening() -> None:
        screen = a_screen()
        screen.open()
        run = asyncio.create_task(screen.run(line.send, line.close))
        await asyncio.sleep(0.01)
        for number in range(MOST_WAITING + 50):
            screen.offer(str(number))
        await asyncio.sleep(0.01)
        screen.offer("next")
        await asyncio.sleep(0.01)
        run.cancel()

    on_a_loop(evening())
    assert line.sent == ["whole", "whole", "next"]


def test_a_screen_hears_nothing_before_its_first_whole_state() -> None:
    line = Line()

    async def evening() -> None:
        screen = a_screen()
        run = asyncio.create_task(screen.run(line.send, line.close))
        screen.offer("too early")
        screen.resync()
        await asyncio.sleep(0.01)
        screen.open()
        await asyncio.sleep(0.01)
        screen.dismiss(4403)
        await run

    on_a_loop(evening())
    assert (line.sent, line.closed) == (["whole"], [4403])
