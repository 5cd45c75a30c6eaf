from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from reservehub.core import dispatch, events
from reservehub.core.checks import check_events_can_be_stored
from reservehub.core.errors import NotInTransaction
from reservehub.core.models import Delivery, OutboxEvent
from tests.core.samples import TableCleared

pytestmark = pytest.mark.usefixtures("registry")


def ignore(event: events.Event, *, delivery_id: int) -> None:
    """A subscriber that does nothing."""


@pytest.mark.django_db
def test_an_event_and_its_deliveries_are_rows(cleared: TableCleared) -> None:
    events.subscribe(TableCleared, name="tests.second")(ignore)
    events.subscribe(TableCleared, name="tests.first")(ignore)
    events.publish(cleared)
    row = OutboxEvent.objects.get()
    assert (row.name, row.occurred_at) == ("tests.table.cleared", cleared.occurred_at)
    assert row.payload["service_date"] == "2026-11-20"
    assert events.restore(row) == cleared
    assert list(row.deliveries.order_by("pk").values_list("handler", "status")) == [
        ("tests.first", "pending"),
        ("tests.second", "pending"),
    ]


@pytest.mark.django_db
def test_publishing_costs_one_statement_for_the_event_and_all_deliveries(
    cleared: TableCleared, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        events.publish(cleared)
    for number in range(5):
        events.subscribe(TableCleared, name=f"tests.{number}")(ignore)
    with django_assert_num_queries(1):
        events.publish(cleared)
    assert Delivery.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_rollback_leaves_nothing(cleared: TableCleared, monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[int] = []
    monkeypatch.setattr(dispatch, "queue_deliveries", queued.extend)
    events.subscribe(TableCleared, name="tests.one")(ignore)
    with suppress(ZeroDivisionError), transaction.atomic():
        events.publish(cleared)
        raise ZeroDivisionError
    assert not OutboxEvent.objects.exists()
    assert not Delivery.objects.exists()
    assert queued == []


@pytest.mark.django_db
def test_deliveries_are_queued_after_the_commit_only(
    cleared: TableCleared,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    queued: list[int] = []
    monkeypatch.setattr(dispatch, "queue_deliveries", queued.extend)
    events.subscribe(TableCleared, name="tests.one")(ignore)
    with django_capture_on_commit_callbacks(execute=True):
        events.publish(cleared)
        assert queued == []
    assert queued == [Delivery.objects.get().pk]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_a_programming_error(cleared: TableCleared) -> None:
    with pytest.raises(NotInTransaction):
        events.publish(cleared)
    assert not OutboxEvent.objects.exists()


def test_a_subscriber_to_a_family_gets_the_whole_family() -> None:
    events.subscribe(events.Event, name="tests.everything")(ignore)
    events.subscribe(TableCleared, name="tests.one")(ignore)
    assert events.subscribers_of(TableCleared) == ("tests.everything", "tests.one")


def test_names_belong_to_one_handler() -> None:
    def another(event: events.Event, *, delivery_id: int) -> None:
        """Another subscriber."""

    events.subscribe(TableCleared, name="tests.one")(ignore)
    events.subscribe(TableCleared, name="tests.one")(ignore)  # imported twice: fine
    with pytest.raises(ValueError, match=r"tests\.one"):
        events.subscribe(TableCleared, name="tests.one")(another)


def test_two_events_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match=r"tests\.table\.cleared"):

        class Impostor(events.Event):
            name: ClassVar[str] = "tests.table.cleared"


def test_what_this_release_does_not_know_is_told_apart(now: datetime) -> None:
    with pytest.raises(events.UnknownSubscriber, match=r"tests\.gone"):
        events.subscription("tests.gone")
    with pytest.raises(events.UnknownSubscriber, match=r"tests\.removed"):
        events.restore(OutboxEvent(name="tests.removed", payload={}, occurred_at=now))


def test_events_are_immutable_and_keyword_only(cleared: TableCleared) -> None:
    with pytest.raises(AttributeError):
        cleared.table_id = 8  # type: ignore[misc]
    with pytest.raises(TypeError):
        TableCleared(cleared.occurred_at, 7)  # type: ignore[call-arg]
    assert cleared.service_date == date(2026, 11, 20)


def test_a_field_that_cannot_be_stored_is_found_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_events", dict(events._events))
    assert check_events_can_be_stored() == []

    @dataclass(frozen=True, kw_only=True)
    class Vague(events.Event):
        name: ClassVar[str] = "tests.vague"
        anything: dict[str, Any]

    class Forgotten(events.Event):
        name: ClassVar[str] = "tests.forgotten"
        table_id: int

    found = [
        (message.id, message.msg.partition(":")[0]) for message in check_events_can_be_stored()
    ]
    assert found == [("core.E002", "tests.forgotten"), ("core.E001", "tests.vague")]
