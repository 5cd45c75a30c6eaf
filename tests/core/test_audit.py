from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import ProgrammingError
from pytest_django import DjangoAssertNumQueries

from reservehub.core import audit, clock, tasks
from reservehub.core.actors import SYSTEM, Actor, ActorKind
from reservehub.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db

REFUSED = (InternalError, ProgrammingError)


def entry(now: datetime) -> AuditEntry:
    thing = OutboxEvent(pk=7)
    audit.record(actor=SYSTEM, action="tests.change", obj=thing, now=now)
    return AuditEntry.objects.latest("pk")


def test_an_entry_says_who_what_when_and_from_where(
    now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = Actor(ActorKind.STAFF, user_id=3, label="Olga", channel="admin", ip="192.0.2.1")
    with django_assert_num_queries(1):
        audit.record(
            actor=actor,
            action="bookings.reservation.confirm",
            obj=OutboxEvent(pk=7),
            now=now,
            restaurant_id=5,
            before={"status": "pending", "guest_name": "Anna"},
            after={"status": "confirmed", "at": now},
        )
    written = AuditEntry.objects.get()
    assert (written.actor_kind, written.actor_user_id, written.actor_label) == ("staff", 3, "Olga")
    assert (written.channel, written.ip, written.restaurant_id) == ("admin", "192.0.2.1", 5)
    assert (written.object_type, written.object_id) == ("core.outboxevent", "7")
    assert (written.action, written.occurred_at) == ("bookings.reservation.confirm", now)
    assert written.before == {"status": "pending", "guest_name": "A***"}
    assert written.after == {"status": "confirmed", "at": "2026-11-20T18:30:00Z"}


def test_entries_without_values_have_none(now: datetime) -> None:
    written = entry(now)
    assert (written.before, written.after, written.ip) == (None, None, None)


def test_the_audit_rolls_back_with_the_change(now: datetime) -> None:
    with suppress(ZeroDivisionError), transaction.atomic():
        entry(now)
        raise ZeroDivisionError
    assert not AuditEntry.objects.exists()


def test_nobody_can_change_an_entry(now: datetime) -> None:
    written = entry(now)
    with pytest.raises(REFUSED, match="append-only"), transaction.atomic():
        AuditEntry.objects.filter(pk=written.pk).update(action="nothing")
    with pytest.raises(REFUSED, match="append-only"), transaction.atomic():
        written.delete()
    with pytest.raises(REFUSED, match="append-only"), transaction.atomic():
        connection.cursor().execute("DELETE FROM core_auditentry")
    written.refresh_from_db()
    assert written.action == "tests.change"


def test_entries_can_be_changed_with_the_guard_off(now: datetime) -> None:
    """The negative control: it is the trigger that refuses."""
    entry(now)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditentry DISABLE TRIGGER core_audit_append_only")
    assert AuditEntry.objects.update(action="nothing") == 1


def test_a_year_is_kept_and_no_more(now: datetime) -> None:
    for days in (364, 366):
        entry(now - timedelta(days=days))
    with clock.freeze(now):
        assert tasks.prune_audit() == 1
    assert AuditEntry.objects.get().occurred_at == now - timedelta(days=364)


def test_the_door_is_shut_again_after_pruning(now: datetime) -> None:
    written = entry(now)
    assert audit.audit_prune(now=now) == 0
    with pytest.raises(REFUSED, match="append-only"), transaction.atomic():
        written.delete()
