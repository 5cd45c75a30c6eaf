"""Possible duplicates (rules 99-100)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from guests.models import MergeCandidate
from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import NotFound


@transaction.atomic
def merge_candidate_dismiss(*, candidate_id: int, actor: Actor, now: datetime) -> None:
    """Remember that these are two people (rule 100); repeating it changes nothing.

    :raises NotFound: if there is no such candidate
    """
    candidate = MergeCandidate.objects.select_for_update().filter(pk=candidate_id).first()
    if candidate is None:
        raise NotFound
    if candidate.dismissed_at is not None:
        return
    candidate.dismissed_at = now
    candidate.save(update_fields=["dismissed_at"])
    audit.record(
        actor=actor,
        action="guests.merge_candidate.dismissed",
        obj=candidate,
        now=now,
        after={"dismissed_at": now},
    )
