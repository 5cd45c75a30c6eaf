"""Taking the demo away again."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from bookings.models import Occupancy, Reservation
from demo.build import organisation_slug
from demo.houses import HOUSES
from demo.people import NAMES
from restaurants.models import Combination, Organisation, Restaurant, Table


@transaction.atomic
def demo_wipe() -> None:
    """Delete the demo's organisations with all their restaurants, guests and bookings, and its
    log-ins. The audit trail stays: nothing may be deleted from it.
    """
    slugs = {organisation_slug(house.organisation) for house in HOUSES}
    organisations = Organisation.objects.filter(slug__in=slugs)
    restaurants = Restaurant.objects.filter(organisation__in=organisations)
    Occupancy.objects.filter(restaurant__in=restaurants).delete()
    Reservation.objects.filter(restaurant__in=restaurants).delete()
    Combination.objects.filter(restaurant__in=restaurants).delete()
    Table.objects.filter(restaurant__in=restaurants).delete()
    restaurants.delete()
    organisations.delete()
    User.objects.filter(email__in=NAMES).delete()
