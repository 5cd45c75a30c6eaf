"""The broker may be down, or worse, silent: a booking must not notice."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

import pytest
from celery import Celery, current_app
from django.db import transaction

from reservehub.core import dispatch, events, outbox
from reservehub.core.models import Delivery
from tests.core.samples import TableCleared
from tests.core.test_outbox import leave_a_trace

pytestmark = [pytest.mark.usefixtures("registry"), pytest.mark.django_db(transaction=True)]

CLOSED_PORT = 1


def use_broker(url: str) -> None:
    app = Celery("lonely", broker=url)
    app.set_default()  # for the queueing thread
    app.conf.broker_transport_options = {"socket_connect_timeout": 1, "socket_timeout": 1}
    app.conf.task_ignore_result = True


@pytest.fixture(autouse=True)
def _the_usual_broker_afterwards() -> Iterator[None]:
    usual = current_app._get_current_object()
    yield
    dispatch._pump.take_waiting()
    dispatch._pump.drain(2)
    usual.set_default()
    usual.set_current()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """Accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


def publish_many(event: TableCleared, count: int) -> float:
    """Publish in so many transactions; returns the seconds of the median one."""
    events.subscribe(TableCleared, name="tests.handler")(leave_a_trace)
    seconds = []
    for _ in range(count):
        started = time.perf_counter()
        with transaction.atomic():
            events.publish(event)
        seconds.append(time.perf_counter() - started)
    return median(seconds)


def test_with_a_broker_the_delivery_is_queued(cleared: TableCleared) -> None:
    publish_many(cleared, 1)
    assert dispatch._pump.drain(5)


def test_a_broker_that_is_down_costs_nothing_and_loses_nothing(
    cleared: TableCleared, caplog: pytest.LogCaptureFixture
) -> None:
    use_broker(f"redis://127.0.0.1:{CLOSED_PORT}/0")
    with caplog.at_level(logging.WARNING):
        assert publish_many(cleared, 50) < 0.25
        assert dispatch._pump.drain(10)
    lines = [r.message for r in caplog.records if r.name == "reservehub.core.background"]
    assert len(lines) == 1
    assert "left to the sweep" in lines[0]
    due = outbox.deliveries_claim_due(now=cleared.occurred_at + timedelta(minutes=2))
    assert sorted(due) == sorted(Delivery.objects.values_list("pk", flat=True))
    assert len(due) == 50


def test_a_broker_that_hangs_costs_nothing_either(cleared: TableCleared, silent_port: int) -> None:
    use_broker(f"redis://127.0.0.1:{silent_port}/0")
    assert publish_many(cleared, 50) < 0.25
    assert Delivery.objects.count() == 50
