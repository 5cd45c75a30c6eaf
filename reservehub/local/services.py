"""Where development and tests find their database and Redis."""

from __future__ import annotations

import sys
from pathlib import Path

from reservehub import environment

from . import embedded
from .embedded import Addresses

# Commands that work without a database; all others get one.
_COMMANDS_WITHOUT_DATABASE = frozenset(
    {
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "help",
        "makemessages",
        "makemigrations",
        "spectacular",
        "startapp",
        "version",
        "--help",
        "-h",
        "--version",
    }
)
_PROGRAMS_WITHOUT_DATABASE = frozenset({"mypy", "dmypy", "stubtest", "lint-imports", "djlint"})
_DJANGO_PROGRAMS = frozenset({"manage.py", "django-admin"})


def service_urls(home: Path, *, test: bool = False) -> Addresses:
    """The URLs of the environment; for a missing one that of an embedded server, started now.

    Both are empty for commands that need neither.
    """
    database, redis = environment.text("DATABASE_URL"), environment.text("REDIS_URL")
    if (database and redis) or not needs_services(sys.argv):
        return Addresses(database=database, redis=redis)
    started = embedded.up(home, test=test, database=not database, redis=not redis)
    return Addresses(database=database or started.database, redis=redis or started.redis)


def needs_services(arguments: list[str]) -> bool:
    """Whether the program with this command line uses the database or Redis.

    Unknown programs do: a server too many costs a second, one too few an error.
    """
    program = Path(arguments[0]).name if arguments else ""
    if program in _PROGRAMS_WITHOUT_DATABASE:
        return False
    if program in _DJANGO_PROGRAMS:
        command = arguments[1] if len(arguments) > 1 else "help"
        return command not in _COMMANDS_WITHOUT_DATABASE
    return True
