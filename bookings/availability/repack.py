"""Making room by giving unlocked reservations other tables (rules 34-36).

An ejection search: the new party takes a seat, whoever is unlocked there is put out and looks for
another seat, possibly putting out somebody in turn. A party placed during the search is not put out
again, so the search ends, and without its budget it is exhaustive. It is deterministic: the same
day and question always give the same answer.

Reservations are bits of a mask, in the order of ``Board.items``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter
from typing import NamedTuple

from bookings.availability.board import Board, Moved, Window
from bookings.availability.fits import Option, Options
from bookings.availability.sitting import Sitting

CHAINS = ((6, 40),)
"""Moves allowed and parties looked at in each attempt.

Less patience costs offers and gains little: on the day of 120 bookings in ``bench.engine``,
``(4, 24)`` makes 208 offers instead of 237 and takes about as long.
"""

SMALL_DAY = 8
EXHAUSTIVE = (SMALL_DAY, 600)
"""With so few reservations to move, one more attempt tries everything."""

STEPS = 5
"""Longer chains than this are not told apart."""
NEVER = 1_000
"""More moves than any search allows: somebody cannot leave at all."""

NEWCOMER = -1


_Way = tuple[int, int, int, Option]
"""An option that nothing immovable bars: the moves it would take at least, its tables and who sits
there to begin with."""


_Choice = tuple[int, int, Option]
"""The moves it takes at least, who is put out, for which seat."""

_least = itemgetter(0)


class _Seeker(NamedTuple):
    """A party that needs a seat during the search."""

    number: int  # position in Board.items, or NEWCOMER
    window: int
    ways: tuple[_Way, ...]


class _Placed(NamedTuple):
    """A party placed during the search, with those placed before it."""

    seeker: int
    window: int
    option: Option
    before: _Placed | None


class Repacker:
    """Searches over one board, which is not changed."""

    def __init__(self, board: Board) -> None:
        self._items = board.items
        self._sitting = Sitting(board)
        self._seekers: dict[int, _Seeker] = {}
        self._memo: dict[tuple[object, ...], Moved | None] = {}
        self._budget = 0
        self._is_small = len(board.items) <= SMALL_DAY
        self._attempts = (*CHAINS, EXHAUSTIVE) if self._is_small else CHAINS
        self._costs: dict[int, int] = {}

    def seat(
        self, window: Window, options: Options, allowed: int, tried: tuple[int, ...] = ()
    ) -> Moved | None:
        """The first way found to seat a party in a window, moving others, or None.

        ``allowed`` is the mask of the tables it may have, ``tried`` masks of options to leave out.
        """
        key = (window.start, window.length, options.masks, allowed, tried)
        if key not in self._memo:
            here = [
                (sitting, option)
                for sitting, option in self._sitting.in_the_way(window, options.every)
                if sitting and not option.mask & ~allowed and option.mask not in tried
            ]
            self._memo[key] = self._search(window, here) if here else None
        return self._memo[key]

    def _search(self, window: Window, here: list[tuple[int, Option]]) -> Moved | None:
        simple = self._with_one_move(here)
        if simple is not None:
            return simple
        newcomer = _Seeker(NEWCOMER, window.mask, self._ways(here))
        if not newcomer.ways:
            return None
        for moves, budget in self._attempts:
            self._budget = budget
            found = self._solve((newcomer,), moves, 0, None)
            if found is not None:
                return self._outcome(found)
        return None

    def _with_one_move(self, here: list[tuple[int, Option]]) -> Moved | None:
        """The usual case, quickly: one reservation goes to a table that is free."""
        for sitting, option in here:
            if not sitting & (sitting - 1):
                number = sitting.bit_length() - 1
                instead = self._sitting.free_seat(number, option.mask)
                if instead is not None:
                    return Moved(option, ((self._items[number], instead),))
        return None

    def _outcome(self, last: _Placed) -> Moved:
        """Read off what was found."""
        placed: _Placed | None = last
        seats: dict[int, Option] = {}
        while placed is not None:
            seats[placed.seeker] = placed.option
            placed = placed.before
        option = seats.pop(NEWCOMER)
        return Moved(
            option, tuple((self._items[number], seats[number]) for number in sorted(seats))
        )

    def _solve(
        self, seekers: tuple[_Seeker, ...], moves: int, lifted: int, placed: _Placed | None
    ) -> _Placed | None:
        """Seat all seekers with at most so many more moves, the hardest to seat first."""
        self._budget -= len(seekers)
        if self._budget < 0:
            return None
        chosen, choices, least_of_all = seekers[0], None, 0
        for seeker in seekers:
            found = self._choices(seeker, moves, lifted, placed)
            if not found:
                return None
            least_of_all += found[0][0]
            if choices is None or len(found) < len(choices):
                chosen, choices = seeker, found
        if choices is None or least_of_all > moves:
            return None
        rest = tuple([other for other in seekers if other is not chosen])
        for _, put_out, option in choices:
            now = _Placed(chosen.number, chosen.window, option, placed)
            if not rest and not put_out:
                return now
            out = self._put_out(put_out)
            done = self._solve(rest + out, moves - len(out), lifted | put_out, now)
            if done is not None or self._budget < 0:
                return done
        return None

    def _choices(
        self, seeker: _Seeker, moves: int, lifted: int, placed: _Placed | None
    ) -> list[_Choice]:
        """What a party may take now, that which puts out fewest and easiest first."""
        window, barred = seeker.window, 0
        while placed is not None:
            if placed.window & window:
                barred |= placed.option.mask
            placed = placed.before
        found: list[_Choice] = []
        limit = moves + 2 * lifted.bit_count()  # each of those lifted saves two moves at most
        for least, mask, sitting, option in seeker.ways:
            if least > limit:
                break
            if mask & barred:
                continue
            if sitting & lifted:
                put_out = sitting & ~lifted
                least_now = self._moves_for(put_out)
                if least_now <= moves:
                    found.append((least_now, put_out, option))
            elif least <= moves:
                found.append((least, sitting, option))
        if lifted:
            found.sort(key=_least)
        return found

    def _put_out(self, numbers: int) -> tuple[_Seeker, ...]:
        out = []
        while numbers:
            lowest = numbers & -numbers
            out.append(self._seeker(lowest.bit_length() - 1))
            numbers ^= lowest
        return tuple(out)

    def _seeker(self, number: int) -> _Seeker:
        found = self._seekers.get(number)
        if found is None:
            item = self._items[number]
            here = self._sitting.in_the_way(item.window, item.options, 1 << number)
            found = _Seeker(number, item.window.mask, self._ways(here))
            self._seekers[number] = found
        return found

    def _ways(self, here: list[tuple[int, Option]]) -> tuple[_Way, ...]:
        found = [
            (self._moves_for(sitting), option.mask, sitting, option) for sitting, option in here
        ]
        found.sort(key=_least)
        return tuple([way for way in found if way[0] < NEVER])

    def _moves_for(self, numbers: int) -> int:
        """The moves it takes at least to put these out."""
        found = self._costs.get(numbers)
        if found is None:
            found = numbers.bit_count()
            for can in self._steps:
                found += (numbers & ~can).bit_count()
            if not self._is_small and numbers & ~self._steps[-1]:
                found = NEVER
            self._costs[numbers] = found
        return found

    @cached_property
    def _steps(self) -> list[int]:
        """Who can leave in so many moves; on small days no more than one is told from two."""
        return self._sitting.by_steps(1 if self._is_small else STEPS)


def seats_with_moves(
    repacker: Repacker, window: Window, options: Options, allowed: int
) -> Iterator[Moved]:
    """Seats for which others move, one per option at most."""
    tried: tuple[int, ...] = ()
    found = repacker.seat(window, options, allowed)
    while found is not None:
        yield found
        tried = (*tried, found.option.mask)
        found = repacker.seat(window, options, allowed, tried)
