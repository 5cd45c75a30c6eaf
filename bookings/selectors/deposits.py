"""What a booking would cost, whether the restaurant can take it (rule 77), and what of the bill it
has paid (rule 83).
"""

from __future__ import annotations

from datetime import date, datetime

from bookings import policies
from bookings.bills import BILLED, Bill
from bookings.deposits import (
    IN_ADVANCE,
    Booking,
    Kind,
    Rule,
    Terms,
    payment_reference,
    rule_for,
    terms_of,
)
from bookings.lifecycle import Status
from bookings.loading import prepared_day, snapshot_of
from bookings.models import Reservation
from payments.selectors import payments_of, payments_problem
from payments.services.books import books_of
from restaurants.models import Restaurant


def deposits_problem(restaurant: Restaurant) -> str:
    """Why the deposit rules of a restaurant are ignored at the moment, for its staff; empty if they
    hold or there are none.
    """
    return payments_problem(restaurant) if snapshot_of(restaurant).deposit_rules else ""


def deposit_rules_in_force(restaurant: Restaurant) -> tuple[Rule, ...]:
    """The rules that hold now: none where money cannot be taken. No query without rules."""
    rules = snapshot_of(restaurant).deposit_rules
    return () if rules and payments_problem(restaurant) else rules


def deposit_terms(
    *,
    restaurant: Restaurant,
    service_date: date,
    starts_at: datetime,
    service_period_id: int | None,
    party_size: int,
    area_id: int | None = None,
    source: str = "web",
    is_by_guest: bool = True,
    no_shows: int = 0,
    tag_ids: frozenset[int] = frozenset(),
    rules: tuple[Rule, ...] | None = None,
) -> Terms | None:
    """What one booking would cost, and what is given back until when; None if it is free.

    Before the guest is known it is what strangers are asked for; their no-shows and tags count when
    they book, and are shown before they pay.

    :param area_id: asked for, or of the table that is held
    :param rules: of `deposit_rules_in_force`, where many slots are asked about
    """
    rules = deposit_rules_in_force(restaurant) if rules is None else rules
    if not rules:
        return None
    rule = rule_for(
        rules,
        Booking(
            party_size=party_size,
            service_date=service_date,
            service_period_id=service_period_id or None,
            area_id=area_id,
            source=source,
            is_by_guest=is_by_guest,
            no_shows=no_shows,
            tag_ids=tag_ids,
        ),
    )
    if rule is None:
        return None
    return terms_of(
        rule,
        party_size=party_size,
        currency=restaurant.currency,
        starts_at=starts_at,
        cancel_deadline_at=policies.cancel_deadline(
            restaurant.policy,
            starts_at=starts_at,
            service_date=service_date,
            zone=prepared_day(restaurant, service_date).config.rules.zone,
        ),
    )


def bill_of(reservation: Reservation) -> Bill | None:
    """The bill with what comes off it: the deposit that was taken, less what went back or is on its
    way there. None where nobody entered a bill; no query unless money was paid in advance.
    """
    if reservation.bill_minor is None or Status(reservation.status) not in BILLED:
        return None
    return Bill(amount_minor=reservation.bill_minor, deposit_minor=_set_off(reservation))


def _set_off(reservation: Reservation) -> int:
    terms: Terms | None = reservation.policy_snapshot.get("deposit")
    if terms is None or Kind(terms["kind"]) not in IN_ADVANCE:
        return 0
    if terms["currency"] != reservation.restaurant.currency:
        return 0  # the house has another currency by now: that cannot be set off
    payments = payments_of(payment_reference(reservation.pk))
    return sum(books_of(payment).to_give_back() for payment in payments)
