"""The yardstick of writing: the rows of one booking, written by psycopg alone in one transaction.

``python -m bench.plain SECONDS CONNECTIONS NUMBER`` with ``DATABASE_URL`` set and a description of
the rows on standard input; prints how many transactions it made and
its processor time.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import uuid
from typing import Any

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

TABLES = (
    "guests_guest",
    "bookings_reservation",
    "bookings_occupancy",
    "core_auditentry",
    "core_outboxevent",
    "core_delivery",
)
UNIQUE = frozenset({"reference", "manage_token_hash", "view_token_hash", "email"})


def describe() -> dict[str, Any]:
    """The rows that the last booking wrote, as column lists and values."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM bookings_reservation WHERE guest_id IS NOT NULL")
        (last,) = cursor.fetchone()
        rows: dict[str, Any] = {}
        for table, where in (
            ("bookings_reservation", "id = %s"),
            ("guests_guest", "id = (SELECT guest_id FROM bookings_reservation WHERE id = %s)"),
            ("bookings_occupancy", "reservation_id = %s"),
            ("core_auditentry", "object_id = (%s)::text AND action = 'reservation.created'"),
            ("core_outboxevent", "payload->>'reservation_id' = (%s)::text"),
        ):
            rows[table] = _first(cursor, table, where, [last])
        cursor.execute(
            "SELECT count(*) FROM core_delivery d JOIN core_outboxevent e ON e.id = d.event_id "
            "WHERE e.payload->>'reservation_id' = (%s)::text",
            [last],
        )
        (rows["deliveries"],) = cursor.fetchone()
        if rows["deliveries"]:
            rows["core_delivery"] = _first(
                cursor,
                "core_delivery",
                "event_id = (SELECT id FROM core_outboxevent "
                "WHERE payload->>'reservation_id' = (%s)::text LIMIT 1)",
                [last],
            )
    return rows


def _first(cursor: Any, table: str, where: str, values: list[Any]) -> dict[str, Any]:
    cursor.execute(f"SELECT to_jsonb(x) FROM {table} x WHERE {where} LIMIT 1", values)  # noqa: S608
    row: dict[str, Any] = json.loads(cursor.fetchone()[0])
    del row["id"]
    return row


class Writer:
    """One connection that writes bookings."""

    def __init__(self, url: str, rows: dict[str, Any], seed: int) -> None:
        self.connection = psycopg.connect(url)
        self.rows = rows
        self.offset = seed * 1_000_000
        self.done = 0
        with self.connection.cursor() as cursor:
            self.kinds = {table: self._kinds(cursor, table) for table in TABLES}

    def _kinds(self, cursor: psycopg.Cursor[Any], table: str) -> dict[str, str]:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return dict(cursor.fetchall())

    def run(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.write()
            self.done += 1

    def write(self) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            guest = self.insert(cursor, "guests_guest")
            reservation = self.insert(cursor, "bookings_reservation", guest_id=guest)
            self.offset += 1
            minutes = f"{self.offset % 1_000_000_000} minutes"
            cursor.execute(
                "INSERT INTO bookings_occupancy "
                "(table_id, restaurant_id, period, kind, reservation_id) "
                "SELECT %s, %s, tstzrange(at, at + interval '1 minute'), 'reservation', %s "
                "FROM (SELECT timestamptz '3000-01-01' + %s::interval AS at) AS starts "
                "ON CONFLICT DO NOTHING",
                [
                    self.rows["bookings_occupancy"]["table_id"],
                    self.rows["bookings_occupancy"]["restaurant_id"],
                    reservation,
                    minutes,
                ],
            )
            self.insert(cursor, "core_auditentry")
            event = self.insert(cursor, "core_outboxevent")
            for _ in range(self.rows["deliveries"]):
                self.insert(cursor, "core_delivery", event_id=event, handler=uuid.uuid4().hex)

    def insert(self, cursor: psycopg.Cursor[Any], table: str, **own: Any) -> int:
        row = {**self.rows[table], **own}
        for name in UNIQUE & row.keys():
            row[name] = uuid.uuid4().hex[:20]
        kinds = self.kinds[table]
        marks = ", ".join(f"%s::{kinds[name]}" for name in row)
        values = [Jsonb(v) if kinds[k] == "jsonb" and v is not None else v for k, v in row.items()]
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) RETURNING id",  # noqa: S608
            values,
        )
        found = cursor.fetchone()
        return int(found[0]) if found else 0


def main() -> None:
    seconds, connections, number = float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    rows = json.load(sys.stdin)
    url = os.environ["DATABASE_URL"]
    writers = [Writer(url, rows, number * 100 + n + 1) for n in range(connections)]
    threads = [threading.Thread(target=writer.run, args=[seconds]) for writer in writers]
    before = time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(writer.done for writer in writers), time.process_time() - before)


if __name__ == "__main__":
    main()
