"""Possible duplicates, what a merge would do, and what was merged lately (rules 99-100)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from guests.merging import merged_values
from guests.models import Guest, GuestMerge, MergeCandidate
from restaurants.permissions import Capability
from restaurants.selectors import organisations_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

REVERSIBLE = timedelta(days=30)


def merge_candidates_open(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[MergeCandidate]:
    """Possible duplicates nobody has set aside (rule 99), where the person has the capability."""
    return _open().filter(guest__organisation__in=organisations_visible_to(user, capability))


def candidates_of(organisation_id: int) -> QuerySet[MergeCandidate]:
    """Those of an organisation, the likeliest first, with both guests and their figures."""
    rows = _open().filter(guest__organisation=organisation_id)
    return rows.select_related("guest__figures", "other__figures").order_by("-score", "pk")


def candidates_about(guest: Guest) -> QuerySet[MergeCandidate]:
    """Those that one guest is part of."""
    mine = Q(guest=guest) | Q(other=guest)
    return candidates_of(guest.organisation_id).filter(mine)


def _open() -> QuerySet[MergeCandidate]:
    """Of records that still stand by themselves."""
    return (
        MergeCandidate.objects.filter(
            Q(other=None) | Q(other__merged_into=None, other__anonymised_at=None),
            dismissed_at=None,
            guest__merged_into=None,
            guest__anonymised_at=None,
        )
        .select_related("guest", "other")
        .order_by("pk")
    )


def merges_reversible(organisation_ids: Collection[int], *, now: datetime) -> QuerySet[GuestMerge]:
    """Merges of the last 30 days that nobody has taken back, the latest first, without those whose
    kept record has become part of another since.
    """
    rows = GuestMerge.objects.filter(
        kept__organisation__in=list(organisation_ids),
        kept__merged_into=None,
        kept__anonymised_at=None,
        merged__anonymised_at=None,
        undone_at=None,
        merged_at__gte=now - REVERSIBLE,
    )
    return rows.select_related("kept", "merged", "merged_by").order_by("-merged_at", "-pk")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a merge would do.

    :param values: what the kept record says afterwards, by field
    :param changed: the fields that are other than before
    :param moves: how many rows go over, by relation (`app.model.field`)
    """

    values: Mapping[str, Any]
    changed: frozenset[str]
    moves: Mapping[str, int]


def merge_outcome(kept: Guest, merged: Guest, moves: Mapping[str, int]) -> Outcome:
    """Before anything is changed. The rule is that of the merge itself.

    :param moves: as `guests.services.moving.rows_count` says
    """
    values = merged_values(kept, merged)
    changed = frozenset(name for name in values if getattr(kept, name) != values[name])
    return Outcome(values=values, changed=changed, moves=moves)
