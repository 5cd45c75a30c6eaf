from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from reservehub.core.models import IdempotencyRecord, OutboxEvent

pytestmark = [pytest.mark.urls("tests.core.api.views"), pytest.mark.django_db]


def post(api: APIClient, key: str | None, path: str = "/bookings", size: Any = 2) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.post(path, {"party_size": size}, headers=headers, format="json")


def test_a_repeated_request_gets_the_same_answer(api: APIClient) -> None:
    first, second = post(api, "k"), post(api, "k")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert ("Idempotent-Replayed" in first, second["Idempotent-Replayed"]) == (False, "true")
    assert first["Content-Type"] == second["Content-Type"] == "application/json"
    assert OutboxEvent.objects.count() == 1


def test_without_a_key_each_request_counts(api: APIClient) -> None:
    assert [post(api, None).status_code, post(api, None).status_code] == [201, 201]
    assert OutboxEvent.objects.count() == 2


def test_another_body_is_refused(api: APIClient) -> None:
    post(api, "k")
    response = post(api, "k", size=3)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_another_address_is_another_request(api: APIClient) -> None:
    post(api, "k")
    assert "Idempotent-Replayed" not in post(APIClient(REMOTE_ADDR="192.0.2.7"), "k")
    assert "Idempotent-Replayed" not in post(api, "k", path="/bookings?x=1")
    assert "Idempotent-Replayed" not in post(api, "k", path="/bookings?x=" + "y" * 400)
    assert OutboxEvent.objects.count() == 4


@pytest.mark.parametrize(("size", "status"), [(101, 409), (0, 422)])
def test_a_refusal_is_repeated_and_leaves_nothing(api: APIClient, size: int, status: int) -> None:
    first, second = post(api, "k", size=size), post(api, "k", size=size)
    assert first.status_code == second.status_code == status
    assert first.json() == second.json()
    assert second["Content-Type"] == "application/problem+json"
    assert second["Idempotent-Replayed"] == "true"
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_an_unusable_key_is_refused(api: APIClient, key: str) -> None:
    assert post(api, key).status_code == 422
    assert not IdempotencyRecord.objects.exists()
