"""Reading the guest book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from guests.models import Guest, MergeCandidate
from restaurants.permissions import Capability
from restaurants.selectors import organisations_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def guests_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[Guest]:
    """Guests of the organisations where the person has the capability in at least one
    restaurant; records merged into others are left out."""
    return Guest.objects.filter(
        organisation__in=organisations_visible_to(user, capability), merged_into=None
    )


def merge_candidates_open(user: User | AnonymousUser) -> QuerySet[MergeCandidate]:
    """Possible duplicates nobody has dismissed (rule 99)."""
    return MergeCandidate.objects.filter(
        guest__in=guests_visible_to(user), dismissed_at=None
    ).select_related("guest")
