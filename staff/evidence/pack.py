"""What goes into the evidence of a dispute, as plain English text.

It is for a bank: neither wishes nor diets nor notes of staff are in it (rule 107). Times are the
restaurant's, with their offset.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation

from bookings.deposits import fingerprint
from bookings.models import Reservation
from notifications.models import ConversationEntry, Message, MessageAttempt
from notifications.rendering.terms import terms_lines, terms_of
from notifications.selectors import conversation_of, messages_of
from payments.models import Dispute, LedgerEntry, Payment
from reservehub.core.models import AuditEntry
from reservehub.core.money import Money

Row = tuple[str, str]
"""Label and value."""


@dataclass(frozen=True)
class Letter:
    """One message to or from the guest."""

    title: str
    rows: tuple[Row, ...]
    text: str


@dataclass(frozen=True)
class Table:
    """:param widths: of the columns, relative"""

    head: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """The evidence, section by section.

    :param is_unchanged: the policy still has the fingerprint it had when the guest agreed
    """

    number: str
    title: str
    made_at: str
    dispute: tuple[Row, ...]
    booking: tuple[Row, ...]
    policy: tuple[str, ...]
    snapshot: str
    hashes: tuple[Row, ...]
    is_unchanged: bool
    letters: tuple[Letter, ...]
    ledger: tuple[tuple[str, Table], ...]
    steps: Table


def pack_of(dispute: Dispute, reservation: Reservation, *, now: datetime) -> Pack:
    """Gather it; the caller has made sure that the asker may charge and refund there.

    :param dispute: with its payment
    :param reservation: what the payment is for, with its restaurant
    """
    when = Clock(reservation.restaurant.timezone)
    with translation.override("en"):
        stored = reservation.policy_hash
        computed = fingerprint(reservation.policy_snapshot)
        return Pack(
            number=dispute.provider_id,
            title=reservation.restaurant.name,
            made_at=when(now),
            dispute=_dispute(dispute, when),
            booking=_booking(reservation, when),
            policy=_policy(reservation),
            snapshot=json.dumps(
                reservation.policy_snapshot, ensure_ascii=False, sort_keys=True, indent=2
            ),
            hashes=(
                ("SHA-256 when the guest agreed", stored or "none was stored"),
                ("SHA-256 of the policy above", computed),
            ),
            is_unchanged=stored == computed,
            letters=_letters(reservation, when),
            ledger=_ledger(dispute.payment, when),
            steps=_steps(reservation, when),
        )


class Clock:
    """Instants in the restaurant's time, to the second: ``2026-06-05 19:00:00 +0200``."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)

    def __call__(self, at: datetime | None) -> str:
        if at is None:
            return ""
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S %z")


def _money(minor: int, currency: str) -> str:
    """``EUR 40.00``: symbols are not the same everywhere."""
    return f"{currency} {Money(minor, currency).to_decimal()}"


def _rows(*rows: Row) -> tuple[Row, ...]:
    return tuple(row for row in rows if row[1])


def _dispute(dispute: Dispute, when: Clock) -> tuple[Row, ...]:
    payment = dispute.payment
    card = payment.method
    return _rows(
        ("Dispute", dispute.provider_id),
        ("Reason given by the bank", dispute.reason),
        ("Amount in dispute", _money(dispute.amount_minor, dispute.currency)),
        ("Opened", when(dispute.opened_at)),
        ("To be answered by", when(dispute.respond_by)),
        ("Payment provider", payment.get_provider_display()),
        ("Payment at the provider", payment.provider_id),
        ("Our number of the payment", str(payment.public_id)),
        ("Description on the payment", payment.description),
        ("Card", str(card) if card is not None else ""),
    )


def _booking(reservation: Reservation, when: Clock) -> tuple[Row, ...]:
    restaurant = reservation.restaurant
    came = reservation.actual_party_size
    return _rows(
        ("Booking", reservation.reference),
        ("Restaurant", restaurant.name),
        ("Address", " ".join(restaurant.address.split("\n"))),
        ("Guest", reservation.guest_name),
        ("E-mail", reservation.guest_email),
        ("Phone", str(reservation.guest_phone or "")),
        ("Booked at", when(reservation.created_at)),
        ("Booked through", reservation.get_source_display()),
        ("IP address of the booking", reservation.ip_address or ""),
        ("Table booked for", when(reservation.starts_at)),
        ("Until", when(reservation.ends_at)),
        ("Guests", str(reservation.party_size)),
        ("Guests who came", "" if came is None else str(came)),
        ("State", reservation.get_status_display()),
        ("Confirmed", when(reservation.confirmed_at)),
        ("Said again that they come", when(reservation.reconfirmed_at)),
        ("Arrived", when(reservation.arrived_at)),
        ("Seated", when(reservation.seated_at)),
        ("Left", when(reservation.completed_at)),
        ("Cancelled", when(reservation.cancelled_at)),
        ("State of the deposit", reservation.get_deposit_status_display()),
    )


def _policy(reservation: Reservation) -> tuple[str, ...]:
    """In words, as the guest was shown it."""
    terms = terms_of(reservation)
    lines = terms_lines(reservation, terms, "en") if terms is not None else ()
    text = str(reservation.policy_snapshot.get("cancellation_policy", ""))
    return tuple(line for line in (*lines, text) if line)


# --- Messages ---------------------------------------------------------------------------------


def _letters(reservation: Reservation, when: Clock) -> tuple[Letter, ...]:
    """To the guest and from the guest, the earliest first; not what staff were told."""
    sent = [
        (message.sent_at or message.created_at, _letter(message, when))
        for message in messages_of(reservation)
        if not message.manners.is_for_staff
    ]
    written = [(entry.at, _written(entry, when)) for entry in conversation_of(reservation)]
    return tuple(letter for _at, letter in sorted([*sent, *written], key=lambda one: one[0]))


def _letter(message: Message, when: Clock) -> Letter:
    content: Mapping[str, Any] = message.content or {}
    tries = [_try(attempt, when) for attempt in message.tries.all()]
    return Letter(
        title=f"To the guest: {message.get_kind_display()}",
        rows=_rows(
            ("State", message.get_status_display()),
            ("Sent", when(message.sent_at)),
            ("Delivered", when(message.delivered_at)),
            ("Subject", str(content.get("subject", ""))),
            *(("Try", text) for text in tries),
        ),
        text=str(content.get("text") or content.get("short") or "")
        or ("The words are no longer stored." if message.sent_at else ""),
    )


def _try(attempt: MessageAttempt, when: Clock) -> str:
    parts = [
        f"{attempt.get_channel_display()} to {attempt.address}",
        f"over {attempt.provider}",
        f"receipt {attempt.provider_id}" if attempt.provider_id else "",
        str(attempt.get_outcome_display()),
        when(attempt.finished_at or attempt.started_at),
    ]
    return ", ".join(part for part in parts if part)


def _written(entry: ConversationEntry, when: Clock) -> Letter:
    return Letter(
        title=f"Conversation: {entry.get_direction_display()}",
        rows=_rows(
            ("At", when(entry.at)),
            ("Over", str(entry.get_channel_display())),
            ("From", entry.sender),
            ("Receipt", entry.provider_id),
        ),
        text=entry.text,
    )


# --- Money and steps --------------------------------------------------------------------------


def _ledger(disputed: Payment, when: Clock) -> tuple[tuple[str, Table], ...]:
    """Of every payment for the same booking, the disputed one first."""
    rows = Payment.objects.filter(reference=disputed.reference).prefetch_related("entries")
    payments = sorted(rows, key=lambda one: (one.pk != disputed.pk, one.pk))
    return tuple(
        (_payment(payment, is_disputed=payment.pk == disputed.pk), _entries(payment, when))
        for payment in payments
    )


def _payment(payment: Payment, *, is_disputed: bool) -> str:
    which = "The disputed payment" if is_disputed else "Another payment for the booking"
    asked = _money(payment.amount_minor, payment.currency)
    return f"{which}: {payment.get_mode_display()}, {asked}, {payment.get_status_display()}"


def _entries(payment: Payment, when: Clock) -> Table:
    return Table(
        head=("When", "What", "Amount", "Number at the provider", "Learned from"),
        widths=(23, 17, 14, 31, 15),
        rows=tuple(_entry(entry, when) for entry in payment.entries.all()),
    )


def _entry(entry: LedgerEntry, when: Clock) -> tuple[str, ...]:
    moved = _money(entry.amount_minor, entry.currency) if entry.amount_minor else ""
    code = f" ({entry.code})" if entry.code else ""
    return (
        when(entry.occurred_at),
        f"{entry.get_kind_display()}{code}",
        moved,
        entry.provider_id,
        str(entry.get_source_display()),
    )


def _steps(reservation: Reservation, when: Clock) -> Table:
    entries = AuditEntry.objects.filter(
        object_type=reservation._meta.label_lower, object_id=str(reservation.pk)
    ).order_by("occurred_at", "pk")
    return Table(
        head=("When", "What was done", "By", "Through", "Details"),
        widths=(23, 20, 17, 19, 21),
        rows=tuple(_step(entry, when) for entry in entries),
    )


def _step(entry: AuditEntry, when: Clock) -> tuple[str, ...]:
    who = str(entry.get_actor_kind_display())
    name = f" ({entry.actor_label})" if entry.actor_label not in ("", who.lower()) else ""
    return (
        when(entry.occurred_at),
        entry.action.rpartition(".")[2].replace("_", " ").capitalize(),
        f"{who}{name}",
        ", ".join(part for part in (entry.channel, entry.ip or "") if part),
        _status_of(entry.after),
    )


_TOLD = ("status", "deposit_status", "party_size", "actual_party_size", "starts_at")


def _status_of(after: Mapping[str, Any] | None) -> str:
    """What changed, as far as it matters for money; other fields may be about the person."""
    found: Iterable[str] = (
        f"{name.replace('_', ' ')}: {after[name]}" for name in _TOLD if after and name in after
    )
    return ", ".join(found)
