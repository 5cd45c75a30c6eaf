"""The database backend keeps what it planned and notices a server that went away."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoAssertNumQueries

from reservehub.core.planned import planned

pytestmark = pytest.mark.django_db(transaction=True)


def ask(number: int) -> int:
    ((answer,),) = planned("SELECT $1::int + 1 AS the_next_number", [number])
    return int(answer)


def prepared() -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%the_next_number%' AND from_sql = false"
        )
        found: list[tuple[int, int]] = cursor.fetchall()
    return found


def test_a_rollback_keeps_statements_and_their_one_plan() -> None:
    connection.close()
    assert ask(1) == 2
    with transaction.atomic():
        ask(2)
        transaction.set_rollback(True)
    with transaction.atomic():
        savepoint = transaction.savepoint()
        ask(3)
        transaction.savepoint_rollback(savepoint)
        assert ask(4) == 5
    assert prepared() == [(4, 0)]


def test_a_statement_that_fails_can_be_asked_again() -> None:
    connection.close()
    with pytest.raises(Exception, match="out of range"):
        ask(2**31 - 1)
    assert ask(5) == 6


def test_a_statement_is_counted_like_any_other(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(2):
        assert (ask(1), ask(2)) == (2, 3)


def test_a_transaction_that_has_to_be_rolled_back_takes_no_statement() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            ask(1)
    assert ask(1) == 2


def test_a_changed_table_is_planned_anew() -> None:
    def first() -> int:
        ((number,),) = planned("SELECT number FROM rh_numbers WHERE number > $1::int", [0])
        return int(number)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rh_numbers AS SELECT 7 AS number")
        try:
            assert first() == 7
            cursor.execute("DROP TABLE rh_numbers")
            cursor.execute("CREATE TABLE rh_numbers AS SELECT 'x' AS name, 8 AS number")
            assert first() == 8
        finally:
            cursor.execute("DROP TABLE rh_numbers")


def test_a_connection_that_the_server_closed_is_not_usable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**_address()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    until = time.monotonic() + 10
    while connection.is_usable() and time.monotonic() < until:
        time.sleep(0.01)
    assert not connection.is_usable()
    connection.close()
    assert ask(1) == 2


def _address() -> dict[str, Any]:
    known = connection.settings_dict
    return {
        "dbname": known["NAME"],
        "user": known["USER"],
        "password": known["PASSWORD"],
        "host": known["HOST"],
        "port": known["PORT"],
    }
