"""Fences for the whole suite: no network beyond this machine, browser tests only with a browser."""

from __future__ import annotations

import gc
import ipaddress
import os
import shutil
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from tests.emptying import empty_database

# How fast examples are made and tried says more about the machine than about the product.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MAC_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def chromium() -> str | None:
    """The path of an installed Chromium, or ``None``."""
    chosen = os.environ.get("RESERVEHUB_CHROMIUM")
    if chosen:
        return chosen
    for name in _CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return found
    return str(_MAC_CHROME) if _MAC_CHROME.exists() else None


LONGEST = (
    "concurrency/test_storm.py",
    "ops/test_supervisor.py",
    "api/test_fuzz.py",
    "browser/test_floor.py",
    "demo/test_again.py",
    "demo/test_load.py",
    "demo/test_passersby.py",
    "browser/test_office.py",
    "concurrency/test_chaos.py",
    "browser/test_editor.py",
    "browser/test_conversation.py",
    "browser/test_accessibility.py",
    "concurrency/test_http.py",
    "browser/test_guest_live.py",
    "restaurants/admin/test_who_sees_what.py",
)
"""Files begun first: whichever process took one of them last would be alone with it at the end."""


def _turn(item: pytest.Item) -> int:
    name = item.path.relative_to(Path(__file__).parent).as_posix()
    return LONGEST.index(name) if name in LONGEST else len(LONGEST)


def _group(item: pytest.Item) -> str:
    """What one process runs in one go: a file, or the folder that shares one demo."""
    file = item.path.relative_to(Path(__file__).parent)
    return "demo" if file.parts[0] == "demo" else file.as_posix()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; a test that drives a browser on a busy machine gets a second chance,
    which the summary tells: look into it, as it may be the product that is unsteady.
    """
    twice = [nodeid for nodeid, times in Counter(one.nodeid for one in items).items() if times > 1]
    if twice:  # side by side, one of them would run and the others would be forgotten
        raise pytest.UsageError(f"tests that share an id: {', '.join(sorted(twice))}")
    items.sort(key=_turn)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(_group(item)))
    again = pytest.mark.flaky(reruns=1)
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(again)
    if chromium() is not None:
        return
    skip = pytest.mark.skip(reason="no Chromium here: apt-get install chromium")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The path of Chromium; the test is skipped where there is none."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    return path


def pytest_collection_finish() -> None:
    """What was imported stays until the end: looking through it for garbage again and again takes a
    third of the time of the suite.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


class OutsideNetworkUsed(AssertionError):
    """A test tried to leave this machine."""


def _is_local(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _no_outside_network() -> Any:
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_local(address):
            raise OutsideNetworkUsed(f"A test connects to {address!r}.")
        connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _quick_emptying() -> Any:
    patch = pytest.MonkeyPatch()
    patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: empty_database())
    yield
    patch.undo()
