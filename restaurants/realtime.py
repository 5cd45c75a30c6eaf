"""Telling open screens that a restaurant or its staff changed: best effort, after the commit."""

from __future__ import annotations

from reservehub.core.realtime import push, restaurant_group
from restaurants.models import Restaurant


def push_config(restaurant_id: int, *, what: str, change: str) -> None:
    """A setting was created, changed or deleted; `what` is its model."""
    push(
        restaurant_group(restaurant_id),
        {"type": "config.changed", "what": what, "change": change},
    )


def push_membership(*, user_id: int, organisation_id: int, restaurant_id: int | None) -> None:
    """Somebody gained, changed or lost a role; None means in the whole organisation."""
    places = (
        [restaurant_id]
        if restaurant_id is not None
        else Restaurant.objects.filter(organisation=organisation_id).values_list("pk", flat=True)
    )
    for place in places:
        push(restaurant_group(place), {"type": "membership.changed", "user_id": user_id})
