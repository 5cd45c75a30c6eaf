"""Reservations, as far as the asker may see them.

Views and API reach reservations only through here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.urls import reverse

from bookings.links import manage_token, new_link
from bookings.loading import TableLabel, snapshot_of
from bookings.models import Occupancy, Reservation
from guests.identity import BadEmail, normalise_email
from reservehub.core.errors import NotFound
from reservehub.core.tokens import hash_token
from restaurants.models import Restaurant, Table
from restaurants.permissions import Capability
from restaurants.selectors import restaurants_visible_to

if TYPE_CHECKING:
    from accounts.models import User


def _whole() -> QuerySet[Reservation]:
    return Reservation.objects.select_related("restaurant__policy", "area_preference")


def reservation_by_manage_token(token: str) -> Reservation:
    """:raises NotFound: for a token that opens nothing (any more)"""
    reservation = _whole().filter(manage_token_hash=hash_token(token)).first()
    if reservation is None:
        raise NotFound
    return reservation


def reservation_by_view_token(token: str) -> Reservation:
    """The reservation for looking only (rule 76).

    :raises NotFound: for a token that opens nothing (any more)
    """
    reservation = _whole().filter(view_token_hash=hash_token(token)).first()
    if reservation is None:
        raise NotFound
    return reservation


def reservation_version_by_link(token: str) -> tuple[int, int]:
    """Id and version behind a link to manage or to look.

    :raises NotFound: for a token that opens nothing (any more)
    """
    found = (
        Reservation.objects.filter(
            Q(manage_token_hash=hash_token(token)) | Q(view_token_hash=hash_token(token))
        )
        .values_list("pk", "version")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def reservation_lookup(*, reference: str, email: str) -> Reservation:
    """By reference and the e-mail of the booking; one answer for every mismatch, so that nothing
    can be guessed.

    :raises NotFound: if they do not belong together
    """
    try:
        address = normalise_email(email)
    except BadEmail:
        raise NotFound from None
    found = (
        _whole()
        .filter(reference=reference.strip().upper(), guest_email=address)
        .exclude(guest_email="")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def reservations_visible_to(
    user: User, capability: Capability = Capability.VIEW_BOOK
) -> QuerySet[Reservation]:
    """The reservations of the restaurants where the user has a capability."""
    return _whole().filter(restaurant__in=restaurants_visible_to(user, capability))


def reservations_of_customer(user: User) -> QuerySet[Reservation]:
    """A customer's own bookings, latest first.

    Those made while logged in, and those of guests that a verified e-mail links to the account.
    """
    own = Q(customer=user) | Q(guest__user=user)
    return _whole().filter(own).order_by("-starts_at", "-id")


def tables_of(reservations: Iterable[Reservation]) -> dict[int, list[Table]]:
    """The tables of some reservations by reservation id; one query."""
    found: dict[int, list[Table]] = {reservation.pk: [] for reservation in reservations}
    rows = (
        Occupancy.objects.filter(reservation__in=list(found))
        .select_related("table__area")
        .order_by("table_id")
    )
    for row in rows:
        if row.reservation_id is not None:
            found[row.reservation_id].append(row.table)
    return found


def labels_of(restaurant: Restaurant, table_ids: Iterable[int]) -> list[TableLabel] | None:
    """The names of tables of a restaurant, from what is kept of it; None if it knows one of them
    not (any more).
    """
    labels = snapshot_of(restaurant).labels
    ids = list(table_ids)
    return [labels[i] for i in ids] if all(i in labels for i in ids) else None


def manage_token_of(reservation: Reservation) -> str:
    """The token of the manage link; derived, never stored."""
    return manage_token(reservation.link_nonce)


def view_token_of(reservation: Reservation) -> str:
    """The token of the link for looking only."""
    return new_link(reservation.link_nonce).view_token


def manage_path(reservation: Reservation) -> str:
    """The path of the guest's page of this booking."""
    return reverse("bookings:manage", args=[manage_token_of(reservation)])
