"""What a guest has agreed to about money, in words: from the snapshot on the reservation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django.utils.translation import gettext as _

from bookings.deposits import Ending, Kind, Terms, kept_minor, payment_reference
from bookings.lifecycle import Status
from bookings.models import DepositStatus, Reservation
from bookings.presenters.money import CARDS, terms_sentences
from notifications.rendering.facts import Facts
from payments.selectors import payments_of
from reservehub.core.money import Money

GIVEN = frozenset(DepositStatus) - {
    DepositStatus.NOT_REQUIRED,
    DepositStatus.PENDING,
    DepositStatus.WAIVED,
}
"""The guest has paid, let hold or left a card, whatever became of it."""
_NUMBERS = (
    *("amount_minor", "limit_minor", "per_person_minor"),
    *("late_cancel_percent", "no_show_percent"),
)


def terms_of(reservation: Reservation | None) -> Terms | None:
    """The terms of a reservation that costs money; None for all others, and for a snapshot that
    cannot be read.
    """
    snapshot = reservation.policy_snapshot if reservation is not None else None
    found: Any = snapshot.get("deposit") if isinstance(snapshot, Mapping) else None
    if not isinstance(found, Mapping):
        return None
    is_whole = (
        all(type(found.get(name)) is int for name in _NUMBERS)
        and found.get("kind") in list(Kind)
        and isinstance(found.get("currency"), str)
    )
    terms = cast(Terms, found)
    return terms if is_whole and refund_until(terms) is not None else None


def amount_of(terms: Terms, minor: int, language: str) -> str:
    """``€40.00``"""
    return Money(minor, terms["currency"]).format(language)


def refund_until(terms: Terms) -> datetime | None:
    """Until when cancelling costs nothing."""
    try:
        found = datetime.fromisoformat(terms["refund_until"])
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def terms_lines(reservation: Reservation, terms: Terms, language: str) -> tuple[str, ...]:
    """The agreement in sentences, as it was when the guest was shown it."""
    said = terms_sentences(terms, reservation.restaurant, now=_shown_at(reservation, terms))
    if terms["kind"] not in CARDS:
        return said
    limit = {"limit": amount_of(terms, terms["limit_minor"], language)}
    return (*said, _("It is never more than %(limit)s.") % limit)


def _shown_at(reservation: Reservation, terms: Terms) -> datetime:
    """As they booked; or, one query, as staff asked for it by hand."""
    asked = None
    if terms.get("rule_id", 0) is None:
        asked = payments_of(payment_reference(reservation.pk)).first()
    return reservation.created_at if asked is None else asked.created_at


def kept_of(reservation: Reservation | None) -> int:
    """What the restaurant keeps of a deposit now, by the terms and what staff gave up, minor units;
    0 while nothing is kept, and where nothing was paid beforehand.
    """
    terms = terms_of(reservation)
    if reservation is None or terms is None:
        return 0
    if terms["kind"] in CARDS:
        return 0
    if reservation.status == Status.NO_SHOW:
        kept = kept_minor(terms, Ending.NO_SHOW)
    elif is_cancelled_late(reservation, terms):
        kept = kept_minor(terms, Ending.CANCELLED_LATE)
    else:
        return 0
    deposit = getattr(reservation, "deposit", None)
    return max(kept - (deposit.waived_minor if deposit is not None else 0), 0)


def is_cancelled_late(reservation: Reservation, terms: Terms) -> bool:
    """Cancelled by the guest, after the money could be had back."""
    until, at = refund_until(terms), reservation.cancelled_at
    is_by_guest = reservation.status == Status.CANCELLED_BY_GUEST
    return is_by_guest and until is not None and at is not None and at > until


def money_of_cancelled(facts: Facts, *, by_restaurant: bool = False) -> tuple[str, ...]:
    """What a cancellation means for the money; nothing where none was given."""
    reservation, terms = facts.reservation, terms_of(facts.reservation)
    if reservation is None or terms is None or reservation.deposit_status not in GIVEN:
        return ()
    is_late = not by_restaurant and is_cancelled_late(reservation, terms)
    kept = kept_minor(terms, Ending.CANCELLED_LATE) if is_late else 0
    values = {"amount": amount_of(terms, kept, facts.language)}
    if terms["kind"] in CARDS:
        if kept:
            return (_("It is late: the restaurant may charge %(amount)s, as agreed.") % values,)
        return (_("Nothing is charged."),)
    if kept:
        return (_("It is late: the restaurant keeps %(amount)s, as agreed.") % values,)
    return (_("You get your money back; your bank may take some days until you see it."),)
