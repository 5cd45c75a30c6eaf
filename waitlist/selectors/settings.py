"""How a restaurant runs its waitlist."""

from __future__ import annotations

from restaurants.models import Restaurant
from waitlist.models import WaitlistSettings
from waitlist.windows import HouseClock


def settings_of(restaurant_id: int) -> WaitlistSettings:
    """The settings of a restaurant; the defaults, unsaved, where it has chosen nothing."""
    found = WaitlistSettings.objects.filter(pk=restaurant_id).first()
    return found or WaitlistSettings(restaurant_id=restaurant_id)


def house_clock(restaurant: Restaurant, settings: WaitlistSettings) -> HouseClock:
    """The clock by which offers of a restaurant end."""
    return HouseClock(
        zone=restaurant.timezone,
        day_cut=restaurant.business_day_cut,
        night_from=settings.night_from,
        night_until=settings.night_until,
    )
