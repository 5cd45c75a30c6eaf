"""The OpenAPI document: valid, current in the repository, shown by Swagger UI without any other
site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema


def _load(text: str | bytes) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


FILE = Path(__file__).resolve().parents[2] / "openapi.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def test_the_committed_file_is_current(schema: dict[str, Any]) -> None:
    renderer = OpenApiYamlRenderer()
    fresh = renderer.render(schema, renderer_context={}).decode()  # type: ignore[no-untyped-call]
    assert _load(FILE.read_text()) == _load(fresh), (
        "Run: python manage.py spectacular --file openapi.yaml"
    )


def test_it_is_valid_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    validate_schema(schema)  # type: ignore[no-untyped-call]


def test_every_operation_is_described(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert not path.endswith("/"), where
            statuses = set(operation["responses"])
            assert any(status.startswith("2") for status in statuses), where
            assert "429" in statuses, where


def test_every_post_but_the_log_in_takes_an_idempotency_key(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        if "post" not in methods or "/auth/token" in path:
            continue
        names = {parameter["name"] for parameter in methods["post"].get("parameters", [])}
        assert "Idempotency-Key" in names, path


def test_every_change_of_a_reservation_takes_if_match(schema: dict[str, Any]) -> None:
    for path, methods in schema["paths"].items():
        if "{reservation_id}/" not in path:
            continue
        for method, operation in methods.items():
            if method == "get":
                continue
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert "If-Match" in names, f"{method} {path}"


def test_it_is_served(db: None) -> None:
    served = Client().get("/api/v1/schema")
    assert served.status_code == 200
    assert _load(served.content)["openapi"] == "3.1.0"


def test_swagger_ui_needs_no_other_site(db: None) -> None:
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    html = page.content.decode()
    assert not re.findall(r'(?:src|href)="https?://', html)
    assert not re.findall(r"<script>|<style", html), "the content security policy forbids it"
    assert (
        Client()
        .get("/api/v1/docs?script=")
        .headers["Content-Type"]
        .startswith("application/javascript")
    )
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', html)
    assert assets
    for asset in assets:
        assert Client().get(asset).status_code == 200, asset
