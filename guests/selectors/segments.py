"""Who is in a segment: asked each time, never stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from guests.conditions import BadConditions, Condition, parse
from guests.models import Guest, Segment
from guests.selectors.conditions import guests_meeting, meets_all
from reservehub.core import clock
from restaurants.permissions import Capability
from restaurants.selectors import organisations_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def segments_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[Segment]:
    """Segments of the organisations where the person has the capability somewhere."""
    return Segment.objects.filter(organisation__in=organisations_visible_to(user, capability))


def segments_of(organisation_id: int) -> QuerySet[Segment]:
    """The saved filters of an organisation, by name."""
    return Segment.objects.filter(organisation=organisation_id)


def guests_that_count(organisation_id: int) -> QuerySet[Guest]:
    """The people of an organisation: without merged records and anonymised ones."""
    return Guest.objects.filter(organisation=organisation_id, merged_into=None, anonymised_at=None)


def guests_with(
    organisation_id: int, conditions: Sequence[Condition], *, now: datetime
) -> QuerySet[Guest]:
    """Everybody in an organisation who meets the conditions; the blocked only where asked for.

    Days are counted in UTC, as an organisation may have houses in several time zones.
    """
    guests = guests_that_count(organisation_id)
    if not any(condition.field == "blocked" for condition in conditions):
        guests = guests.filter(is_blocked=False)
    return guests_meeting(guests, conditions, on=now.date())


def guests_in_segment(segment: Segment, *, now: datetime | None = None) -> QuerySet[Guest]:
    """Everybody in the segment at this moment.

    :param now: the moment; the present one if left out
    :raises BadConditions: if what is stored can no longer be asked
    """
    conditions = parse(segment.conditions)
    return guests_with(segment.organisation_id, conditions, now=now or clock.now())


def segment_count(segment: Segment, *, now: datetime | None = None) -> int:
    """How many are in it: one query."""
    return guests_in_segment(segment, now=now).count()


def segments_with_counts(
    organisation_id: int, *, now: datetime
) -> list[tuple[Segment, int | None]]:
    """Every segment with how many are in it, None where it can no longer be asked. Two queries,
    whatever their number.
    """
    segments = list(segments_of(organisation_id))
    counts: dict[str, Count] = {}
    for segment in segments:
        try:
            conditions = parse(segment.conditions)
        except BadConditions:
            continue
        asked = meets_all(conditions, on=now.date())
        if not any(condition.field == "blocked" for condition in conditions):
            asked &= Q(is_blocked=False)
        counts[f"of_{segment.pk}"] = Count("pk", filter=asked)
    found = guests_that_count(organisation_id).aggregate(**counts) if counts else {}
    return [(segment, found.get(f"of_{segment.pk}")) for segment in segments]
