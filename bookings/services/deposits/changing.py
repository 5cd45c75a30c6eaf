"""Another time or size for a booking that costs money: its terms stay, its deadlines move (rules
73, 77).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings import policies
from bookings.deposits import KIND_RANK, Kind, Terms
from bookings.errors import DepositDiffers
from bookings.loading import snapshot_of
from bookings.models import Reservation, Source
from bookings.selectors.deposits import deposit_rules_in_force, deposit_terms
from bookings.services.deposits.asking import deposit_agree, known_of
from bookings.services.deposits.records import has_deposit, is_withdrawn, terms_agreed
from bookings.services.records import is_guest
from reservehub.core.actors import Actor
from restaurants.models import Restaurant

NOT_BY_GUEST = frozenset(
    {
        *(Source.PHONE, Source.WALK_IN, Source.STAFF),
        *(Source.GOOGLE, Source.THEFORK, Source.PARTNER_API),
    }
)
"""Who came this way was booked by somebody else; only rules that name the channel hold."""


def deposit_check_change(
    restaurant: Restaurant, reservation: Reservation, *, table_ids: list[int], actor: Actor
) -> None:
    """A guest cannot change a booking into one that would cost more than was agreed; staff can, and
    the terms stay. The reservation has its new time and size already.

    :raises DepositDiffers: with the `terms` of the new one and the `phone`
    """
    if not is_guest(actor) or not snapshot_of(restaurant).deposit_rules:
        return
    rules = deposit_rules_in_force(restaurant)
    if not rules:
        return
    no_shows, tag_ids = known_of(reservation.guest_id, rules)
    terms = deposit_terms(
        restaurant=restaurant,
        service_date=reservation.service_date,
        starts_at=reservation.starts_at,
        service_period_id=reservation.service_period_id,
        party_size=reservation.party_size,
        area_id=_area_of(restaurant, reservation, table_ids),
        source=reservation.source,
        is_by_guest=reservation.source not in NOT_BY_GUEST,
        no_shows=no_shows,
        tag_ids=tag_ids,
        rules=rules,
    )
    if terms is not None and _is_dearer(terms, reservation):
        raise DepositDiffers(terms=terms, phone=str(restaurant.phone))


def _area_of(restaurant: Restaurant, reservation: Reservation, table_ids: list[int]) -> int | None:
    if reservation.area_preference_id is not None or not table_ids:
        return reservation.area_preference_id
    label = snapshot_of(restaurant).labels.get(table_ids[0])
    return label.area_id if label else None


def _is_dearer(terms: Terms, reservation: Reservation) -> bool:
    if not has_deposit(reservation) or is_withdrawn(reservation):
        return True
    agreed = terms_agreed(reservation)
    is_stricter = KIND_RANK[Kind(terms["kind"])] > KIND_RANK[Kind(agreed["kind"])]
    return is_stricter or terms["limit_minor"] > agreed["limit_minor"]


def deposit_move_deadline(reservation: Reservation, *, now: datetime) -> None:
    """The time until which money comes back moves with the start; moving out of the time in which
    it is kept does not dodge that (rule 73). The caller saves.
    """
    if not has_deposit(reservation):
        return
    terms = terms_agreed(reservation)
    old = datetime.fromisoformat(terms["refund_until"])
    cutoff = terms["cutoff_minutes"]
    if cutoff is None:
        until = reservation.cancel_deadline_at
    else:
        until = policies.deadline_after_move(
            new_deadline_at=reservation.starts_at - timedelta(minutes=cutoff),
            old_deadline_at=old,
            moved_at=now,
        )
    if until == old:
        return
    deposit_agree(reservation, {**terms, "refund_until": until.isoformat()})


def deposit_shift(reservation: Reservation, by: timedelta) -> None:
    """The clock of the restaurant was corrected (rule 10). The caller saves."""
    if not has_deposit(reservation):
        return
    terms = terms_agreed(reservation)
    until = datetime.fromisoformat(terms["refund_until"]) + by
    deposit_agree(reservation, {**terms, "refund_until": until.isoformat()})
