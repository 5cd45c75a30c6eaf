"""Where a party could sit, for the plan while the party is moved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bookings.models import Reservation
from bookings.services import PossibleSeat, tables_possible
from restaurants.models import Table
from staff.access import Desk
from staff.presenters.panels import name_of
from staff.presenters.refusals import legal_words, seat_text


def seats_for(desk: Desk, reservation: Reservation) -> dict[str, Any]:
    """By table: whether it is `best`, `yes`, `warn` (staff may insist) or `no`, the words for it,
    and the ids that are meant, where it is free only together with others.

    :raises TransitionRefused: if its visit is over
    """
    seats = tables_possible(reservation_id=reservation.pk, now=desk.now)
    ids = {one for seat in seats for one in seat.in_the_way}
    names = {
        found.pk: name_of(found)
        for found in Reservation.objects.filter(pk__in=ids).only("pk", "guest_name")
    }
    singles = [seat for seat in seats if seat.combo_id is None]
    joined = _joined(seats)
    best = _best(singles)
    size = reservation.actual_party_size or reservation.party_size
    return {
        "version": reservation.version,
        "party": f"{size} {name_of(reservation).split(' ', 1)[0]}",
        "tables": {
            str(seat.table_ids[0]): _seat(desk, seat, best, joined.get(seat.table_ids[0]), names)
            for seat in singles
        },
    }


def _joined(seats: list[PossibleSeat]) -> dict[int, PossibleSeat]:
    """By table, the smallest free combination it belongs to."""
    combos = [seat for seat in seats if seat.combo_id is not None and seat.is_possible]
    combos.sort(key=lambda seat: len(seat.table_ids), reverse=True)
    return {table_id: seat for seat in combos for table_id in seat.table_ids}


def _seat(
    desk: Desk,
    seat: PossibleSeat,
    best: int | None,
    joined: PossibleSeat | None,
    names: dict[int, str],
) -> dict[str, Any]:
    table_id = seat.table_ids[0]
    about: dict[str, Any] = {"legal": "no", "present": seat.is_present}
    if seat.is_possible:
        about |= {"legal": "best" if table_id == best else "yes"}
    elif joined is not None:
        text = _("free as %(tables)s") % {"tables": seat_text(desk, joined)}
        return about | {"legal": "yes", "text": text, "ids": list(joined.table_ids)}
    elif seat.is_overridable:
        about |= {"legal": "warn"}
    return about | {"text": legal_words(seat, names)}


def _best(singles: list[PossibleSeat]) -> int | None:
    """The smallest table that suits; of equals the first of the house (rule 32)."""
    ids = [seat.table_ids[0] for seat in singles if seat.is_possible and not seat.is_present]
    sizes = dict(Table.objects.filter(pk__in=ids).values_list("pk", "seats"))
    return min(ids, key=lambda pk: (sizes.get(pk, 99), pk), default=None)
