"""From a name to a bookable restaurant (requirement B3). A draft is a restaurant that guests cannot
find yet; each step writes into it, and can be taken again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from reservehub.core.actors import Actor
from restaurants.errors import NotReadyToOpen
from restaurants.models import Organisation, Restaurant, ServicePeriod
from restaurants.services.config import config_save, config_save_all
from restaurants.services.opening import organisation_create, restaurant_create


@dataclass(frozen=True, kw_only=True)
class Hours:
    """The hours of one weekly service period."""

    name: str
    weekdays: tuple[int, ...]
    first_seating: time
    last_seating: time
    closes: time


@transaction.atomic
def onboarding_begin(
    *,
    owner: User,
    organisation: Organisation | None,
    fields: Mapping[str, Any],
    actor: Actor,
    now: datetime,
) -> Restaurant:
    """A draft in an organisation of the owner's, or in a new one of the same name.

    :raises ValidationFailed: with a pointer to the field
    """
    if organisation is None:
        organisation = organisation_create(
            name=str(fields["name"]), owner=owner, actor=actor, now=now
        )
    return restaurant_create(
        organisation=organisation, fields={**fields, "is_public": False}, actor=actor, now=now
    )


def onboarding_hours_set(
    *, restaurant: Restaurant, hours: Sequence[Hours], actor: Actor, now: datetime
) -> None:
    """Replace the weekly hours of a draft.

    :raises ValidationFailed: with a pointer to the field
    """
    weekly = restaurant.service_periods.filter(special_day=None, date_from=None)
    config_save_all(
        instances=[
            ServicePeriod(
                restaurant=restaurant,
                name=one.name,
                weekdays=list(one.weekdays),
                first_seating=one.first_seating,
                last_seating=one.last_seating,
                closes=one.closes,
            )
            for one in hours
        ],
        deletions=list(weekly),
        actor=actor,
        now=now,
    )


def onboarding_tables_clear(*, restaurant: Restaurant, actor: Actor, now: datetime) -> None:
    """Take the tables of a draft away again, to paste others.

    :raises TableHasFutureBookings, StillInUse: if anything was booked on one of them
    """
    config_save_all(instances=[], deletions=list(restaurant.tables.all()), actor=actor, now=now)


def missing_to_open(restaurant: Restaurant) -> list[str]:
    """The steps without which nobody could book: `hours`, `tables`."""
    missing = []
    if not restaurant.service_periods.filter(is_active=True).exists():
        missing.append("hours")
    if not restaurant.tables.filter(is_active=True).exists():
        missing.append("tables")
    return missing


@transaction.atomic
def restaurant_open(*, restaurant: Restaurant, actor: Actor, now: datetime) -> None:
    """Let guests find and book it; repeating it changes nothing.

    :raises NotReadyToOpen: without hours or tables
    """
    if missing_to_open(restaurant):
        raise NotReadyToOpen(_("Add hours and tables first."))
    restaurant.is_public = True
    restaurant.is_active = True
    restaurant.is_accepting_reservations = True
    config_save(instance=restaurant, actor=actor, now=now)
