from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from celery import current_app

from reservehub.core import dispatch, events
from tests.core.samples import NOW, TableCleared


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No subscribers but the test's own."""
    monkeypatch.setattr(events, "_subscriptions", {})
    events._subscribers_of_name.cache_clear()
    yield
    events._subscribers_of_name.cache_clear()


@pytest.fixture
def cleared(now: datetime) -> TableCleared:
    return TableCleared(
        occurred_at=now, table_id=7, service_date=date(2026, 11, 20), seats=("a", "b")
    )


@pytest.fixture
def eager() -> Iterator[None]:
    """Queued tasks run at once, in the caller."""
    assert dispatch._pump.drain(5)  # or what still waits would run on the queueing thread
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False
