"""Re-packing a whole service (rules 34-36): propose, look, apply."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction

from bookings.availability import Move
from bookings.errors import TableTaken
from bookings.loading import load_day
from bookings.optimise import propose
from bookings.services.placing import moves_apply, tables_changed_record
from bookings.services.records import restaurant_for_booking
from reservehub.core.actors import Actor
from reservehub.core.locks import advisory_day_lock


class Optimisation(NamedTuple):
    """What a re-pack would do or did.

    `moves` also hold parties that had no table (`from_tables` empty) and now get one; `unseated`
    are the ids of those for whom there is none.
    """

    moves: tuple[Move, ...]
    unseated: tuple[int, ...]
    covers_before: int
    covers_after: int
    is_applied: bool


@transaction.atomic
def service_optimise(
    *, restaurant_id: int, date: date, apply: bool, actor: Actor, now: datetime
) -> Optimisation:
    """Propose better tables for the unlocked reservations of a service date; with `apply` do it,
    all or nothing.

    Locked and seated parties stay; nobody who has a table loses it.

    :raises TableTaken: if the day changed while it was applied; ask again
    """
    restaurant = restaurant_for_booking(restaurant_id)
    if apply:
        advisory_day_lock(restaurant_id, [date])
    day = load_day(restaurant, date, now=now)
    proposal = propose(day.service, now=now)
    result = Optimisation(
        moves=(*proposal.moves, *proposal.seated),
        unseated=proposal.unseated,
        covers_before=proposal.before.covers,
        covers_after=proposal.after.covers,
        is_applied=apply,
    )
    if apply and result.moves:
        rows = moves_apply(restaurant=restaurant, day=day, moves=result.moves, now=now)
        if rows is None:
            raise TableTaken
        tables_changed_record(rows, moves=result.moves, now=now, actor=actor)
    return result
