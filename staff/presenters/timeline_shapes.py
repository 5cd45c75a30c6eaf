"""What the timeline is made of. Geometry in pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from staff.presenters.marks import Mark

HEAD = 30
"""Height of the row that names an area."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One stay at one table. `moves` says what may be dragged: "both", "table" or nothing."""

    key: str
    reservation_id: int
    table_id: int
    x: int
    y: int
    width: int
    state: str
    colour: str
    line: str
    detail: str
    signs: str
    label: str
    moves: str
    stretches: bool
    version: int
    minutes: int
    panel_url: str
    move_url: str

    @property
    def text_width(self) -> int:
        return max(0, self.width - 8)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One table, or a lane of parties without one (`table_id` 0)."""

    table_id: int
    number: str
    note: str
    y: int
    height: int
    bars: tuple[Bar, ...]
    label: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """The name of an area above its tables."""

    name: str
    y: int
    height: int = HEAD
    table_id: None = None


@dataclass(frozen=True, kw_only=True)
class Shade:
    """A span of the day: "closed", or a "full" pacing interval."""

    kind: str
    x: int
    width: int
    word: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    x: int
    label: str


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One party in the table that says the same as the drawing."""

    time: str
    until: str
    size: int
    name: str
    tables: str
    state: str
    marks: tuple[Mark, ...]
    panel_url: str
    edit_url: str
    id: int


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """The whole drawing. `step` (minutes) is for moving, and `clocks` names every step."""

    width: int
    height: int
    lines: tuple[Row | Heading, ...]
    shades: tuple[Shade, ...]
    ticks: tuple[Tick, ...]
    now_x: int | None
    step: int
    clocks: tuple[str, ...]
    rows: tuple[TableRow, ...]
    legend: tuple[tuple[str, str, str], ...]

    @property
    def bars(self) -> Iterator[Bar]:
        for line in self.lines:
            if isinstance(line, Row):
                yield from line.bars
