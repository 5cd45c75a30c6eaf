"""The money of reservations as those who run a restaurant look at it (rules 80-83).

Payments do not know what they are for; here their references are read as reservations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Concat, Substr, TruncDate

from bookings.deposits import payment_reference, reservation_of
from bookings.models import DepositStatus, Reservation
from payments.models import Payment
from payments.selectors.analytics import SIGNS, movements_of
from reservehub.core.timezones import first_instant_from, zone_info
from restaurants.models import Restaurant

KEPT = (DepositStatus.FORFEITED, DepositStatus.CHARGED)
"""Kept from guests who did not come, or cancelled too late."""
UNREDEEMED = (DepositStatus.PAID, DepositStatus.HELD)
UNREDEEMED_DAYS = 7
_PREFIX = payment_reference(0)[:-1]


# --- Payments and reservations --------------------------------------------------------------------


def reservations_of_payments(payments: Iterable[Payment]) -> dict[int, Reservation]:
    """The reservation of each payment by the payment's id; one query."""
    numbers = {one.pk: reservation_of(one.reference) for one in payments}
    found = (
        Reservation.objects.select_related("restaurant")
        .filter(pk__in={pk for pk in numbers.values() if pk is not None})
        .in_bulk()
    )
    return {key: found[pk] for key, pk in numbers.items() if pk in found}


def references_of(reservations: QuerySet[Reservation]) -> QuerySet[Reservation, Any]:
    """The references of their payments, to narrow payments by."""
    return reservations.order_by().values(
        reference_of_payment=Concat(
            Value(_PREFIX), Cast("pk", CharField()), output_field=CharField()
        )
    )


def reservations_with_rule(restaurant: Restaurant, rule_id: int) -> QuerySet[Reservation]:
    """The reservations that were made under a rule."""
    return Reservation.objects.filter(
        restaurant=restaurant, policy_snapshot__deposit__rule_id=rule_id
    )


def unredeemed_of(restaurant: Restaurant, *, now: datetime, today: date) -> QuerySet[Reservation]:
    """Deposits of the last evenings that were neither set off against a bill nor given back, though
    the visit should have begun (rule 83): the shift report.
    """
    return (
        Reservation.objects.filter(
            restaurant=restaurant,
            deposit_status__in=UNREDEEMED,
            service_date__gt=today - timedelta(days=UNREDEEMED_DAYS),
            service_date__lte=today,
            starts_at__lte=now,
        )
        .select_related("restaurant")
        .order_by("-service_date", "starts_at", "pk")
    )


# --- Analytics ------------------------------------------------------------------------------------


class Basis(StrEnum):
    """Which day an amount belongs to."""

    MOVED = "moved"
    """When the money moved, by the restaurant's calendar; kept: when it was cancelled, else the
    evening it was for."""
    VISIT = "visit"
    """The service date it was for."""


@dataclass
class Figures:
    """Sums in minor units. `kept` is what was not given back to guests who did not come."""

    taken: int = 0
    refunded: int = 0
    disputed: int = 0
    kept: int = 0
    fees: int = 0

    def add(self, other: Figures) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    @property
    def net(self) -> int:
        """What is left after refunds, disputes and the provider's fees."""
        return self.taken - self.refunded - self.disputed - self.fees


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """By day and by rule (None: of no rule) in one currency."""

    currency: str
    days: Mapping[date, Figures]
    rules: Mapping[int | None, Figures]
    total: Figures


def money_of(
    restaurant: Restaurant, *, first: date, last: date, basis: Basis = Basis.MOVED
) -> list[Analysis]:
    """What was taken, given back, kept and paid in fees from `first` to `last`, one analysis for
    each currency. Two queries, however long the time.
    """
    found: defaultdict[tuple[str, date, int | None], Figures] = defaultdict(Figures)
    for row in _movements(restaurant, first=first, last=last, basis=basis):
        name, sign = SIGNS[row["kind"]]
        figures = found[row["currency"], row["day"], row["rule"]]
        setattr(figures, name, getattr(figures, name) + sign * row["amount"])
    for row in _kept(restaurant, first=first, last=last, basis=basis):
        found[row["currency"], row["day"], row["rule"]].kept += row["amount"]
    return [
        _analysis(currency, found)
        for currency in sorted({currency for currency, _day, _rule in found})
    ]


def _analysis(currency: str, found: Mapping[tuple[str, date, int | None], Figures]) -> Analysis:
    days: defaultdict[date, Figures] = defaultdict(Figures)
    rules: defaultdict[int | None, Figures] = defaultdict(Figures)
    total = Figures()
    for (of, day, rule), figures in found.items():
        if of == currency:
            for sums in (days[day], rules[rule], total):
                sums.add(figures)
    return Analysis(
        currency=currency, days=dict(sorted(days.items())), rules=dict(rules), total=total
    )


def _movements(
    restaurant: Restaurant, *, first: date, last: date, basis: Basis
) -> Iterable[Mapping[str, Any]]:
    """Sums by day, rule, currency and kind of entry."""
    visit = Reservation.objects.filter(pk=OuterRef("reservation_id"))
    day: Combinable
    if basis is Basis.MOVED:
        since, until = span_of_days(restaurant, first, last)
        entries = movements_of(restaurant, since=since, until=until)
        day = TruncDate("occurred_at", tzinfo=zone_info(restaurant.timezone))
    else:
        of_days = Reservation.objects.filter(
            restaurant=restaurant, service_date__range=(first, last)
        ).exclude(deposit_status=DepositStatus.NOT_REQUIRED)
        entries = movements_of(restaurant).filter(payment__reference__in=references_of(of_days))
        day = Subquery(visit.values("service_date")[:1], output_field=DateField())
    return (
        entries.annotate(reservation_id=_NUMBER)
        .annotate(day=day, rule=Subquery(visit.annotate(rule=_RULE).values("rule")[:1]))
        .values("day", "rule", "currency", "kind")
        .annotate(amount=Sum("amount_minor"))
    )


def _kept(
    restaurant: Restaurant, *, first: date, last: date, basis: Basis
) -> Iterable[Mapping[str, Any]]:
    """What is left of the payments of guests who did not come, by day, rule and currency."""
    day: Combinable = F("service_date")
    if basis is Basis.MOVED:
        zone = zone_info(restaurant.timezone)
        day = Coalesce(TruncDate("cancelled_at", tzinfo=zone), "service_date")
    reference = Concat(Value(_PREFIX), Cast(OuterRef("pk"), CharField()))
    left = (
        Payment.objects.filter(reference=reference)
        .order_by()
        .values("reference")
        .annotate(left=Sum(F("captured_minor") - F("refunded_minor") - F("disputed_minor")))
    )
    return (
        # Nobody cancels after the start: what was kept in these days was for this day or later.
        Reservation.objects.filter(
            restaurant=restaurant,
            deposit_status__in=KEPT,
            service_date__gte=first - timedelta(days=1),
        )
        .annotate(
            day=day,
            rule=_RULE,
            currency=KeyTextTransform("currency", KeyTransform("deposit", "policy_snapshot")),
            left=Subquery(left.values("left")[:1], output_field=BigIntegerField()),
        )
        .filter(day__range=(first, last))
        .order_by()
        .values("day", "rule", "currency")
        .annotate(amount=Coalesce(Sum("left"), 0, output_field=BigIntegerField()))
    )


_RULE = Cast(
    KeyTextTransform("rule_id", KeyTransform("deposit", "policy_snapshot")), IntegerField()
)
_NUMBER = Case(
    When(
        payment__reference__startswith=_PREFIX,
        then=Cast(Substr("payment__reference", len(_PREFIX) + 1), BigIntegerField()),
    )
)
"""The reservation that an entry of the ledger is for; null for anything else."""


def span_of_days(restaurant: Restaurant, first: date, last: date) -> tuple[datetime, datetime]:
    """`[since, until)` of calendar days on the restaurant's clock."""
    midnight, zone = time(), restaurant.timezone
    return (
        first_instant_from(datetime.combine(first, midnight), zone),
        first_instant_from(datetime.combine(last + timedelta(days=1), midnight), zone),
    )
