"""Which starts of a service date suit a guest's window (rules 7, 85). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bookings.availability import Slot

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """A wished span of the wall clock, both ends included, and how far outside it is still fine."""

    from_time: time
    until_time: time
    flexibility: timedelta = timedelta()

    def on(self, day: date, slots: Sequence[Slot]) -> tuple[datetime, datetime]:
        """The span on a service date, as wall times: before the first start is next morning."""
        first, last = datetime.combine(day, self.from_time), datetime.combine(day, self.until_time)
        if last < first:
            last += _DAY
        if slots and last < slots[0].local_time and first + _DAY <= slots[-1].local_time:
            return first + _DAY, last + _DAY
        return first, last


@dataclass(frozen=True, slots=True)
class Start:
    """A start that suits, and how far outside the window it is."""

    slot: Slot
    distance: timedelta

    @property
    def is_exact(self) -> bool:
        """Within the window itself (rule 87)."""
        return not self.distance


def starts_wished(window: Window, day: date, slots: Sequence[Slot]) -> list[Start]:
    """The starts of a date that suit: those within the window first, then the nearer ones."""
    first, last = window.on(day, slots)
    found = []
    for slot in slots:
        distance = max(first - slot.local_time, slot.local_time - last, timedelta())
        if distance <= window.flexibility:
            found.append(Start(slot, distance))
    return sorted(found, key=lambda start: (start.distance, start.slot.starts_at))


def overlap(one: Window, other: Window) -> bool:
    """Whether two windows of one date have times in common, flexibility included.

    Times are compared as if the service did not pass midnight on its own: a window that ends before
    it begins does.
    """
    one_first, one_last = _minutes(one)
    other_first, other_last = _minutes(other)
    return any(
        one_first <= other_last + shift and other_first + shift <= one_last
        for shift in (timedelta(), _DAY, -_DAY)
    )


def _minutes(window: Window) -> tuple[timedelta, timedelta]:
    first, last = window.on(date(2000, 1, 1), ())
    midnight = datetime(2000, 1, 1)  # noqa: DTZ001 - wall time
    return first - midnight - window.flexibility, last - midnight + window.flexibility
