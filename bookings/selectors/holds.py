"""Holds, as far as their owner may see them."""

from __future__ import annotations

from datetime import datetime

from bookings.models import Hold
from reservehub.core.tokens import hash_token


def hold_of_token(*, token: str, now: datetime) -> Hold | None:
    """The live hold of a token; None once it is used, given up or past its time (rule 50)."""
    if not token:
        return None
    return Hold.objects.filter(token_hash=hash_token(token), expires_at__gt=now).first()
