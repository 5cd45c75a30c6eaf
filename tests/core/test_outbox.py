from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import transaction

from reservehub.core import audit, clock, events, outbox, tasks
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry, Delivery, DeliveryStatus, OutboxEvent
from reservehub.core.outbox import Outcome, delivery_run
from reservehub.core.testing import DeliveryFailed, run_deliveries
from tests.core.samples import TableCleared
from tests.races import meet, run_together

pytestmark = [pytest.mark.usefixtures("registry"), pytest.mark.django_db(transaction=True)]


def leave_a_trace(event: TableCleared, *, delivery_id: int) -> None:
    """A handler with an effect that can be counted."""
    delivery = Delivery.objects.get(pk=delivery_id)
    audit.record(actor=SYSTEM, action="trace", obj=delivery, now=event.occurred_at)


def leave_a_trace_together(event: TableCleared, *, delivery_id: int) -> None:
    meet()
    leave_a_trace(event, delivery_id=delivery_id)


def leave_a_trace_and_fail(event: TableCleared, *, delivery_id: int) -> None:
    leave_a_trace(event, delivery_id=delivery_id)
    raise RuntimeError("out of ice")


def leave_a_dangling_row(event: TableCleared, *, delivery_id: int) -> None:
    """Foreign keys are checked at commit, after the handler."""
    Delivery.objects.create(event_id=-1, handler="x", next_attempt_at=event.occurred_at)


def published(event: TableCleared, handler: events.Handler[TableCleared]) -> Delivery:
    events.subscribe(TableCleared, name="tests.handler")(handler)
    with transaction.atomic():
        events.publish(event)
    return Delivery.objects.get()


def traces() -> int:
    return AuditEntry.objects.filter(action="trace").count()


def test_a_delivery_runs_once_however_often_it_is_queued(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_trace)
    run = partial(delivery_run, delivery_id=delivery.pk, now=cleared.occurred_at)
    assert [run(), run()] == [Outcome.DONE, Outcome.SKIPPED]
    delivery.refresh_from_db()
    assert (delivery.status, delivery.finished_at) == (DeliveryStatus.DONE, cleared.occurred_at)
    assert traces() == 1


def test_two_workers_have_one_effect(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_trace_together)
    run = partial(delivery_run, delivery_id=delivery.pk, now=cleared.occurred_at)
    assert sorted(str(outcome) for outcome in run_together(run, run)) == [
        "Outcome.DONE",
        "Outcome.SKIPPED",
    ]
    assert traces() == 1


def test_two_workers_would_have_two_effects_without_the_lock(
    cleared: TableCleared, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = published(cleared, leave_a_trace_together)
    monkeypatch.setattr(outbox, "_lock", lambda pk: Delivery.objects.get(pk=pk))
    run = partial(delivery_run, delivery_id=delivery.pk, now=cleared.occurred_at)
    assert run_together(run, run) == [Outcome.DONE, Outcome.DONE]
    assert traces() == 2


def test_a_failure_rolls_back_the_handler_and_waits(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_trace_and_fail)
    now = cleared.occurred_at
    assert delivery_run(delivery_id=delivery.pk, now=now) is Outcome.FAILED
    assert traces() == 0
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.last_error) == (1, "RuntimeError: out of ice")
    wait = delivery.next_attempt_at - now
    assert outbox.FIRST_RETRY * 0.75 <= wait <= outbox.FIRST_RETRY * 1.25
    assert delivery_run(delivery_id=delivery.pk, now=now) is Outcome.SKIPPED
    assert delivery_run(delivery_id=delivery.pk, now=now + 2 * wait) is Outcome.FAILED


def test_a_failure_at_commit_counts_too(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_dangling_row)
    assert delivery_run(delivery_id=delivery.pk, now=cleared.occurred_at) is Outcome.FAILED
    delivery.refresh_from_db()
    assert "IntegrityError" in delivery.last_error


def test_a_hopeless_delivery_dies_and_can_be_revived(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_trace_and_fail)
    now, outcomes = cleared.occurred_at, []
    for _ in range(outbox.MAX_ATTEMPTS):
        outcomes.append(delivery_run(delivery_id=delivery.pk, now=now))
        now += 2 * outbox.LONGEST_RETRY
    assert outcomes == [Outcome.FAILED] * (outbox.MAX_ATTEMPTS - 1) + [Outcome.DEAD]
    assert delivery_run(delivery_id=delivery.pk, now=now) is Outcome.SKIPPED
    assert outbox.deliveries_claim_due(now=now) == []

    assert outbox.deliveries_retry(delivery_ids=[delivery.pk], now=now) == 1
    assert outbox.deliveries_claim_due(now=now) == [delivery.pk]
    assert delivery_run(delivery_id=delivery.pk, now=now) is Outcome.FAILED


def test_waits_grow_up_to_an_hour() -> None:
    means = [min(outbox.FIRST_RETRY * 2**n, outbox.LONGEST_RETRY) for n in range(30)]
    for attempts, mean in enumerate(means, start=1):
        assert mean * 0.75 <= outbox.retry_delay(attempts) <= mean * 1.25


def test_a_subscriber_of_another_release_is_tried_again_later(
    cleared: TableCleared, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = published(cleared, leave_a_trace)
    monkeypatch.setattr(events, "_subscriptions", {})
    assert delivery_run(delivery_id=delivery.pk, now=cleared.occurred_at) is Outcome.FAILED


def test_the_sweep_finds_what_a_lost_broker_left(cleared: TableCleared) -> None:
    delivery = published(cleared, leave_a_trace)
    soon = cleared.occurred_at + outbox.LOST_AFTER / 2
    late = cleared.occurred_at + outbox.LOST_AFTER
    assert outbox.deliveries_claim_due(now=soon) == []
    assert outbox.deliveries_claim_due(now=late) == [delivery.pk]
    assert outbox.deliveries_claim_due(now=late) == []


def test_two_sweeps_share_the_work(cleared: TableCleared) -> None:
    events.subscribe(TableCleared, name="tests.handler")(leave_a_trace)
    with transaction.atomic():
        for _ in range(40):
            events.publish(cleared)
    late = cleared.occurred_at + outbox.LOST_AFTER
    sweep = partial(outbox.deliveries_claim_due, now=late)
    claimed = [pk for ids in run_together(sweep, sweep) if isinstance(ids, list) for pk in ids]
    claimed += sweep()
    assert sorted(claimed) == sorted(Delivery.objects.values_list("pk", flat=True))


def test_the_tasks_do_all_of_it_on_the_clock(
    cleared: TableCleared, request: pytest.FixtureRequest
) -> None:
    delivery = published(cleared, leave_a_trace)
    request.getfixturevalue("eager")
    with clock.freeze(cleared.occurred_at + outbox.LOST_AFTER):
        assert tasks.sweep_deliveries() == 1
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.DONE
    with clock.freeze(cleared.occurred_at + timedelta(days=15)):
        assert tasks.prune_outbox() == 1


@pytest.mark.usefixtures("eager")
def test_an_eager_worker_runs_at_commit(cleared: TableCleared) -> None:
    assert published(cleared, leave_a_trace).status == DeliveryStatus.DONE
    assert traces() == 1


def test_pruning_keeps_what_waits_and_what_died_lately(
    cleared: TableCleared, now: datetime
) -> None:
    ages = {"done": 15, "young": 13, "waiting": 400, "dead": 89, "forgotten": 91}
    statuses = {"done": "done", "young": "done", "waiting": "pending"}
    for name, days in ages.items():
        at = now - timedelta(days=days)
        status = statuses.get(name, "dead")
        row = OutboxEvent.objects.create(name=name, payload={}, occurred_at=at)
        Delivery.objects.create(
            event=row,
            handler="x",
            status=status,
            next_attempt_at=at,
            finished_at=None if status == "pending" else at,
        )
    assert outbox.outbox_prune(now=now, batch=1) == 2
    assert set(OutboxEvent.objects.values_list("name", flat=True)) == {"young", "waiting", "dead"}


def test_tests_of_other_apps_can_run_what_waits(cleared: TableCleared) -> None:
    published(cleared, leave_a_trace)
    assert (run_deliveries(), run_deliveries()) == (1, 0)


def test_tests_of_other_apps_see_why_a_handler_failed(cleared: TableCleared) -> None:
    published(cleared, leave_a_trace_and_fail)
    with pytest.raises(DeliveryFailed, match="out of ice"):
        run_deliveries()
