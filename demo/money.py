"""Money in the demo: where it goes, when a booking costs something, and who need not pay.

The bank is the simulator (`/dev/payments/`), so that everything can be tried without keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from bookings.models import DepositRule, Reservation
from bookings.services import reservation_deposit_waive
from demo.houses.blueprint import House
from payments.models import PaymentAccount, Provider
from reservehub.core.actors import Actor
from restaurants.models import Area, Restaurant


def money_create(
    houses: Iterable[House], restaurants: Mapping[str, Restaurant], *, now: datetime
) -> None:
    """The accounts and deposit rules of the houses that have rules."""
    paid = [house for house in houses if house.prices]
    PaymentAccount.objects.bulk_create(
        [
            PaymentAccount(
                restaurant=restaurants[house.slug],
                provider=Provider.SIMULATOR,
                account=house.profile["name"],
                created_at=now,
                updated_at=now,
            )
            for house in paid
        ]
    )
    areas = {
        (area.restaurant_id, area.name): area
        for area in Area.objects.filter(restaurant__in=[restaurants[house.slug] for house in paid])
    }
    DepositRule.objects.bulk_create(
        [
            DepositRule(
                restaurant=restaurants[house.slug],
                name=price.name,
                area=areas[restaurants[house.slug].pk, price.area] if price.area else None,
                created_at=now,
                updated_at=now,
                **price.fields,
            )
            for house in paid
            for price in house.prices
        ]
    )


def bill_later(reservation: Reservation, *, actor: Actor, now: datetime) -> None:
    """Nobody in the demo sits before a page to pay: the house knows its guests, and lets them."""
    if reservation.deposit_minor:
        reservation_deposit_waive(
            reservation_id=reservation.pk,
            amount=None,
            reason="Known to the house: pays at the table",
            actor=actor,
            now=now,
        )
