"""What a card has to show. A handful of queries per card, none per row of the book."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.selectors import tables_of
from reservehub.core.models import AuditEntry


@dataclass(frozen=True, kw_only=True)
class History:
    """Derived from the bookings every time (rule 101)."""

    visits: int = 0
    no_shows: int = 0


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Who brought the reservation into its present state, and when."""

    who: str
    at: datetime
    is_guest: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """:ivar deed: None while nobody has answered"""

    reservation: Reservation
    tables: tuple[str, ...]
    history: History
    deed: Deed | None


def facts_of(reservation_id: int) -> Facts:
    """:raises Reservation.DoesNotExist: if it was erased"""
    reservation = Reservation.objects.select_related("restaurant__policy").get(pk=reservation_id)
    tables = tables_of([reservation])[reservation.pk]
    return Facts(
        reservation=reservation,
        tables=tuple(table.number for table in tables),
        history=history_of(reservation),
        deed=deed_of(reservation),
    )


def history_of(reservation: Reservation) -> History:
    """Earlier visits of the guest in the organisation; nothing of a guest nobody knows."""
    if reservation.guest_id is None:
        return History()
    found = (
        Reservation.objects.filter(guest_id=reservation.guest_id)
        .exclude(pk=reservation.pk)
        .aggregate(
            visits=Count("pk", filter=Q(status=Status.COMPLETED)),
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
        )
    )
    return History(**found)


def deed_of(reservation: Reservation) -> Deed | None:
    """From the audit: the latest entry that led to the state it has (rule 109)."""
    status = Status(reservation.status)
    wanted = "reservation.undone" if status is Status.PENDING else f"reservation.{status}"
    entry = (
        AuditEntry.objects.filter(
            object_type=Reservation._meta.label_lower,
            object_id=str(reservation.pk),
            action=wanted,
        )
        .order_by("-occurred_at", "-pk")
        .first()
    )
    if entry is None:
        return None
    return Deed(
        who=entry.actor_label,
        at=entry.occurred_at,
        is_guest=entry.actor_kind in ("guest", "customer"),
    )
