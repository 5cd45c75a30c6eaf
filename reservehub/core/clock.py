"""The only place that reads the clock: views and tasks ask here and pass ``now`` down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

#: Process-wide rather than per thread, so that a frozen test also freezes its worker threads.
_frozen_at: datetime | None = None


def now() -> datetime:
    """The present instant, in UTC."""
    return _frozen_at or datetime.now(UTC)


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Stop the clock at ``at`` (aware) for tests, demos and replays; nests.

    :raises ValueError: for a naive datetime
    """
    global _frozen_at  # noqa: PLW0603 - see above
    if at.tzinfo is None:
        raise ValueError("freeze() needs an aware datetime")
    before = _frozen_at
    _frozen_at = at.astimezone(UTC)
    try:
        yield
    finally:
        _frozen_at = before
