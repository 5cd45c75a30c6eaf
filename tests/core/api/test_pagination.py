from __future__ import annotations

import re
from base64 import b64encode

import pytest
from rest_framework.test import APIClient

from reservehub.core.models import OutboxEvent
from tests.core.samples import NOW

pytestmark = [pytest.mark.urls("tests.core.api.views"), pytest.mark.django_db]


@pytest.fixture
def ids() -> list[int]:
    rows = [OutboxEvent(name=str(n), payload={}, occurred_at=NOW) for n in range(7)]
    return [row.pk for row in OutboxEvent.objects.bulk_create(rows)][::-1]


def test_following_the_links_sees_every_row_once(api: APIClient, ids: list[int]) -> None:
    seen, url = [], "http://testserver/pages?limit=3"
    while url:
        body = api.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert seen == ids


def test_rows_added_meanwhile_move_nothing(api: APIClient, ids: list[int]) -> None:
    first = api.get("/pages?limit=3").json()
    OutboxEvent.objects.create(name="new", payload={}, occurred_at=NOW)
    second = api.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == ids[3:6]


def test_the_link_header_says_the_same(api: APIClient, ids: list[int]) -> None:
    response = api.get("/pages?limit=3")
    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'
    middle = api.get(response.json()["next"])
    assert re.findall(r'rel="(\w+)"', middle["Link"]) == ["next", "prev"]
    assert "Link" not in api.get("/pages?limit=100")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", "", "²", "1e2", "9" * 30])
def test_only_sensible_limits_are_taken(api: APIClient, limit: str) -> None:
    response = api.get("/pages", {"limit": limit})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/limit"


@pytest.mark.parametrize("inside", ["p=abc", "p=%00", "o=-5", "o=x", "r=2&p=a"])
def test_a_forged_cursor_is_refused(api: APIClient, inside: str) -> None:
    cursor = b64encode(inside.encode()).decode()
    assert api.get("/pages", {"cursor": cursor}).status_code == 422


@pytest.mark.parametrize("cursor", ["x", "é", "====", "", b64encode(b"p=" + b"9" * 40).decode()])
def test_a_broken_cursor_does_no_harm(api: APIClient, cursor: str) -> None:
    assert api.get("/pages", {"cursor": cursor}).status_code in (200, 422)
