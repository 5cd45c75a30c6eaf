"""One demo for all tests of this folder: loading it is what takes the time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test.utils import override_settings

from demo.world import Report, demo_load

FRIDAY_NIGHT = datetime(2026, 6, 5, 18, 40, tzinfo=UTC)
"""20:40 in Amsterdam and Berlin, 21:40 in Moscow, 14:40 in New York: all four are open."""


@pytest.fixture(scope="package")
def media(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the pictures go."""
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder):
        yield folder


@pytest.fixture(scope="package")
def demo(django_db_setup: None, django_db_blocker: Any, media: Path) -> Iterator[Report]:
    """The demo on a Friday night, in a transaction around all tests of the folder."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield demo_load(now=FRIDAY_NIGHT)
        transaction.set_rollback(True)
