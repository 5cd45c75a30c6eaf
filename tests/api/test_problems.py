"""Whatever is wrong with a request, the answer is a problem (RFC 9457): no page, no 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.api.conftest import World, assert_problem, booking_body


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "restaurants/",
        "reservations/abc",
        "reservations/-1",
        "restaurants/a%00b",
        "restaurants/ж",
        "restaurants/%0A",
        "",
        "reservations/1/explode",
    ],
)
def test_unknown_addresses_are_problems(db: None, method: str, path: str) -> None:
    assert_problem(Client().generic(method, f"/api/v1/{path}"), 404, "not_found")


def test_the_bare_root_is_a_problem(db: None) -> None:
    assert_problem(Client().get("/api/v1"), 404, "not_found")


def test_wrong_methods_name_the_right_ones(world: World) -> None:
    response = world.owner.delete("restaurants")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"party_size": NaN}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"party_size": ' + b"9" * 5000 + b"}", "application/json", 400),
        (b'{"party_size": 1e999}', "application/json", 422),
        (b'{"a\\u0000b": 1}', "application/json", 422),
        (b'{"\\ud800": 1}', "application/json", 400),
        (b'{"source": "\\uDC00"}', "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"text"', "application/json", 422),
        (b"", "application/json", 422),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "application/xml", 415),
        (b"{}", "", 415),
        (b"{}", "nonsense", 415),
    ],
)
def test_bodies_that_cannot_be_read(
    world: World, content: bytes, content_type: str, status: int
) -> None:
    for path in ("reservations", "holds", "reservations/lookup", "auth/token"):
        response = Client().generic("POST", f"/api/v1/{path}", content, content_type=content_type)
        assert_problem(response, status)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense", ""])
def test_there_is_only_json(world: World, accept: str) -> None:
    response = Client().get(f"/api/v1/{world.path}", headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\tb"])
def test_bad_idempotency_keys(world: World, key: str) -> None:
    response = world.anonymous.post("reservations", booking_body(world), Idempotency_Key=key)
    assert_problem(response, 422, "validation_failed")


@pytest.mark.parametrize("header", ["", "nonsense", "*, 1", 'W/"1"', '"' + "9" * 400 + '"'])
def test_strange_preconditions(world: World, header: str) -> None:
    made = world.book()
    response = world.customer.put(
        f"reservations/{made.pk}/modify", {"party_size": 1}, If_Match=header
    )
    assert response.status_code in (200, 412)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer a b", "Basic eDp5", "Bearer x"])
def test_strange_authorizations(world: World, authorization: str) -> None:
    response = Client().get("/api/v1/auth/me", headers={"Authorization": authorization})
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_problems_are_in_the_language_asked_for(world: World) -> None:
    response: Any = Client().get(
        f"/api/v1/{world.path}/availability", headers={"Accept-Language": "ru"}
    )
    body = assert_problem(response, 422)
    assert body["code"] == "validation_failed"


@pytest.mark.parametrize("token", ["%00", "%ff", "x" * 10_000, "%F0%9F%8D%B7"])
def test_strange_tokens_open_nothing(world: World, token: str) -> None:
    made = world.book()
    assert_problem(Client().get(f"/api/v1/reservations/{made.pk}?token={token}"), 404)
    assert Client().delete(f"/api/v1/holds/{token[:50]}").status_code == 204
