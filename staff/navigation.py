"""The sections of the staff area, in the order of the navigation."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from restaurants.permissions import Capability


@dataclass(frozen=True)
class Section:
    """`key` is what a view says it belongs to; `route` takes the slug of the restaurant."""

    key: str
    label: str | Promise
    route: str
    capability: Capability


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    is_current: bool


SECTIONS: tuple[Section, ...] = (
    Section("floor", pgettext_lazy("staff section", "Floor"), "staff:floor", Capability.VIEW_BOOK),
    Section(
        "timeline",
        pgettext_lazy("staff section", "Timeline"),
        "staff:timeline",
        Capability.VIEW_BOOK,
    ),
    Section("list", pgettext_lazy("staff section", "List"), "staff:list", Capability.VIEW_BOOK),
    Section("queue", pgettext_lazy("staff section", "Queue"), "staff:queue", Capability.VIEW_BOOK),
    Section(
        "waitlist",
        pgettext_lazy("staff section", "Waitlist"),
        "staff:waitlist",
        Capability.VIEW_BOOK,
    ),
    Section(
        "tables", pgettext_lazy("staff section", "Tables"), "staff:tables", Capability.VIEW_BOOK
    ),
    Section(
        "guests",
        pgettext_lazy("staff section", "Guests"),
        "staff:guests",
        Capability.SEE_CONTACT,
    ),
    Section(
        "reviews",
        pgettext_lazy("staff section", "Reviews"),
        "staff:reviews",
        Capability.VIEW_BOOK,
    ),
    Section(
        "settings",
        pgettext_lazy("staff section", "Settings"),
        "staff:settings",
        Capability.CONFIGURE,
    ),
    Section("team", pgettext_lazy("staff section", "Team"), "staff:team", Capability.CONFIGURE),
)


def links(slug: str, capabilities: frozenset[Capability], *, current: str) -> list[Link]:
    """The sections this person may open."""
    return [
        Link(section.label, reverse(section.route, args=[slug]), section.key == current)
        for section in SECTIONS
        if section.capability in capabilities
    ]
