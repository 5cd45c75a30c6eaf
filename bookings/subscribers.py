"""What bookings do when something below them happens."""

from __future__ import annotations

from bookings.services import reservations_rederive
from reservehub.core.actors import SYSTEM
from reservehub.core.events import subscribe
from restaurants.events import RestaurantTimezoneChanged


@subscribe(RestaurantTimezoneChanged, name="bookings.rederive_times")
def rederive_times(event: RestaurantTimezoneChanged, *, delivery_id: int) -> None:  # noqa: ARG001
    """Keep the wall times of the bookings ahead (rule 10)."""
    reservations_rederive(restaurant_id=event.restaurant_id, actor=SYSTEM, now=event.occurred_at)
