"""Who a link to what is stored belongs to."""

from __future__ import annotations

from datetime import datetime

from guests.models import Guest, PrivacyLink
from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token


def guest_by_privacy_token(token: str, *, now: datetime) -> Guest:
    """The guest with the organisation; of a merged record the kept one.

    :raises NotFound: for a token that opens nothing (any more)
    """
    rows = PrivacyLink.objects.select_related(
        "guest__organisation", "guest__merged_into__organisation"
    )
    link = rows.filter(token_hash=hash_token(token), expires_at__gt=now).first()
    if link is None:
        raise NotFound
    return link.guest.merged_into or link.guest


def records_of(guest: Guest) -> list[int]:
    """The numbers of all records of a person, the kept one first."""
    return [guest.pk, *guest.merged_records.order_by("pk").values_list("pk", flat=True)]
