"""The questions: which slots, which tables, and if not, why not.

Nothing is offered that cannot be booked and nothing bookable is hidden: :func:`answer` calls a slot
available exactly if :func:`seatings` yields a seat for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from bookings.availability.asking import Asking, Place, View
from bookings.availability.board import Moved
from bookings.availability.calendar import instants_of
from bookings.availability.day import ServiceDay
from bookings.availability.fits import Option
from bookings.availability.model import Channel
from bookings.availability.question import Move, Query, Seat, Slot, SlotAnswer
from bookings.availability.reasons import Reason
from bookings.availability.repack import seats_with_moves

REASONABLE_WASTE = 2
"""A wish for an area or feature is not worth more empty seats than this (rule 27)."""


def answer(day: ServiceDay, query: Query) -> list[SlotAnswer]:
    """All slots of the day for one party, in order of time."""
    asking = Asking(day, query, step=day.prepared.step)
    return [_answer(asking, asking.view(slot), query.party_size) for slot in day.prepared.slots]


def answer_all(
    day: ServiceDay, query: Query, sizes: Iterable[int] = range(1, 13)
) -> dict[int, list[SlotAnswer]]:
    """All slots of the day for several party sizes; ``query.party_size`` is ignored."""
    asking = Asking(day, query, step=day.prepared.step)
    views = [asking.view(slot) for slot in day.prepared.slots]
    return {size: [_answer(asking, view, size) for view in views] for size in sizes}


def answer_slot(day: ServiceDay, query: Query, starts_at: datetime) -> SlotAnswer:
    """One start, which need not be a slot: the house may book between slots."""
    asking, view = _at(day, query, starts_at)
    return _answer(asking, view, query.party_size)


def answer_local(day: ServiceDay, query: Query, local: datetime, fold: int = 0) -> SlotAnswer:
    """One submitted local time; a time that the clock skips is refused, not shifted (rule 4)."""
    zone = day.prepared.config.rules.zone
    instants = instants_of(zone, local)
    if instants:
        return answer_slot(day, query, instants[min(fold, len(instants) - 1)])
    shifted = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
    return SlotAnswer(
        local_time=local.replace(tzinfo=None, fold=0),
        fold=0,
        starts_at=shifted,
        ends_at=shifted,
        occupied_until=shifted,
        period_id=None,
        available=False,
        reasons=(Reason.NONEXISTENT_TIME,),
        area_ids=(),
        tables_left=0,
        needs_moves=False,
        utc_offset="",
    )


def seatings(day: ServiceDay, query: Query, starts_at: datetime) -> Iterator[Seat]:
    """The seats to try for a party, best first by rule 32, then those that need others to move.

    Empty exactly if the slot is refused. A wish for an area or features goes before rule 32 among
    seats that waste little.
    """
    asking, view = _at(day, query, starts_at)
    finding = asking.find(view, query.party_size)
    if finding.reasons:
        return
    yield from _direct(asking, finding.places)
    if query.allows_moves:
        for place in finding.places:
            repacker, window = asking.repacker, place.stay.window
            for moved in seats_with_moves(repacker, window, place.options, place.allowed):
                yield _seat(moved.option, place, moved)


def _at(day: ServiceDay, query: Query, starts_at: datetime) -> tuple[Asking, View]:
    at = starts_at.astimezone(UTC)
    slot = day.prepared.slot_for(at)
    asking = Asking(day, query, step=day.prepared.step_for(at, query.minutes))
    return asking, asking.view(slot)


def _answer(asking: Asking, view: View, size: int) -> SlotAnswer:
    finding = asking.find(view, size)
    slot, reasons, places = view.slot, finding.reasons, finding.places
    if reasons and asking.query.channel is Channel.ONLINE:
        places = []  # guests are told the first cause; staff also want to know about tables
    left, area_ids, chosen = _free_tables(asking, places)
    moved: Moved | None = None
    if not left:
        for place in places:
            moved = asking.moved(place)
            if moved is not None:
                chosen, left = place, 1
                area_ids = () if moved.option.area_id is None else (moved.option.area_id,)
                break
        else:
            if places:
                reasons += tuple(asking.space_reasons(view, size))
    stay = asking.first_stay(view, size) if chosen is None else chosen.stay
    return SlotAnswer(
        slot.local_time,
        slot.fold,
        slot.starts_at,
        stay.ends_at,
        stay.occupied_until,
        slot.period.id or None,
        not reasons,
        reasons,
        area_ids,
        left,
        moved is not None,
        _offset_label(asking, slot) if slot.is_ambiguous else "",
    )


def _free_tables(asking: Asking, places: list[Place]) -> tuple[int, tuple[int, ...], Place | None]:
    """How many suitable tables are free, in which areas, and the first place that has one."""
    floor = asking.prepared.floor
    if len(places) == 1 and not places[0].options.combos:
        mask = places[0].singles
        return mask.bit_count(), floor.areas_of(mask), places[0] if mask else None
    left, combined, mask = 0, 0, 0
    chosen: Place | None = None
    for place in places:
        combos = place.free_combos()
        left += place.singles.bit_count()
        combined += len(combos)
        mask |= place.singles
        for option in combos:
            mask |= option.mask
        if chosen is None and (place.singles or combos):
            chosen = place
    return left or combined, floor.areas_of(mask), chosen


def _direct(asking: Asking, places: Iterable[Place]) -> Iterator[Seat]:
    """The free seats by rule 32, with the wishes of the guest before it."""
    ranked = [
        (
            _wishes_missed(asking, option),
            option.rank,
            asking.board.unusable_gaps(option, place.stay.window),
            option.tail,
            number,
        )
        for number, (place, option) in enumerate(_free(places))
    ]
    found = list(_free(places))
    for *_, number in sorted(ranked):
        place, option = found[number]
        yield _seat(option, place, None)


def _free(places: Iterable[Place]) -> Iterator[tuple[Place, Option]]:
    return ((place, option) for place in places for option in place.free())


def _wishes_missed(asking: Asking, option: Option) -> int:
    query, floor = asking.query, asking.prepared.floor
    if query.preferred_area_id is None and not query.preferred_features:
        return 0
    has = frozenset.intersection(*(floor.tables[number].features for number in option.tables))
    missed = len(query.preferred_features - has)
    missed += query.preferred_area_id not in {None, option.area_id}
    return (
        missed if option.waste <= REASONABLE_WASTE else missed + len(query.preferred_features) + 1
    )


def _seat(option: Option, place: Place, moved: Moved | None) -> Seat:
    return Seat(
        table_ids=option.table_ids,
        combo_id=option.combo_id,
        area_id=option.area_id,
        ends_at=place.stay.ends_at,
        occupied_until=place.stay.occupied_until,
        moves=()
        if moved is None
        else tuple(
            Move(item.reservation_id, item.table_ids, to.table_ids) for item, to in moved.moves
        ),
    )


def _offset_label(asking: Asking, slot: Slot) -> str:
    """The UTC offset of a slot, such as ``+02:00``."""
    local = slot.starts_at.astimezone(asking.prepared.config.rules.zone)
    return local.isoformat()[-6:]
