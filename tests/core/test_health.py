from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from pytest_django import DjangoAssertNumQueries, Settings

from reservehub.core.health import healthz, readyz

GET = RequestFactory().get("/")


@pytest.mark.django_db
def test_being_alive_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert healthz(GET).status_code == 200


@pytest.mark.django_db
def test_everything_answers() -> None:
    assert readyz(GET).content == b'{"status": "ok", "database": true, "redis": true}'


@pytest.mark.django_db
def test_a_lost_redis_only_degrades(settings: Settings) -> None:
    cache = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": cache}
    answer = readyz(GET)
    assert (answer.status_code, b'"degraded"' in answer.content) == (200, True)


@pytest.mark.django_db
def test_a_lost_database_takes_us_out_of_the_rotation() -> None:
    def fail(*_: object) -> None:
        raise OperationalError("the connection is gone")

    with connection.execute_wrapper(fail):
        assert readyz(GET).status_code == 503
