"""Re-pack a whole service: propose better tables for all unlocked reservations (rules 32-36).

Pure and deterministic. Locked and seated parties stay. Nobody who has a table loses it, and the
proposal is never worse than the present: where nothing better is found it is empty.

First everybody is seated in the order of rule 35. Those who find nothing are then seated by a
weighted ejection search: a party takes the seat whose holders weigh least, they look for another,
and whoever keeps being left over grows heavier, which lets the search out of dead ends (the idea
of Morris, "The breakout method for escaping from local minima", 1993). At last single moves and
exchanges reduce combinations and wasted seats.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bookings.availability import Move, ServiceDay
from bookings.availability.board import Board, Item
from bookings.availability.fits import Option
from bookings.availability.plan import Plan, Stay

EFFORT = 8_000
"""Ejections tried at most for a whole service, besides 100 for each reservation."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good an assignment is: seated covers first, then the order of rule 32."""

    covers: int
    parties: int
    combos: int
    wasted_seats: int
    tables: int
    unusable_gaps: int

    @property
    def rank(self) -> tuple[int, ...]:
        """Larger is better."""
        return (
            self.covers, self.parties, -self.combos, -self.wasted_seats, -self.tables,
            -self.unusable_gaps,
        )  # fmt: skip


class Proposal(NamedTuple):
    """Who should move where. ``seated`` are those without a table who would get one."""

    moves: tuple[Move, ...]
    seated: tuple[Move, ...]
    unseated: tuple[int, ...]
    before: Score
    after: Score

    @property
    def is_better(self) -> bool:
        """Whether there is anything to propose."""
        return bool(self.moves or self.seated)


def propose(day: ServiceDay, *, now: datetime, effort: int = EFFORT) -> Proposal:
    """Propose an assignment of all unlocked and unassigned reservations that is no worse.

    The reservations without a :class:`Busy` row are the unassigned ones.
    """
    board = day.board_at(now)
    stays = [_stay(board, item) for item in (*board.items, *board.unassigned)]
    present = Plan(stays)
    for number, stay in enumerate(stays):
        if stay.present is not None:
            present.put(number, stay.present)
    before = _score(board, present)
    best = max(
        _attempts(present, effort + 100 * len(stays)),
        key=lambda plan: _score(board, plan).rank,  # the first of equals: the present one
    )
    return _proposal(present, best, before, _score(board, best))


def _attempts(present: Plan, effort: int) -> Iterator[Plan]:
    """The present plan, and whatever seats everybody who has a seat now."""
    yield present
    kept = present.copy()
    kept.seat_everybody(effort)
    kept.improve()
    yield kept
    fresh = Plan(present.stays)
    fresh.fill()
    fresh.seat_everybody(effort)
    fresh.improve()
    if all(fresh.at[number] is not None for number in present.seated()):
        yield fresh


def _stay(board: Board, item: Item) -> Stay:
    """A reservation as the search sees it; seats that something immovable bars are left out."""
    window = item.window.mask
    usable = tuple(
        option
        for option in item.options
        if not any(board.fixed[table] & window for table in option.tables)
    )
    present = None
    if item.tables:
        known = [option for option in item.options if option.mask == item.mask]
        present = known[0] if known else _stranded(item)
    return Stay(item, window, usable, present)


def _stranded(item: Item) -> Option:
    """The seat of a party that by now no rule would give it (rule 17): kept if need be."""
    return Option(
        mask=item.mask,
        tables=item.tables,
        table_ids=item.table_ids,
        combo_id=None,
        area_id=None,
        waste=0,
        rank=(len(item.tables) > 1, 0, len(item.tables), 1),
        tail=(0, item.table_ids[0], 0),
    )


def _score(board: Board, plan: Plan) -> Score:
    seated = [(plan.stays[number], plan.option_of(number)) for number in plan.seated()]
    busy = list(board.fixed)
    for stay, option in seated:
        for table in option.tables:
            busy[table] |= stay.window
    return Score(
        covers=sum(stay.item.covers for stay, _ in seated),
        parties=len(seated),
        combos=sum(len(option.tables) > 1 for _, option in seated),
        wasted_seats=sum(option.waste for _, option in seated),
        tables=sum(len(option.tables) for _, option in seated),
        unusable_gaps=sum(
            board.unusable_gaps(option, stay.item.window, busy) for stay, option in seated
        ),
    )


def _proposal(present: Plan, best: Plan, before: Score, after: Score) -> Proposal:
    moves: list[Move] = []
    seated: list[Move] = []
    for number in best.seated():
        item, option = best.stays[number].item, best.option_of(number)
        if option.mask != item.mask:
            move = Move(item.reservation_id, item.table_ids, option.table_ids)
            (moves if item.tables else seated).append(move)
    unseated = _ids(best.stays, (n for n, option in enumerate(best.at) if option is None))
    if best is present:
        return Proposal((), (), unseated, before, before)
    return Proposal(tuple(moves), tuple(seated), unseated, before, after)


def _ids(stays: Sequence[Stay], numbers: Iterator[int]) -> tuple[int, ...]:
    return tuple(stays[number].item.reservation_id for number in numbers)
