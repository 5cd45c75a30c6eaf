"""Taking the demo away again."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from bookings.models import Occupancy, Reservation
from demo.build import organisation_slug
from demo.houses import HOUSES
from demo.people import NAMES
from payments.models import (
    Dispute,
    Instruction,
    LedgerEntry,
    Payment,
    Reconciliation,
    SimulatedPayment,
    StoredMethod,
)
from restaurants.models import Combination, Organisation, Restaurant, Table


@transaction.atomic
def demo_wipe() -> None:
    """Delete the demo's organisations with all their restaurants, guests and bookings, and its
    log-ins. The audit trail stays: nothing may be deleted from it.
    """
    slugs = {organisation_slug(house.organisation) for house in HOUSES}
    organisations = Organisation.objects.filter(slug__in=slugs)
    restaurants = Restaurant.objects.filter(organisation__in=organisations)
    _wipe_money(restaurants)
    Occupancy.objects.filter(restaurant__in=restaurants).delete()
    Reservation.objects.filter(restaurant__in=restaurants).delete()
    Combination.objects.filter(restaurant__in=restaurants).delete()
    Table.objects.filter(restaurant__in=restaurants).delete()
    restaurants.delete()
    organisations.delete()
    User.objects.filter(email__in=NAMES).delete()


def _wipe_money(restaurants: QuerySet[Restaurant]) -> None:
    """No books are kept of what was never money."""
    payments = Payment.objects.filter(restaurant__in=restaurants)
    Reconciliation.objects.filter(account__restaurant__in=restaurants).delete()
    numbers = [str(number) for number in payments.values_list("public_id", flat=True)]
    SimulatedPayment.objects.filter(public_id__in=numbers).delete()
    for model in (Dispute, Instruction, LedgerEntry):
        model.objects.filter(payment__in=payments).delete()
    payments.delete()
    StoredMethod.objects.filter(restaurant__in=restaurants).delete()
