"""What happens to restaurants, for the apps above."""

from __future__ import annotations

from dataclasses import dataclass

from reservehub.core.events import Event


@dataclass(frozen=True, kw_only=True)
class RestaurantConfigChanged(Event):
    """Something that shapes a restaurant or its availability was created, changed or deleted.

    `what` is the model (`table`, `serviceperiod`, …), `object_id` its key, `change` one of
    `created`, `changed`, `deleted`.
    """

    name = "restaurants.config.changed"

    restaurant_id: int
    what: str
    object_id: int
    change: str


@dataclass(frozen=True, kw_only=True)
class MembershipChanged(Event):
    """A person gained, changed or lost a role. `restaurant_id` None means the whole organisation;
    `role` "" means lost."""

    name = "restaurants.membership.changed"

    user_id: int
    organisation_id: int
    restaurant_id: int | None
    role: str


@dataclass(frozen=True, kw_only=True)
class RestaurantTimezoneChanged(Event):
    """The zone was corrected: the wall times of future bookings stand, their instants have to be
    derived again (rule 10)."""

    name = "restaurants.timezone.changed"

    restaurant_id: int
    old: str
    new: str
