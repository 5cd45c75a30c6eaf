"""What has to happen when two records become one (rule 100).

Rows that point to a guest are found by themselves. Apps above say here what must stay apart, and
how the figures are counted again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guests.models import Guest

CONSENT_FIELDS = ("has_marketing_consent", "keeps_health_notes")

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


def merged_values(kept: Guest, merged: Guest) -> dict[str, Any]:
    """What the kept record says after the merge: VIP and blocked if either is, consents only where
    both agreed, wishes of both, and what only the other knew.

    The phone stays with its record, as only one may have it; it finds the kept one.
    """
    return {
        "is_vip": kept.is_vip or merged.is_vip,
        "is_blocked": kept.is_blocked or merged.is_blocked,
        "block_reason": kept.block_reason or merged.block_reason,
        "user_id": kept.user_id or merged.user_id,
        "email": kept.email or merged.email,
        "dietary_needs": _both(kept.dietary_needs, merged.dietary_needs),
        "preferred_features": _both(kept.preferred_features, merged.preferred_features),
        "preferences": kept.preferences or merged.preferences,
        **{name: getattr(kept, name) and getattr(merged, name) for name in CONSENT_FIELDS},
    }


def _both(first: Sequence[str], second: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*first, *second]))
