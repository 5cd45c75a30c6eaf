"""The links a guest gets: `manage` may change and cancel, `view` may only look (rule 76)."""

from __future__ import annotations

from typing import NamedTuple

from reservehub.core.tokens import derive_token, hash_token, new_nonce


class Link(NamedTuple):
    """The two tokens of a reservation.

    Only the nonce and the hashes are stored; a new nonce revokes both links.
    """

    nonce: str
    manage_token: str
    view_token: str

    @property
    def manage_hash(self) -> str:
        return hash_token(self.manage_token)

    @property
    def view_hash(self) -> str:
        return hash_token(self.view_token)


def manage_token(nonce: str) -> str:
    """The token of a nonce that may change and cancel."""
    return derive_token("bookings.manage", "reservation", nonce)


def new_link(nonce: str | None = None) -> Link:
    """The tokens of a nonce (a fresh one by default); the same nonce gives the same tokens."""
    nonce = nonce or new_nonce()
    return Link(
        nonce,
        manage_token(nonce),
        derive_token("bookings.view", "reservation", nonce),
    )
