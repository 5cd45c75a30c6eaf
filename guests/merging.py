"""What has to happen when two records become one (rule 100).

Rows that point to a guest are found by themselves. Apps above say here what must stay apart, and
how the figures are counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

Recount = Callable[[Sequence[int], datetime], object]
"""`(guest_ids, now)` -> counts what these guests' reservations add up to, in the transaction."""

_recounts: list[Recount] = []
_apart: set[str] = {
    # Written again from what moved.
    "guests.guestfigures.guest",
    # Who was what to whom stays as it was found.
    "guests.mergecandidate.guest",
    "guests.mergecandidate.other",
    "guests.guestmerge.kept",
    "guests.guestmerge.merged",
    # Records merged earlier are pointed to the last one kept, which is more than moving them.
    "guests.guest.merged_into",
}


def register_recount(recount: Recount) -> Recount:
    """Add a counter (once); call it from `AppConfig.ready`."""
    if recount not in _recounts:
        _recounts.append(recount)
    return recount


def unregister_recount(recount: Recount) -> None:
    """For tests."""
    _recounts.remove(recount)


def recount_figures(guest_ids: Sequence[int], now: datetime) -> None:
    """Let every counter look at these guests."""
    for recount in _recounts:
        recount(guest_ids, now)


def keep_apart(path: str) -> None:
    """Rows of this relation (`app.model.field`) never follow a merge, such as payment cards."""
    _apart.add(path)


def is_kept_apart(path: str) -> bool:
    return path in _apart
