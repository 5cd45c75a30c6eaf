"""The secrets of the waitlist: the link a guest gets, and the hold behind an offer."""

from __future__ import annotations

from typing import NamedTuple

from reservehub.core.tokens import derive_token, hash_token, new_nonce


class Link(NamedTuple):
    """The link of an entry. Only the nonce and the hash are stored; a new nonce revokes it."""

    nonce: str
    token: str

    @property
    def token_hash(self) -> str:
        return hash_token(self.token)


def entry_link(nonce: str | None = None) -> Link:
    """The link of a nonce, a fresh one by default; the same nonce gives the same link."""
    nonce = nonce or new_nonce()
    return Link(nonce, derive_token("waitlist.entry", "entry", nonce))


def hold_token(nonce: str) -> str:
    """The token of the hold that keeps an offer's tables."""
    return derive_token("waitlist.offer", "hold", nonce)


def owner_key(entry_id: int) -> str:
    """Whose hold it is: one of each entry."""
    return f"waitlist:{entry_id}"
