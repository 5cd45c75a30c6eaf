"""How our payments are called at Adyen, so that a webhook says by itself what it is about.

A reference is ``<public id>.<what for>``; the signature covers it. It tells whether money that was
authorised is also taken (``charge``), or only held, or whether just a card was to be kept.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from payments.facts import Mode

_SESSION = "session:"
_LENGTH = 36
CAPTURE = "capture"
RELEASE = "release"
REFUND = "refund"


class Reference(NamedTuple):
    """:param public_id: empty if the reference is none of ours"""

    public_id: str
    what: str


def reference_of(public_id: str, what: str | Mode) -> str:
    return f"{public_id}.{what}"


def read_reference(text: str) -> Reference:
    """What a merchant reference says; the account may serve other tills as well."""
    public_id, dot, what = text[:_LENGTH], text[_LENGTH : _LENGTH + 1], text[_LENGTH + 1 :]
    try:
        is_ours = dot == "." and str(UUID(public_id)) == public_id
    except ValueError:
        is_ours = False
    return Reference(public_id, what) if is_ours else Reference("", "")


def try_of(session_id: str) -> str:
    """The number of a try that Adyen only knows as a session: no payment has come of it yet."""
    return f"{_SESSION}{session_id}"


def session_of(provider_id: str) -> str:
    """The session of such a number; empty if it is a payment's (a PSP reference) or none."""
    return provider_id.removeprefix(_SESSION) if provider_id.startswith(_SESSION) else ""


def payment_of(provider_id: str) -> str:
    """The PSP reference of a payment; empty if nothing came of the try yet."""
    return "" if session_of(provider_id) else provider_id
