"""Secrets in links: derived, so that a message can carry the same link again without storing it."""

from __future__ import annotations

import base64
import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac


def derive_token(purpose: str, subject: str, nonce: str) -> str:
    """The url-safe token (43 characters, 256 bits) of a subject for a purpose.

    Always the same for the same arguments and ``SECRET_KEY``; a new nonce revokes it. Store
    ``hash_token`` of it, never the token.
    """
    # Lengths in front keep ("a", "bc") and ("ab", "c") apart.
    value = "".join(f"{len(part)}:{part}" for part in (purpose, subject, nonce))
    digest = salted_hmac("reservehub.core.tokens", value, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def hash_token(token: str) -> str:
    """SHA-256 in hex: what is stored and looked up."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def tokens_match(given: str, expected: str) -> bool:
    """Compare in constant time."""
    return constant_time_compare(given, expected)


def new_nonce() -> str:
    """22 url-safe characters (128 bits) to store beside the subject."""
    return secrets.token_urlsafe(16)


def random_token() -> str:
    """43 url-safe characters (256 bits) that cannot be derived again."""
    return secrets.token_urlsafe(32)
