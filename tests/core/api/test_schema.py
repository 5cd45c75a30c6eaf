from __future__ import annotations

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from tests.core.api.views import api_patterns

PROBLEM = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = SchemaGenerator(patterns=api_patterns).get_schema(  # type: ignore[no-untyped-call]
        public=True
    )
    return made


def statuses(operation: dict[str, Any]) -> set[str]:
    return set(operation["responses"])


def headers(operation: dict[str, Any]) -> set[str]:
    return {p["name"] for p in operation.get("parameters", []) if p["in"] == "header"}


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate_schema(document)  # type: ignore[no-untyped-call]
    assert "Problem" in document["components"]["schemas"]


def test_refusals_are_documented_as_problems(document: dict[str, Any]) -> None:
    create = document["paths"]["/bookings"]["post"]
    assert statuses(create) >= {"400", "402", "409", "415", "422", "429"}
    assert create["responses"]["422"]["content"]["application/problem+json"]["schema"] == PROBLEM
    change = document["paths"]["/bookings/{id}"]["patch"]
    assert statuses(change) >= {"401", "403", "404", "412", "422"}
    read = document["paths"]["/bookings/{id}"]["get"]
    assert not statuses(read) & {"400", "409", "412", "415"}


def test_headers_are_documented_where_they_count(document: dict[str, Any]) -> None:
    create = document["paths"]["/bookings"]["post"]
    assert headers(create) == {"Idempotency-Key"}
    (success,) = [r for status, r in create["responses"].items() if status.startswith("2")]
    assert "Idempotent-Replayed" in success["headers"]
    assert headers(document["paths"]["/bookings/{id}"]["patch"]) == {"If-Match"}
    assert headers(document["paths"]["/bookings/{id}"]["get"]) == set()


def test_pages_say_their_limits(document: dict[str, Any]) -> None:
    parameters = {p["name"]: p for p in document["paths"]["/pages"]["get"]["parameters"]}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert "cursor" in parameters
