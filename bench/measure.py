"""Fill a database, start the production web server, measure, print. Run by ``python -m bench``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402

from bench import engine, plain, plans, servers, world  # noqa: E402

CLIENTS = (1, 8, 32)
PLAIN_PROCESSES, PLAIN_CONNECTIONS = 2, 4
ENOUGH = 6_000  # requests a second prepared for a measurement, more than it can send


class Row(NamedTuple):
    """One line of the table."""

    what: str
    clients: int
    rate: float
    report: dict[str, Any]
    web_ms: float
    database_ms: float


class Measurement:
    """Views of one running server, asked by several numbers of clients."""

    def __init__(self, seconds: float, port: int, web: int, database: int) -> None:
        self.seconds = seconds
        self._port, self._web, self._database = port, web, database
        self.rows: list[Row] = []

    def add(self, what: str, requests: Callable[[int], Iterable[Any]], *, good: str) -> None:
        """Measure one kind of request and print its lines; only `good` answers count."""
        warm = list(requests(2_000))
        servers.generate(self._port, 8, self.seconds / 2, warm)
        for clients in CLIENTS:
            prepared = list(requests(int(ENOUGH * self.seconds)))
            web, database = self._used()
            report = servers.generate(self._port, clients, self.seconds, prepared)
            web_after, database_after = self._used()
            done = report["statuses"].get(good, 0)
            per = 1000 / max(1, sum(report["statuses"].values()))
            row = Row(
                what,
                clients,
                done / report["wall"],
                report,
                (web_after - web) * per,
                (database_after - database) * per,
            )
            self.rows.append(row)
            show(row)

    def best(self, what: str) -> float:
        return max(row.rate for row in self.rows if row.what == what)

    def cpu_ms(self, what: str) -> float:
        """Processor time of server and database for one request, with 8 clients."""
        row = self._at_8(what)
        return row.web_ms + row.database_ms

    def p95_at_8(self, what: str) -> float:
        return float(self._at_8(what).report["p95"])

    def _at_8(self, what: str) -> Row:
        (found,) = (row for row in self.rows if row.what == what and row.clients == 8)
        return found

    def _used(self) -> tuple[float, float]:
        return servers.cpu_seconds(self._web), servers.cpu_seconds(self._database)


def show(row: Row) -> None:
    report = row.report
    times = "".join(f"{report[name] * 1000:9.1f}" for name in ("p50", "p95", "p99"))
    print(
        f"{row.what:14}{row.clients:8}{row.rate:10.0f}{times}{row.web_ms:10.2f}"
        f"{row.database_ms:10.2f}{report['own_cpu']:8.0%}   {dict(report['statuses'])}",
        flush=True,
    )


HEAD = (
    f"{'':14}{'clients':>8}{'good/s':>10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"
    f"{'web cpu':>10}{'db cpu':>10}{'sender':>8}   answers"
)


class Plain(NamedTuple):
    """What psycopg alone does: transactions a second, and processor milliseconds of each."""

    rate: float
    cpu_ms: float


def measure_plain(rows: dict[str, Any], seconds: float, database: int) -> Plain:
    """The rows of a booking by psycopg alone, on eight connections in two processes."""
    described = json.dumps(rows)

    def write(number: int) -> tuple[int, float]:
        command = [sys.executable, "-m", "bench.plain", str(seconds), str(PLAIN_CONNECTIONS)]
        done = subprocess.run(
            [*command, str(number)], input=described, capture_output=True, text=True, check=True
        )
        transactions, cpu = done.stdout.split()
        return int(transactions), float(cpu)

    before = servers.cpu_seconds(database)
    with ThreadPoolExecutor(PLAIN_PROCESSES) as pool:
        found = list(pool.map(write, range(PLAIN_PROCESSES)))
    transactions = sum(one for one, _ in found)
    cpu = sum(own for _, own in found) + servers.cpu_seconds(database) - before
    return Plain(transactions / seconds, cpu * 1000 / transactions)


def bare(number: int) -> list[Any]:
    return [["GET", "/bench/bare", None]] * number


def summary(found: Measurement, plain: Plain) -> None:
    """The figures that matter on any machine: ratios within one run.

    By rate, and by processor time of server and database together, which other work on the machine
    disturbs less.
    """
    print(
        f"\npsycopg alone, 8 connections: {plain.rate:,.0f}/s, {plain.cpu_ms:.2f} ms of processor"
    )
    bare_ms = found.cpu_ms("bare view")
    lines = [
        (
            "availability / bare view",
            found.best("availability") / found.best("bare view"),
            bare_ms / found.cpu_ms("availability"),
            0.5,
        ),
        (
            "create / psycopg alone",
            found.best("create") / plain.rate,
            plain.cpu_ms / found.cpu_ms("create"),
            0.2,
        ),
    ]
    for what, by_rate, by_cpu, aim in lines:
        print(f"{what:28}{by_rate:8.2f} by rate {by_cpu:8.2f} by processor time   aim {aim}")
    for what in ("availability", "create"):
        p95 = found.p95_at_8(what) * 1000
        print(f"{what + ', p95 at 8 clients':28}{p95:8.0f} ms   aim 200 ms")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each measurement")
    parser.add_argument("--restaurants", type=int, default=20)
    parser.add_argument("--history", type=int, default=200_000, help="past reservations")
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--threads", type=int, default=4, help="of each process")
    parser.add_argument("--no-engine", action="store_true", help="leave the engine's timing out")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    print(f"{platform.platform()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    call_command("migrate", verbosity=0, interactive=False)
    print(f"Filling: {chosen.restaurants} restaurants of 40 tables ...", flush=True)
    built = world.build(restaurants=chosen.restaurants)
    rows = plain.describe()
    world.add_history(built, rows=chosen.history)
    plans.show(built)
    connection.close()
    home = Path(os.environ["RESERVEHUB_HOME"])
    database = int((home / "pg/data/postmaster.pid").read_text().split()[0])
    print(f"\n{chosen.processes} web processes, {chosen.threads} threads each\n{HEAD}", flush=True)
    seeds = count(1)
    with servers.web(processes=chosen.processes, threads=chosen.threads) as (port, web):
        found = Measurement(chosen.seconds, port, web, database)
        found.add("bare view", bare, good="200")
        found.add("availability", partial(world.questions, built), good="200")
        with world.changing(built, per_second=20):
            found.add("  changing", partial(world.questions, built), good="200")
        found.add(
            "create", lambda number: world.wishes(built, number, seed=next(seeds)), good="201"
        )
    summary(found, measure_plain(rows, chosen.seconds, database))
    if not chosen.no_engine:
        print("\nThe engine alone")
        engine.main()


if __name__ == "__main__":
    main()
