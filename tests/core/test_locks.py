from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import date
from functools import partial

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from reservehub.core import locks
from reservehub.core.errors import NotInTransaction
from reservehub.core.locks import advisory_day_lock, day_lock_key
from reservehub.core.models import OutboxEvent
from tests.core.samples import NOW
from tests.races import meet, run_together

FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
PAIRS = st.tuples(st.integers(1, 2**40), st.dates())


@given(PAIRS, PAIRS)
def test_keys_never_collide_and_fit_a_bigint(a: tuple[int, date], b: tuple[int, date]) -> None:
    assert (day_lock_key(*a) == day_lock_key(*b)) == (a == b)
    assert 0 < day_lock_key(*a) < 2**63


@pytest.mark.django_db
def test_all_days_are_locked_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1):
        advisory_day_lock(7, [SATURDAY, FRIDAY, FRIDAY])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid::bigint << 32 | objid::bigint FROM pg_locks"
            " WHERE locktype = 'advisory' AND objsubid = 1 AND pid = pg_backend_pid()"
        )
        held = {row[0] for row in cursor.fetchall()}
    assert held == {day_lock_key(7, FRIDAY), day_lock_key(7, SATURDAY)}


@pytest.mark.django_db
def test_no_days_need_no_lock(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        advisory_day_lock(7, [])


@pytest.mark.django_db(transaction=True)
def test_a_lock_without_a_transaction_is_a_programming_error() -> None:
    with pytest.raises(NotInTransaction):
        advisory_day_lock(7, [FRIDAY])


@transaction.atomic
def count_then_insert(days: Iterable[date]) -> bool:
    """Pacing in miniature: at most one row; all look before one writes, unless locked out."""
    advisory_day_lock(7, days)
    if OutboxEvent.objects.exists():
        return False
    meet()
    OutboxEvent.objects.create(name="one", payload={}, occurred_at=NOW)
    return True


@pytest.mark.django_db(transaction=True)
def test_whoever_holds_the_day_counts_alone() -> None:
    outcomes = run_together(*[partial(count_then_insert, [FRIDAY])] * 4)
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]


@pytest.mark.django_db(transaction=True)
def test_the_race_is_real_without_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "day_lock_key", lambda *_: time.monotonic_ns())
    assert list(run_together(*[partial(count_then_insert, [FRIDAY])] * 4)).count(True) > 1


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_do_not_deadlock() -> None:
    both = [
        partial(count_then_insert, days) for days in ([FRIDAY, SATURDAY], [SATURDAY, FRIDAY]) * 2
    ]
    assert list(run_together(*both)).count(True) == 1
