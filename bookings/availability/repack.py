"""Making room by giving unlocked reservations other tables (rules 34-36).

A depth-first ejection search: the new party takes a seat, whoever is unlocked there is put out and
looks for another seat, possibly putting out somebody in turn. A party placed during the search is
not put out again, so the search ends, and without its budget it would be exhaustive. It is
deterministic: the same day and question always give the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bookings.availability.board import Board, Moved, Window
from bookings.availability.fits import Option

BUDGET = 120
"""Parties looked at per question before giving up."""


class _Seeker(NamedTuple):
    """A party that needs a seat during the search."""

    number: int  # position in Board.items; -1 is the new party
    window: Window
    options: Sequence[Option]
    least_tables: int


class Repacking:
    """One search over one board. The board itself is not changed."""

    def __init__(self, board: Board, *, budget: int = BUDGET) -> None:
        self._items = board.items
        self._hard = list(board.fixed)
        self._soft = [0] * len(board.fixed)
        self._sitting: list[list[int]] = [[] for _ in board.fixed]
        self._placed: dict[int, Option] = {}
        self._budget = budget
        for number, item in enumerate(board.items):
            for table in item.tables:
                self._soft[table] |= item.window.mask
                self._sitting[table].append(number)

    def seat(self, window: Window, options: Sequence[Option]) -> Moved | None:
        """The first way found to seat a party in a window, moving others, or None."""
        least = min((len(option.tables) for option in options), default=1)
        if not self._solve([_Seeker(-1, window, options, least)]):
            return None
        moves = tuple(
            (self._items[number], option)
            for number, option in sorted(self._placed.items())
            if number >= 0
        )
        return Moved(self._placed[-1], moves)

    def _solve(self, seekers: list[_Seeker]) -> bool:
        if not seekers:
            return True
        if self._budget <= 0:
            return False
        self._budget -= 1
        seeker = max(seekers, key=_urgency)
        rest = [other for other in seekers if other is not seeker]
        free, taken = self._choices(seeker)
        for option in free:
            if self._settle(seeker, option, (), rest):
                return True
            if not rest:
                break
        for blockers, option in taken:
            if self._settle(seeker, option, blockers, rest):
                return True
            if self._budget <= 0:
                return False
        return False

    def _choices(
        self, seeker: _Seeker
    ) -> tuple[list[Option], list[tuple[tuple[int, ...], Option]]]:
        """The options that are free now, and those others would have to leave, fewest first."""
        hard, soft, mask = self._hard, self._soft, seeker.window.mask
        free: list[Option] = []
        taken: list[tuple[tuple[int, ...], Option]] = []
        for option in seeker.options:
            is_soft = 0
            for table in option.tables:
                if hard[table] & mask:
                    break
                is_soft |= soft[table] & mask
            else:
                if is_soft:
                    taken.append((self._blockers(option, mask), option))
                else:
                    free.append(option)
        taken.sort(key=self._cost)
        return free, taken

    def _blockers(self, option: Option, mask: int) -> tuple[int, ...]:
        found = {
            number
            for table in option.tables
            for number in self._sitting[table]
            if self._items[number].window.mask & mask
        }
        return tuple(sorted(found))

    def _cost(self, choice: tuple[tuple[int, ...], Option]) -> tuple[int, int]:
        """Put out few parties, and small ones, which are easier to seat again."""
        blockers, _ = choice
        return len(blockers), sum(self._items[number].covers for number in blockers)

    def _settle(
        self, seeker: _Seeker, option: Option, blockers: tuple[int, ...], rest: list[_Seeker]
    ) -> bool:
        """Try one option, with all that follows from it; undo it if it leads nowhere."""
        for number in blockers:
            self._lift(number)
        for table in option.tables:
            self._hard[table] |= seeker.window.mask
        self._placed[seeker.number] = option
        out = [self._seeker(number) for number in blockers]
        if self._solve(rest + out):
            return True
        del self._placed[seeker.number]
        for table in option.tables:
            self._hard[table] &= ~seeker.window.mask
        for number in blockers:
            self._put_back(number)
        return False

    def _seeker(self, number: int) -> _Seeker:
        item = self._items[number]
        return _Seeker(number, item.window, item.options, item.least_tables)

    def _lift(self, number: int) -> None:
        item = self._items[number]
        for table in item.tables:
            self._sitting[table].remove(number)
            self._soft[table] &= ~item.window.mask

    def _put_back(self, number: int) -> None:
        item = self._items[number]
        for table in item.tables:
            self._sitting[table].append(number)
            self._soft[table] |= item.window.mask


def _urgency(seeker: _Seeker) -> tuple[int, int]:
    """The party with the fewest options first: it decides soonest whether a try is hopeless."""
    return -len(seeker.options), -seeker.number


def first_with_moves(board: Board, window: Window, options: tuple[Option, ...]) -> Moved | None:
    """The first seat found for which others move, or None; remembered on the board."""
    if not options:
        return None
    key = (window.start, window.length, options)
    if key not in board.repacked:
        board.repacked[key] = Repacking(board).seat(window, options)
    return board.repacked[key]


def seats_with_moves(board: Board, window: Window, options: tuple[Option, ...]) -> Iterator[Moved]:
    """Seats for which others move, one per option at most; the first as in `first_with_moves`."""
    found = first_with_moves(board, window, options)
    while found is not None:
        yield found
        tried = found.option
        options = tuple(option for option in options if option != tried)
        found = first_with_moves(board, window, options)
