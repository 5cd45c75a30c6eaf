"""Houses to ask how long somebody waits."""

from __future__ import annotations

from waitlist.prediction import (
    House,
    Outlook,
    Seat,
    Sitting,
    Stay,
    Waiting,
    configured_stay,
    outlook,
)

STAY = configured_stay(90.0)
EXACT = Stay(4.0943, 0.0001)
"""An hour, as good as exactly."""


def at(*tables: int) -> tuple[Seat, ...]:
    """Single tables, in the order of preference."""
    return tuple(Seat((table,)) for table in tables)


def full(tables: int, elapsed: float = 30.0, stay: Stay = STAY, reset: float = 5.0) -> House:
    """A party at every table."""
    return House(
        tables=tables,
        sitting=tuple(Sitting((table,), elapsed, stay) for table in range(tables)),
        reset=reset,
    )


def wait_of(house: House, asking: Waiting, queue: tuple[Waiting, ...] = ()) -> Outlook:
    return outlook(house, queue, [asking])[1][0]
