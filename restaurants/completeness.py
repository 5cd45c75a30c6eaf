"""How far a restaurant is set up: eight things without which guests miss something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from restaurants.models import Membership, Restaurant, ServicePeriod, Table


@dataclass(frozen=True)
class Step:
    """One thing to set up. `key` is stable."""

    key: str
    label: str | Promise
    is_done: bool


def _related(name: str) -> Callable[[Restaurant], bool]:
    return lambda place: bool(getattr(place, name))


_STEPS: Sequence[tuple[str, str | Promise, Callable[[Restaurant], bool]]] = (
    ("hours", _("Opening hours"), _related("has_hours")),
    ("tables", _("Tables"), _related("has_tables")),
    ("address", _("Address"), lambda place: bool(place.address_line1 and place.city)),
    ("phone", _("Phone"), lambda place: bool(place.phone)),
    ("description", _("Description"), lambda place: bool(place.description)),
    ("cover", _("Cover picture"), lambda place: bool(place.cover)),
    ("team", _("A second person in the team"), _related("has_team")),
    ("public", _("Page public"), lambda place: place.is_public and place.is_active),
)


def setup_steps(restaurants: Iterable[Restaurant]) -> Mapping[int, list[Step]]:
    """The steps of each restaurant by its id; one query."""
    here = Q(restaurant=OuterRef("pk"))
    owner = Membership.objects.filter(
        here | Q(restaurant=None), organisation=OuterRef("organisation")
    )
    places = Restaurant.objects.filter(pk__in=[place.pk for place in restaurants]).annotate(
        has_hours=Exists(ServicePeriod.objects.filter(here)),
        has_tables=Exists(Table.objects.filter(here, is_active=True)),
        # Whoever has another colleague there: some member is not the first one.
        has_team=Exists(
            owner.filter(
                Exists(
                    Membership.objects.filter(
                        Q(restaurant=None) | Q(restaurant=OuterRef(OuterRef("pk"))),
                        organisation=OuterRef("organisation"),
                        user__gt=OuterRef("user"),
                    )
                )
            )
        ),
    )
    return {
        place.pk: [Step(key, label, bool(is_done(place))) for key, label, is_done in _STEPS]
        for place in places
    }
