from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django import Settings
from redis.exceptions import RedisError
from rest_framework.settings import api_settings
from rest_framework.test import APIClient

from reservehub.core.api import throttling
from reservehub.core.errors import RateLimited

pytestmark = pytest.mark.urls("tests.core.api.views")

CLOSED_PORT = 1


@pytest.fixture(autouse=True)
def _limits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.RESERVEHUB_THROTTLES = True
    rates = {"tests": "3/h", "anon": "100/h"}
    monkeypatch.setattr(api_settings, "DEFAULT_THROTTLE_RATES", rates)
    monkeypatch.setattr(throttling, "_cache", throttling._Cache())
    cache.clear()
    yield
    with suppress(RedisError):
        cache.clear()


def test_the_fourth_of_three_is_refused(api: APIClient) -> None:
    assert [api.get("/limited").status_code for _ in range(4)] == [200, 200, 200, 429]
    response = api.get("/limited")
    assert response.json()["code"] == "rate_limited"
    assert 1 <= int(response["Retry-After"]) <= 3600


def test_the_headers_count_down_the_tightest_limit(api: APIClient) -> None:
    answers = [api.get("/limited") for _ in range(4)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {answer["RateLimit-Limit"] for answer in answers} == {"3"}
    assert 1 <= int(answers[0]["RateLimit-Reset"]) <= 3600


def test_each_caller_has_a_quota_of_its_own(api: APIClient) -> None:
    for _ in range(4):
        api.get("/limited")
    assert APIClient(REMOTE_ADDR="192.0.2.9").get("/limited").status_code == 200


def test_a_forged_forwarding_header_buys_nothing(api: APIClient) -> None:
    answers = [
        api.get("/limited", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(4)
    ]
    assert answers[-1] == 429


@pytest.mark.parametrize("off", [False, "off"])
def test_one_setting_lifts_all_limits(api: APIClient, settings: Settings, off: object) -> None:
    settings.RESERVEHUB_THROTTLES = off
    answers = [api.get("/limited") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0]


def test_limits_are_lifted_while_redis_is_away(api: APIClient, settings: Settings) -> None:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{CLOSED_PORT}/0"}
    }
    started = time.perf_counter()
    assert {api.get("/limited").status_code for _ in range(20)} == {200}
    assert time.perf_counter() - started < 5


def test_views_without_throttles_count_by_themselves() -> None:
    request = RequestFactory().post("/")
    for _ in range(3):
        throttling.count_request(request, scope="tests", caller="account:7")
    throttling.count_request(request, scope="tests")
    with pytest.raises(RateLimited) as refused:
        throttling.count_request(request, scope="tests", caller="account:7")
    assert 1 <= refused.value.extra["retry_after"] <= 3600


@pytest.mark.parametrize(
    ("rate", "parsed"), [("120/min", (120, 60)), ("5/s", (5, 1)), ("9/day", (9, 86400))]
)
def test_rates_are_requests_and_seconds(rate: str, parsed: tuple[int, int]) -> None:
    assert throttling.parse_rate(rate) == parsed
