"""Production starts complete or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured

from reservehub import readiness
from reservehub.checks import check_no_demo_accounts
from reservehub.local.demo import DEMO_ADDRESSES
from tests.ops.support import PROJECT, environment

COMPLETE: Mapping[str, str] = {
    "SECRET_KEY": "only-for-this-test-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "ALLOWED_HOSTS": "book.example.com",
    "DATABASE_URL": "postgres://reservehub:secret@127.0.0.1:1/reservehub",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "RESERVEHUB_DEMO": "off",
    "RESERVEHUB_THROTTLES": "on",
    "RESERVEHUB_DEBUG": "off",
}


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in COMPLETE.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def manage(*arguments: str, settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment(DJANGO_SETTINGS_MODULE="reservehub.settings.production", **settings),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_complete_configuration_is_accepted(configured: pytest.MonkeyPatch) -> None:
    readiness.refuse_half_configured()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("ALLOWED_HOSTS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("DATABASE_URL", ""),
        ("REDIS_URL", ""),
        ("RESERVEHUB_DEMO", "on"),
        ("RESERVEHUB_THROTTLES", "off"),
        ("RESERVEHUB_DEBUG", "on"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    configured: pytest.MonkeyPatch, name: str, value: str
) -> None:
    configured.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=rf"\n- {name}"):
        readiness.refuse_half_configured()


def test_an_empty_environment_stops_the_start_with_one_readable_list() -> None:
    done = manage("check", settings={"RESERVEHUB_DEMO": "on"})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "RESERVEHUB_DEMO"):
        assert f"- {name}" in done.stderr


def test_the_deployment_check_is_clean() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", settings=COMPLETE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_demo_accounts_in_the_database_fail_the_deployment_check() -> None:
    assert check_no_demo_accounts(databases=["default"]) == []
    get_user_model().objects.create(email=DEMO_ADDRESSES[0])
    messages = check_no_demo_accounts(databases=["default"])
    assert [message.id for message in messages] == ["reservehub.E001"]


def test_the_database_is_not_asked_without_leave() -> None:
    assert check_no_demo_accounts(databases=None) == []
