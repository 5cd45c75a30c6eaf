"""An event and an instant for the tests of the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import ClassVar

from reservehub.core import events

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class TableCleared(events.Event):
    name: ClassVar[str] = "tests.table.cleared"

    table_id: int
    service_date: date | None = None
    seats: tuple[str, ...] = ()
