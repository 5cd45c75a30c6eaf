"""What goes into the container image, and how compose.yaml runs it."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import pytest
import yaml

from reservehub.processes import PRODUCTION
from reservehub.settings import base
from tests.ops.support import PROJECT

DEVELOPMENT = ("bench", "demo", "docs", "frontend", "tests", "tools", ".git", ".env", ".reservehub")


def ignored(name: str) -> bool:
    """Whether .dockerignore keeps what lies at the top under this name out of the image."""
    patterns = (PROJECT / ".dockerignore").read_text().split()
    return any(fnmatch(name, pattern) for pattern in patterns)


def services() -> dict[str, dict[str, Any]]:
    composed = yaml.safe_load((PROJECT / "compose.yaml").read_text())
    return {name: it for name, it in composed["services"].items() if "build" in it}


def test_the_image_holds_every_app_of_production() -> None:
    own = {app.split(".")[0] for app in base.INSTALLED_APPS}
    needed = {name for name in own if (PROJECT / name).is_dir()}
    assert "bookings" in needed
    assert not [
        name
        for name in (*needed, "locale", "manage.py", "requirements.txt", "static", "templates")
        if ignored(name)
    ]


@pytest.mark.parametrize("name", DEVELOPMENT)
def test_the_image_holds_nothing_of_development(name: str) -> None:
    assert ignored(name)


def test_compose_runs_every_process_and_prepares_before() -> None:
    composed = services()
    assert {command for it in composed.values() for command in it["command"]} == {
        *PRODUCTION,
        "prepare",
    }
    for name, it in composed.items():
        if name != "prepare":
            ready = it["depends_on"]["prepare"]["condition"]
            assert ready == "service_completed_successfully"


def test_no_process_of_compose_can_write_or_become_root() -> None:
    for it in services().values():
        assert it["read_only"]
        assert it["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in it["security_opt"]
    last = (PROJECT / "Dockerfile").read_text().rsplit("FROM ", 1)[1]
    assert "\nUSER reservehub\n" in last
