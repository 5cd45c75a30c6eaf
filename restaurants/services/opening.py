"""New organisations and restaurants, ready to be filled in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from reservehub.core import audit
from reservehub.core.actors import Actor
from restaurants.models import (
    Area,
    BookingPolicy,
    Membership,
    Organisation,
    Restaurant,
    Role,
    TurnTimeRule,
)
from restaurants.services.config import config_save, config_save_all
from restaurants.services.rows import stored_values
from restaurants.slugs import RESERVED, transliterate
from restaurants.turn_times import default_bands


@transaction.atomic
def organisation_create(*, name: str, owner: User, actor: Actor, now: datetime) -> Organisation:
    """A new organisation with its first owner, who may now open the admin site."""
    organisation = Organisation(name=name, slug=_free_slug(Organisation, name))
    config_save(instance=organisation, actor=actor, now=now)
    membership = Membership.objects.create(user=owner, organisation=organisation, role=Role.OWNER)
    audit.record(
        actor=actor,
        action="restaurants.membership.created",
        obj=membership,
        now=now,
        after=stored_values(membership),
    )
    if not owner.is_staff:
        owner.is_staff = True
        owner.save(update_fields=["is_staff"])
    return organisation


@transaction.atomic
def restaurant_create(
    *, organisation: Organisation, fields: Mapping[str, Any], actor: Actor, now: datetime
) -> Restaurant:
    """A new restaurant with a booking policy, the turn times of rule 23 and one area.

    `fields` are those of the model; `name`, `country` and `timezone` are needed, a slug is derived
    from the name.

    :raises ValidationFailed: with a pointer to the field
    """
    values = dict(fields)
    if not values.get("slug"):
        values["slug"] = _free_slug(Restaurant, str(values.get("name", "")))
    restaurant = Restaurant(organisation=organisation, **values)
    if not restaurant.languages:
        restaurant.languages = [restaurant.language]
    config_save(instance=restaurant, actor=actor, now=now)
    restaurant_equip(restaurant=restaurant, actor=actor, now=now)
    return restaurant


def restaurant_equip(*, restaurant: Restaurant, actor: Actor, now: datetime) -> None:
    """Give a new restaurant what every restaurant has, as far as it lacks it."""
    missing: list[Model] = []
    if not BookingPolicy.objects.filter(restaurant=restaurant).exists():
        missing.append(BookingPolicy(restaurant=restaurant))
    if not restaurant.turn_times.exists():
        rule = TurnTimeRule(restaurant=restaurant, name=_("Default"), bands=default_bands())
        missing.append(rule)
    if not restaurant.areas.exists():
        missing.append(Area(restaurant=restaurant, name=_("Main room")))
    config_save_all(instances=missing, actor=actor, now=now)


def _free_slug(model: type[Organisation | Restaurant], name: str) -> str:
    stem = slugify(transliterate(name))[:70].strip("-")
    if not stem or stem.isdigit():
        stem = f"{model._meta.model_name}-{stem}".strip("-")
    rows: QuerySet[Any] = (
        Organisation.objects.all() if model is Organisation else Restaurant.objects.all()
    )
    taken = set(rows.filter(slug__startswith=stem).values_list("slug", flat=True))
    number, slug = 1, stem
    while slug in taken or slug in RESERVED:
        number += 1
        slug = f"{stem}-{number}"
    return slug
