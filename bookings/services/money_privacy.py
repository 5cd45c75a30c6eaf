"""What is known of a guest's money: shown to them, forgotten with them, kept while a bank asks
(rule 108). Payments do not know whose they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.deposits import payment_reference
from bookings.models import Deposit, Reservation
from bookings.selectors.disputes import disputed_reservations
from guests.facts import Section, section
from guests.privacy import Ahead
from payments.models import LedgerEntry, Payment
from payments.selectors.privacy import cards_of, disputes_of, unsettled_of
from payments.services.privacy import payments_forget


def references_of(reservation_ids: Collection[int]) -> list[str]:
    """What the payments of these reservations are for, as far as money was asked for at all."""
    rows = Deposit.objects.filter(reservation__in=reservation_ids).order_by("pk")
    return [payment_reference(pk) for pk in rows.values_list("pk", flat=True)]


def references_of_guests(guest_ids: Sequence[int]) -> list[str]:
    """The same of everything these guests booked."""
    rows = Deposit.objects.filter(reservation__guest__in=guest_ids).order_by("pk")
    return [payment_reference(pk) for pk in rows.values_list("pk", flat=True)]


def money_shown(guest_ids: Sequence[int]) -> list[Section]:
    """Payments, what moved, cards and disputes. No tokens of cards: they open something at the
    provider and tell the guest nothing.
    """
    references = references_of_guests(guest_ids)
    if not references:
        return []
    payments = Payment.objects.filter(reference__in=references).order_by("pk")
    moved = LedgerEntry.objects.filter(payment__in=payments).order_by("occurred_at", "pk")
    return [
        section("payments", _("Payments"), payments, *_OF_PAYMENT),
        section(
            "payment_movements",
            _("What happened to the money"),
            moved,
            *("kind", "amount_minor", "currency", "occurred_at"),
        ),
        section(
            "cards",
            _("Saved cards"),
            cards_of(references),
            *("provider", "brand", "last4", "expires", "created_at"),
        ),
        section(
            "disputes",
            _("Disputes"),
            disputes_of(references),
            *("provider_id", "status", "reason", "amount_minor", "currency"),
            *("opened_at", "respond_by", "closed_at"),
        ),
    ]


_OF_PAYMENT = (
    *("description", "public_id", "mode", "status", "currency", "amount_minor", "limit_minor"),
    *("captured_minor", "refunded_minor", "disputed_minor", "created_at", "secured_at"),
)


def money_forget(reservation_ids: Collection[int], now: datetime) -> None:
    """Cards go, here and at the provider; amounts and times stay."""
    payments_forget(references_of(reservation_ids), now=now)


def money_ahead(guest_ids: Sequence[int]) -> list[Ahead]:
    """Nobody escapes an agreed fee, or leaves a bank without an answer, by being forgotten."""
    open_ones = disputed_reservations()
    references = references_of_guests(guest_ids)
    if not references:
        return []
    unsettled = set(unsettled_of(references).values_list("reference", flat=True))
    rows = Reservation.objects.filter(guest__in=guest_ids, deposit__isnull=False)
    found = []
    for row in rows.select_related("restaurant").order_by("-starts_at", "-pk"):
        values = {"place": row.restaurant.name, "reference": row.reference}
        if row.pk in open_ones:
            found.append(Ahead(_("%(place)s, %(reference)s: a payment is disputed") % values))
        elif payment_reference(row.pk) in unsettled:
            text = _("%(place)s, %(reference)s: the payment is not settled yet")
            found.append(Ahead(text % values))
    return found


def disputing(guest_ids: Sequence[int], now: datetime) -> set[int]:  # noqa: ARG001
    """A `guests.privacy.Pause`: those about whose payment a bank still asks."""
    rows = Reservation.objects.filter(guest__in=guest_ids, pk__in=disputed_reservations())
    return {pk for pk in rows.values_list("guest", flat=True) if pk is not None}
