"""Whatever is posted twice with one key happens once (rule 55)."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.models import Reservation
from reservehub.core import clock
from tests.api.conftest import World, assert_problem, booking_body
from tests.api.test_matrix import OPERATIONS, Operation, _body, _items
from tests.api.things import moment_of, things_for

POSTS = [o for o in OPERATIONS if o.method == "POST" and not o.id.startswith("token_")]
#: What is written by asking, whatever the answer: the keys themselves.
_IGNORED = {"core_idempotencyrecord", "django_session"}


def _everything() -> dict[str, list[Any]]:
    """All rows of all tables of ours."""
    models = apps.get_models(include_auto_created=True)
    tables = sorted({model._meta.db_table for model in models} - _IGNORED)
    rows: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')  # noqa: S608
            rows[table] = cursor.fetchall()
    return rows


def _request(world: World, operation: Operation, ids: dict[str, Any]) -> tuple[str, Any]:
    """Path and body; what the body names may be made for it, so it is asked for once."""
    kind = operation.path.rpartition("/")[2]
    path = operation.path.removeprefix("/api/v1/").format(token="unknown", **ids)
    return path, _body(world, operation, kind if kind in ids["items"] else None)


@pytest.mark.parametrize("operation", POSTS, ids=lambda operation: operation.id)
@pytest.mark.parametrize("role", ["owner", "anonymous"])
def test_a_replay_changes_nothing(world: World, operation: Operation, role: str) -> None:
    caller = getattr(world, role)
    items = _items(world)
    ids = {
        "restaurant": world.restaurant.slug,
        "reservation_id": world.book().pk,
        "items": items,
        "id": items["floor-plans"],  # the only items with a verb of their own
        **things_for(world, operation.path),
    }
    path, body = _request(world, operation, ids)
    with clock.freeze(moment_of(operation.path)):
        first = caller.post(path, body, Idempotency_Key="key-1")
        before = _everything()
        replay = caller.post(path, body, Idempotency_Key="key-1")
    assert _everything() == before
    assert replay.status_code == first.status_code
    assert replay.content == first.content
    if first.status_code != 401:
        assert replay.headers["Idempotent-Replayed"] == "true"


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    key=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40),
)
def test_one_key_makes_at_most_one_booking(world: World, sizes: list[int], key: str) -> None:
    before = Reservation.objects.count()
    first, *others = sizes
    answers = [
        world.anonymous.post(
            "reservations",
            booking_body(world, party_size=size, guest_email=f"g{before}@example.com"),
            Idempotency_Key=f"{before}{key}",
        )
        for size in (first, *others, first)
    ]
    assert Reservation.objects.count() <= before + 1
    assert answers[-1].json() == answers[0].json()
    for size, answer in zip(others, answers[1:], strict=False):
        if size != first:
            assert_problem(answer, 422, "idempotency_key_reused")


def test_keys_of_different_callers_have_nothing_to_do_with_each_other(world: World) -> None:
    first = world.customer.post("reservations", booking_body(world), Idempotency_Key="k")
    second = world.stranger.post(
        "reservations",
        booking_body(world, guest_email="other@example.com", party_size=4),
        Idempotency_Key="k",
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] != second.json()["id"]
