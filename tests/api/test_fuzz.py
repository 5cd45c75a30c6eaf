"""Schemathesis asks every operation strange things, as a passer-by and as the owner.

No answer may be a fault of the server, and none may be undeclared in the OpenAPI document.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from reservehub.core import clock
from tests.api.conftest import World, make_world
from tests.api.test_matrix import _items
from tests.api.things import things_for
from tests.factories import NOW

# Without `django_db` on any test of a run, pytest-django makes no test database at all.
pytestmark = [pytest.mark.django_db, pytest.mark.schemathesis, pytest.mark.slow]

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 5

_config = SchemathesisConfig()
_config.projects.default.phases.coverage.enabled = False
schema = schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application(), config=_config)
bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


Case = schemathesis.Case[Any]


@pytest.fixture(autouse=True, scope="module")
def _one_connection() -> Iterator[None]:
    """The application runs in this thread: the test's transaction must outlive each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def prepared(
    django_db_setup: None, django_db_blocker: Any
) -> Iterator[tuple[World, dict[str, Any]]]:
    """Made once for all operations, with real values for the parameters of their paths."""
    with django_db_blocker.unblock(), clock.freeze(NOW), transaction.atomic():
        world = make_world()
        reservation = world.book()
        places = {
            "restaurant": world.restaurant.slug,
            "reservation_id": reservation.pk,
            "token": world.token(reservation),
            "items": _items(world),
        }
        yield world, places
        transaction.set_rollback(True)


@pytest.fixture
def world(prepared: tuple[World, dict[str, Any]]) -> World:
    """As it was made: what the operation before has done was undone with its test."""
    return prepared[0]


@pytest.fixture
def places(
    prepared: tuple[World, dict[str, Any]], request: pytest.FixtureRequest
) -> dict[str, Any]:
    """With what else the address names."""
    world, known = prepared
    path = request.node.operation_label.partition(" ")[2]
    return {**known, **things_for(world, path)}


def _aim(case: Case, places: dict[str, Any]) -> None:
    found = case.path_parameters
    kind = case.path.rpartition("/{")[0].rpartition("/")[2]
    for name in found:
        if name in places:
            found[name] = places[name]
        elif name == "id" and kind in places["items"]:
            found[name] = places["items"][kind]


@schema.parametrize()
@bounded
def test_a_passer_by_breaks_nothing(case: Case, world: World) -> None:
    case.call_and_validate(checks=CHECKS)


@schema.parametrize()
@bounded
def test_an_owner_breaks_nothing(case: Case, world: World, places: dict[str, Any]) -> None:
    _aim(case, places)
    case.call_and_validate(checks=CHECKS, headers=world.owner.headers())
