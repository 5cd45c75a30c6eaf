"""Measure availability, booking and their yardsticks: ``python -m bench`` (or ``make bench``).

Starts a PostgreSQL and a Valkey of its own (with fsync) and runs ``bench.measure`` on them, which
prints what the product does beside what the same machine does without it. docs/benchmarks.md says
how to read it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from reservehub.local import embedded

PROJECT = Path(__file__).resolve().parent.parent


def main() -> int:
    if sys.argv[1:2] == ["waits"]:  # pure: needs neither database nor broker
        command = [sys.executable, "-m", "bench.waits", *sys.argv[2:]]
        return subprocess.run(command, cwd=PROJECT, check=False).returncode
    home = Path(tempfile.mkdtemp(prefix="reservehub-bench-"))
    home.chmod(0o755)  # PostgreSQL runs under another account where we are root
    try:
        addresses = embedded.up(home)
        environment = {
            "RESERVEHUB_HOME": str(home),
            "RESERVEHUB_THROTTLES": "off",
            "DJANGO_SETTINGS_MODULE": _settings(sys.argv[1:]),
            "DATABASE_URL": addresses.database,
            "REDIS_URL": addresses.redis,
            "LOG_LEVEL": "WARNING",
        }
        return subprocess.run(
            [sys.executable, "-m", *_wanted(sys.argv[1:])],
            cwd=PROJECT,
            env={**os.environ, **environment},
            check=False,
        ).returncode
    finally:
        embedded.leave(home)
        shutil.rmtree(home, ignore_errors=True)


def _settings(arguments: Sequence[str]) -> str:
    return "bench.chaos_settings" if arguments[:1] == ["messages"] else "bench.settings"


def _wanted(arguments: Sequence[str]) -> Sequence[str]:
    """The module that measures, and its options: `fanout` and `floor` are about screens,
    `messages` about bad times, `reminders` about the clock, `guests` about the guest book, the rest
    about bookings.
    """
    if arguments[:1] == ["fanout"]:
        return ["bench.fanout", *arguments[1:]]
    if arguments[:1] == ["floor"]:
        return ["bench.floor"]
    if arguments[:1] in (["messages"], ["reminders"], ["guests"]):
        return [f"bench.{arguments[0]}"]
    return ["bench.measure", *arguments]


if __name__ == "__main__":
    sys.exit(main())
