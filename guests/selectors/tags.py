"""Reading tags."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from guests.conditions import SUGGESTIONS, Suggestion
from guests.models import GuestTag, Segment, Tag
from restaurants.permissions import Capability
from restaurants.selectors import organisations_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def tags_visible_to(
    user: User | AnonymousUser, capability: Capability = Capability.SEE_CONTACT
) -> QuerySet[Tag]:
    """Tags of the organisations where the person has the capability somewhere."""
    return Tag.objects.filter(organisation__in=organisations_visible_to(user, capability))


def tags_of(organisation_id: int) -> QuerySet[Tag]:
    """The tags of an organisation, by name."""
    return Tag.objects.filter(organisation=organisation_id)


def tags_with_counts(organisation_id: int) -> QuerySet[Tag]:
    """The same, each with `guest_count`: how many people carry it."""
    people = Q(guest_links__guest__merged_into=None, guest_links__guest__anonymised_at=None)
    return tags_of(organisation_id).annotate(guest_count=Count("guest_links", filter=people))


def tags_by_guest(guest_ids: Collection[int]) -> Mapping[int, list[GuestTag]]:
    """The tags of several guests, each by name; one query, for lists."""
    found: dict[int, list[GuestTag]] = {}
    links = GuestTag.objects.filter(guest__in=list(guest_ids)).select_related("tag")
    for link in links.order_by("tag__name"):
        found.setdefault(link.guest_id, []).append(link)
    return found


def suggestions_left(tags: Iterable[Tag]) -> list[Suggestion]:
    """Suggested tags that none of these is: by the rule, as names are of one language, or by the
    name.
    """
    rules, names = [], set()
    for tag in tags:
        rules.append(tag.rule)
        names.add(tag.name.casefold())
    return [
        one
        for one in SUGGESTIONS
        if one.as_rule() not in rules and str(one.name).casefold() not in names
    ]


def segments_asking_for(tag: Tag) -> list[Segment]:
    """Segments that have a condition about the tag."""
    about = [{"field": "tag", "value": tag.pk}]
    segments = Segment.objects.filter(organisation=tag.organisation_id, conditions__contains=about)
    return list(segments)
