"""What production insists on before it starts."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from reservehub import environment

SHORTEST_SECRET = 50


def refuse_half_configured() -> None:
    """Check the environment of a production process.

    :raises ImproperlyConfigured: naming everything that is missing or must not be, at once
    """
    problems = list(_problems())
    if problems:
        raise ImproperlyConfigured(
            "ReserveHub does not start half-configured:\n" + "\n".join(f"- {p}" for p in problems)
        )


def _problems() -> Iterator[str]:
    secret = environment.text("SECRET_KEY")
    if not secret:
        yield "SECRET_KEY is missing: 50 or more random characters, kept out of the repository."
    elif len(secret) < SHORTEST_SECRET:
        yield f"SECRET_KEY is too short: it needs {SHORTEST_SECRET} characters or more."
    hosts = environment.words("ALLOWED_HOSTS")
    if not hosts:
        yield "ALLOWED_HOSTS is missing: the host names of the site, separated by commas."
    elif "*" in hosts:
        yield "ALLOWED_HOSTS must name the hosts of the site; * lets anybody choose."
    if not environment.text("DATABASE_URL"):
        yield "DATABASE_URL is missing: postgres://user:password@host:5432/name."
    if not environment.text("REDIS_URL"):
        yield "REDIS_URL is missing: redis://host:6379/0."
    if environment.flag("RESERVEHUB_DEMO", default=False):
        yield "RESERVEHUB_DEMO is on: demo accounts have a password that everybody knows."
    if not environment.flag("RESERVEHUB_THROTTLES", default=True):
        yield "RESERVEHUB_THROTTLES is off: rate limits may be off in tests and benchmarks only."
    if environment.flag("RESERVEHUB_DEBUG", default=False):
        yield "RESERVEHUB_DEBUG is on: error pages would show the settings."
