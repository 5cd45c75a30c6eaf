from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

pytestmark = [pytest.mark.urls("tests.core.api.views"), pytest.mark.django_db]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("domain", 409, "table_taken"),
        ("limited", 429, "rate_limited"),
        ("http404", 404, "not_found"),
        ("denied", 403, "permission_refused"),
        ("unauthenticated", 401, "not_authenticated"),
        ("throttled", 429, "rate_limited"),
        ("django", 422, "validation_failed"),
        ("teapot", 500, "error"),
    ],
)
def test_every_refusal_is_a_problem(api: APIClient, name: str, status: int, code: str) -> None:
    response = api.get(f"/raises/{name}")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["code"], body["status"], body["instance"]) == (code, status, f"/raises/{name}")
    assert body["type"] == f"/problems/{code}"
    assert body["title"]
    assert body["detail"]


def test_a_fault_of_the_program_is_not_dressed_up(api: APIClient) -> None:
    with pytest.raises(ZeroDivisionError):
        api.get("/raises/anything-else")


@pytest.mark.parametrize(("name", "seconds"), [("throttled", "8"), ("limited", "1")])
def test_a_limit_says_when_to_come_back(api: APIClient, name: str, seconds: str) -> None:
    assert api.get(f"/raises/{name}")["Retry-After"] == seconds


def test_a_missing_log_in_says_how(api: APIClient) -> None:
    response = api.get("/bookings/1")
    assert (response.status_code, response["WWW-Authenticate"][:6]) == (401, "Bearer")


def test_further_members_travel_along(api: APIClient) -> None:
    body = api.post("/bookings", {"party_size": 101}).json()
    assert (body["detail"], body["alternatives"]) == ("No such table", ["19:30"])


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({}, {"/party_size": "required"}),
        ({"party_size": 0}, {"/party_size": "min_value"}),
        ({"party_size": 13}, {"": "unlucky"}),
        ({"party_size": 1, "guest": {"name": "Methuselah"}}, {"/guest/name": "max_length"}),
        ({"party_size": 1, "guest": 7}, {"/guest": "invalid"}),
        (
            {"party_size": 1, "others": [{"name": "Ann"}, {}, {"name": ""}]},
            {"/others/1/name": "required", "/others/2/name": "blank"},
        ),
        ({"party_size": 1, "tags": [1, "x", 2, None]}, {"/tags/1": "invalid", "/tags/3": "null"}),
        ([], {"": "invalid"}),
    ],
)
def test_errors_point_into_the_body(api: APIClient, data: Any, errors: dict[str, str]) -> None:
    response = api.post("/bookings", data, format="json")
    assert response.status_code == 422
    assert {e["pointer"]: e["code"] for e in response.json()["errors"]} == errors


@pytest.mark.parametrize(
    ("content_type", "body", "status", "code"),
    [
        ("application/json", "{", 400, "malformed_request"),
        ("text/csv", "a,b", 415, "unsupported_media_type"),
    ],
)
def test_what_cannot_be_read_is_a_problem_too(
    api: APIClient, content_type: str, body: str, status: int, code: str
) -> None:
    response = api.generic("POST", "/bookings", body, content_type=content_type)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_a_wrong_method_names_the_right_ones(api: APIClient) -> None:
    response = api.delete("/bookings")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in response["Allow"]
