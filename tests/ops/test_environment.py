"""What the environment may say, and what of it is refused."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import ImproperlyConfigured

from reservehub import environment
from reservehub.local.services import needs_services
from reservehub.logs import JsonFormatter, PersonalDataFilter, TextFormatter


def test_a_database_url_becomes_settings() -> None:
    settings = environment.database("postgres://ann:p%40ss@db.local:5433/book?sslmode=require")
    assert settings["USER"] == "ann"
    assert settings["PASSWORD"] == "p@ss"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.local", "5433", "book")
    assert settings["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "mysql://a@b/c", "postgres://a@b/"])
def test_another_engine_or_no_name_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        environment.database(url)


def test_a_switch_that_is_neither_on_nor_off_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESERVEHUB_THROTTLES", "maybe")
    with pytest.raises(ImproperlyConfigured, match="RESERVEHUB_THROTTLES"):
        environment.flag("RESERVEHUB_THROTTLES", default=True)


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        (["manage.py", "compilemessages"], False),
        (["manage.py", "makemigrations", "--check"], False),
        (["/usr/bin/mypy", "."], False),
        (["manage.py"], False),
        (["manage.py", "migrate"], True),
        (["pytest"], True),
        (["-c"], True),
    ],
)
def test_servers_start_only_for_commands_that_use_them(arguments: list[str], needs: bool) -> None:
    assert needs_services(arguments) is needs


def record(text: str, *values: object, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("test").makeRecord(
        "test", logging.INFO, __file__, 1, text, values, None, extra=extra
    )
    PersonalDataFilter().filter(made)
    return made


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_logs_name_nobody(formatter: logging.Formatter) -> None:
    line = formatter.format(
        record("to %s at %s", "ann@example.com", "+44 20 7946 0018", guest="bob@example.com")
    )
    assert "example.com" not in line
    assert "7946" not in line
    assert "[email]" in line


def test_ids_and_times_stay_readable() -> None:
    line = TextFormatter().format(record("reservation 42 at 2026-11-21T19:30:00+00:00"))
    assert "reservation 42 at 2026-11-21T19:30:00+00:00" in line
