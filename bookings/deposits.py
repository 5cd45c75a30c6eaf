"""What a booking costs before it begins: which rule holds, how much, and what is given back. Pure.

Rules 77-84. Amounts are whole minor units of one currency.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, TypedDict


class Kind(StrEnum):
    EXEMPT = "exempt"
    GUARANTEE = "guarantee"
    AUTHORISATION = "authorisation"
    DEPOSIT = "deposit"
    PERCENTAGE = "percentage"
    PREPAYMENT = "prepayment"


KIND_RANK: Mapping[Kind, int] = {
    Kind.GUARANTEE: 1,
    Kind.AUTHORISATION: 2,
    Kind.DEPOSIT: 3,
    Kind.PERCENTAGE: 3,
    Kind.PREPAYMENT: 4,
}
"""How strict: a card kept, an amount held, money now, all of it now."""
IN_ADVANCE = frozenset({Kind.DEPOSIT, Kind.PERCENTAGE, Kind.PREPAYMENT})
"""Money before the visit, which comes off the bill, rather than a card to fall back on."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`bookings.models.DepositRule` without the database. Empty conditions ask nothing."""

    pk: int
    kind: Kind
    amount_minor: int
    is_per_person: bool
    percent: int = 100
    min_party: int | None = None
    max_party: int | None = None
    weekdays: frozenset[int] = frozenset()
    valid_from: date | None = None
    valid_until: date | None = None
    service_period_id: int | None = None
    area_id: int | None = None
    sources: frozenset[str] = frozenset()
    min_no_shows: int | None = None
    tag_id: int | None = None
    cutoff_minutes: int | None = None
    late_cancel_percent: int = 100
    no_show_percent: int = 100


@dataclass(frozen=True, kw_only=True)
class Booking:
    """What a rule looks at. `source` is the channel; the guest's part is 0 and empty for strangers.

    :param area_id: of the table, or the one asked for; None if that is not known yet
    :param is_by_guest: guests book it themselves; rules without channels hold only then
    """

    party_size: int
    service_date: date
    service_period_id: int | None
    area_id: int | None
    source: str
    is_by_guest: bool
    no_shows: int = 0
    tag_ids: frozenset[int] = frozenset()


class Terms(TypedDict):
    """What the guest agrees to, as it stands in the policy snapshot of the reservation.

    `rule_id` is None where staff asked for it by hand. `amount_minor` is charged or held now (0 for
    a guarantee); `limit_minor` is the most that may ever be taken. `refund_until` is an ISO
    instant: `cutoff_minutes` before the start, or when the booking policy's free cancellation ends.
    """

    rule_id: int | None
    kind: str
    amount_minor: int
    limit_minor: int
    per_person_minor: int
    currency: str
    refund_until: str
    cutoff_minutes: int | None
    late_cancel_percent: int
    no_show_percent: int


def rule_for(rules: Iterable[Rule], booking: Booking) -> Rule | None:
    """The rule that holds: an exemption before all, else the strictest (rule 77). None: free."""
    fitting = [rule for rule in rules if _fits(rule, booking)]
    if any(rule.kind is Kind.EXEMPT for rule in fitting):
        return None
    return max(
        fitting,
        key=lambda rule: (KIND_RANK[rule.kind], price(rule, booking.party_size), -rule.pk),
        default=None,
    )


def _fits(rule: Rule, booking: Booking) -> bool:
    return not misfits(rule, booking)


def misfits(rule: Rule, booking: Booking) -> tuple[str, ...]:
    """The conditions of a rule that a booking does not meet, by name; none if the rule fits."""
    by_channel = booking.source in rule.sources if rule.sources else booking.is_by_guest
    day = booking.service_date
    met = {
        "sources": by_channel or (rule.kind is Kind.EXEMPT and not rule.sources),
        "min_party": rule.min_party is None or booking.party_size >= rule.min_party,
        "max_party": rule.max_party is None or booking.party_size <= rule.max_party,
        "weekdays": not rule.weekdays or day.isoweekday() in rule.weekdays,
        "valid_from": rule.valid_from is None or day >= rule.valid_from,
        "valid_until": rule.valid_until is None or day <= rule.valid_until,
        "service_period": rule.service_period_id in (None, booking.service_period_id),
        "area": rule.area_id in (None, booking.area_id),
        "min_no_shows": rule.min_no_shows is None or booking.no_shows >= rule.min_no_shows,
        "tag": rule.tag_id is None or rule.tag_id in booking.tag_ids,
    }
    return tuple(name for name, is_met in met.items() if not is_met)


def price(rule: Rule, party_size: int) -> int:
    """What the rule asks for in all, minor units; a share is rounded half up."""
    whole = rule.amount_minor * (party_size if rule.is_per_person else 1)
    return share(whole, rule.percent) if rule.kind is Kind.PERCENTAGE else whole


def share(amount_minor: int, percent: int) -> int:
    """That many hundredths, half up."""
    return (2 * amount_minor * percent + 100) // 200


def terms_of(
    rule: Rule, *, party_size: int, currency: str, starts_at: datetime, cancel_deadline_at: datetime
) -> Terms:
    """The agreement of one booking.

    :param cancel_deadline_at: the booking policy's, where the rule names no deadline of its own
    """
    limit = price(rule, party_size)
    cutoff = rule.cutoff_minutes
    until = cancel_deadline_at if cutoff is None else starts_at - timedelta(minutes=cutoff)
    return {
        "rule_id": rule.pk,
        "kind": rule.kind.value,
        "amount_minor": 0 if rule.kind is Kind.GUARANTEE else limit,
        "limit_minor": limit,
        "per_person_minor": limit // party_size if rule.is_per_person else 0,
        "currency": currency,
        "refund_until": until.isoformat(),
        "cutoff_minutes": cutoff,
        "late_cancel_percent": rule.late_cancel_percent,
        "no_show_percent": rule.no_show_percent,
    }


BY_HAND = (Kind.DEPOSIT, Kind.AUTHORISATION, Kind.GUARANTEE)
"""What staff can ask for where no rule does."""


def terms_by_hand(
    kind: Kind,
    *,
    amount_minor: int,
    is_per_person: bool,
    party_size: int,
    currency: str,
    cancel_deadline_at: datetime,
) -> Terms:
    """What staff ask for on a booking that was made without: given back and kept as under a rule
    that names neither a deadline nor shares of its own.
    """
    rule = Rule(pk=0, kind=kind, amount_minor=amount_minor, is_per_person=is_per_person)
    terms = terms_of(
        rule,
        party_size=party_size,
        currency=currency,
        starts_at=cancel_deadline_at,
        cancel_deadline_at=cancel_deadline_at,
    )
    return {**terms, "rule_id": None}


def fingerprint(snapshot: Mapping[str, Any]) -> str:
    """SHA-256 of the policy as the guest saw it, in hex: evidence that it is unchanged."""
    text = json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Ending(StrEnum):
    """How a booking that cost money came to its end."""

    CANCELLED_IN_TIME = "cancelled_in_time"
    CANCELLED_LATE = "cancelled_late"
    CANCELLED_BY_RESTAURANT = "cancelled_by_restaurant"
    NO_SHOW = "no_show"
    CAME = "came"


def kept_minor(terms: Terms, ending: Ending, *, missing: int = 0, party_size: int = 1) -> int:
    """How much the restaurant keeps or may charge, minor units (rules 80, 82); the rest goes back.

    What came off the bill of a party that came is kept in full, as it was paid for.

    :param missing: guests of the party who did not come, for a partial no-show
    """
    limit = terms["limit_minor"]
    if ending is Ending.CANCELLED_LATE:
        return share(limit, terms["late_cancel_percent"])
    if ending is Ending.NO_SHOW:
        whole = share(limit, terms["no_show_percent"])
        return whole * min(missing, party_size) // party_size if missing else whole
    if ending is Ending.CAME:
        return terms["amount_minor"]
    return 0


def payment_reference(reservation_id: int) -> str:
    """What the payments of a reservation are for (`payments.models.Payment.reference`)."""
    return f"{_FOR}{reservation_id}"


def reservation_of(reference: str) -> int | None:
    """The reservation that a payment is for; None if it is for something else."""
    number = reference.removeprefix(_FOR)
    return int(number) if reference.startswith(_FOR) and number.isdecimal() else None


_FOR = "reservation:"
