"""The secrets of the queue: the link a party gets, and the hold behind a ready table."""

from __future__ import annotations

from reservehub.core.tokens import derive_token, new_nonce
from waitlist.links import Link


def queue_link(nonce: str | None = None) -> Link:
    """The link of a nonce, a fresh one by default; the same nonce gives the same link."""
    nonce = nonce or new_nonce()
    return Link(nonce, derive_token("waitlist.queue", "entry", nonce))


def queue_hold_token(entry_id: int) -> str:
    """The token of a party's hold; nobody gets it: the queue alone uses and releases the hold."""
    return derive_token("waitlist.queue", "hold", f"{entry_id}:{new_nonce()}")


def queue_owner_key(entry_id: int) -> str:
    """Whose hold it is: one of each party."""
    return f"queue:{entry_id}"
