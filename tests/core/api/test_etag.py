from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

pytestmark = pytest.mark.urls("tests.core.api.views")


@pytest.fixture
def api(api: APIClient) -> APIClient:
    api.force_authenticate(get_user_model()(pk=1))
    return api


def test_a_read_gives_the_version(api: APIClient) -> None:
    assert api.get("/bookings/1")["ETag"] == '"3"'


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ('"3"', 200),
        ('"1", "3"', 200),
        ("*", 200),
        (None, 200),
        ('"2"', 412),
        ('W/"3"', 412),
        ("3", 412),
        ("", 412),
    ],
)
def test_a_change_needs_the_latest_version(api: APIClient, header: str | None, status: int) -> None:
    headers = {} if header is None else {"If-Match": header}
    response = api.patch("/bookings/1", {}, headers=headers, format="json")
    assert response.status_code == status
    if status == 412:
        assert response.json()["code"] == "precondition_failed"
        assert response.json()["current_etag"] == '"3"'
