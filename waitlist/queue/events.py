"""What happens in the queue, for the apps above (messages, staff, bot).

Identities only, no personal data; a handler reads the entry as it is when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class QueueEvent(Event):
    """Something happened to one party. `version` is that of the entry after the change."""

    entry_id: int
    restaurant_id: int
    service_date: date
    version: int
    actor_kind: str


@dataclass(frozen=True, kw_only=True)
class QueueJoined(QueueEvent):
    name = "waitlist.queue.joined"


@dataclass(frozen=True, kw_only=True)
class QueueLonger(QueueEvent):
    """The wait has grown by more than ten minutes (rule 98)."""

    name = "waitlist.queue.longer"


@dataclass(frozen=True, kw_only=True)
class QueueReady(QueueEvent):
    """A table is held for the party (rule 97)."""

    name = "waitlist.queue.ready"


@dataclass(frozen=True, kw_only=True)
class QueueNudged(QueueEvent):
    """Half of the time is over and nobody came."""

    name = "waitlist.queue.nudged"


@dataclass(frozen=True, kw_only=True)
class QueueComing(QueueEvent):
    """The party says it is coming."""

    name = "waitlist.queue.coming"


@dataclass(frozen=True, kw_only=True)
class QueueSkipped(QueueEvent):
    """Nobody came in time; the party keeps its place once."""

    name = "waitlist.queue.skipped"


@dataclass(frozen=True, kw_only=True)
class QueueNoShow(QueueEvent):
    name = "waitlist.queue.no_show"


@dataclass(frozen=True, kw_only=True)
class QueueLeft(QueueEvent):
    """The party left by itself."""

    name = "waitlist.queue.left"


@dataclass(frozen=True, kw_only=True)
class QueueRemoved(QueueEvent):
    """The house took the party off, or its day is over."""

    name = "waitlist.queue.removed"


@dataclass(frozen=True, kw_only=True)
class QueueSeated(QueueEvent):
    """The party sits: its visit is a walk-in."""

    name = "waitlist.queue.seated"
    reservation_id: int


@dataclass(frozen=True, kw_only=True)
class QueueUndone(QueueEvent):
    """Staff took their last step back; the party waits again."""

    name = "waitlist.queue.undone"
