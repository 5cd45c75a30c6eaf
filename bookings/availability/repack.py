"""Making room by giving unlocked reservations other tables (rules 34-36).

An ejection search: the new party takes a seat, whoever is unlocked there is put out and looks for
another seat, possibly putting out somebody in turn. A party placed during the search is not put out
again, so the search ends, and without its budget it is exhaustive. It is deterministic: the same
day and question always give the same answer.

Reservations are bits of a mask, in the order of ``Board.items``.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter
from typing import NamedTuple

from bookings.availability.board import Board, Moved, Window
from bookings.availability.fits import Option

CHAINS = ((6, 40),)
"""Moves allowed and parties looked at in each attempt.

On crowded days of 40 tables this finds 95 to 100 % of the room that ten times the patience finds;
four moves and 24 parties take two thirds of the time and find 83 to 100 %.
"""

SMALL_DAY = 8
EXHAUSTIVE = (SMALL_DAY, 600)
"""With so few reservations to move, one more attempt tries everything."""

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
        self._fixed = board.fixed
        self._sitting: list[list[tuple[int, int]]] = [[] for _ in board.fixed]
        for number, item in enumerate(board.items):
            for table in item.tables:
                self._sitting[table].append((item.window.mask, 1 << number))
        self._sitting_at_window: dict[int, dict[int, int]] = {}
        self._seekers: dict[int, _Seeker] = {}
        self._memo: dict[tuple[int, ...], Moved | None] = {}
        self._easy = 0  # who can simply go elsewhere, as far as known
        self._known = 0
        self._budget = 0
        is_small = len(board.items) <= SMALL_DAY
        self._attempts = (*CHAINS, EXHAUSTIVE) if is_small else CHAINS

    def seat(self, window: Window, options: tuple[Option, ...]) -> Moved | None:
        """The first way found to seat a party in a window, moving others, or None."""
        key = (window.start, window.length, *[option.mask for option in options])
        if key not in self._memo:
            self._memo[key] = self._search(window, options)
        return self._memo[key]

    def _search(self, window: Window, options: tuple[Option, ...]) -> Moved | None:
        newcomer = _Seeker(NEWCOMER, window.mask, self._ways(window.mask, options, 0))
        if not newcomer.ways:
            return None
        simple = self._with_one_move(newcomer)
        if simple is not None:
            return simple
        for moves, budget in self._attempts:
            self._budget = budget
            found = self._solve((newcomer,), moves, 0, None)
            if found is not None:
                return self._outcome(found)
        return None

    def _with_one_move(self, newcomer: _Seeker) -> Moved | None:
        """The usual case, quickly: one reservation goes to a table that is free."""
        for _, mask, sitting, option in newcomer.ways:
            if sitting and not sitting & (sitting - 1):
                item = self._items[sitting.bit_length() - 1]
                instead = item.free_elsewhere(mask)
                if instead is not None:
                    return Moved(option, ((item, instead),))
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
            window = item.window.mask
            ways = self._ways(window, item.options, 1 << number)
            found = self._seekers[number] = _Seeker(number, window, ways)
        return found

    def _ways(self, window: int, options: tuple[Option, ...], own: int) -> tuple[_Way, ...]:
        sitting_at = self._sitting_at_window.setdefault(window, {})
        found: list[_Way] = []
        for option in options:
            sitting = 0
            for table in option.tables:
                here = sitting_at.get(table)
                if here is None:
                    here = sitting_at[table] = self._sitting_at(table, window)
                sitting |= here
            if sitting >= 0:
                sitting &= ~own
                found.append((self._moves_for(sitting), option.mask, sitting, option))
        found.sort(key=_least)
        return tuple(found)

    def _sitting_at(self, table: int, window: int) -> int:
        """Who sits at a table during a window; -1 if something immovable does."""
        if self._fixed[table] & window:
            return -1
        found = 0
        for mask, bit in self._sitting[table]:
            if mask & window:
                found |= bit
        return found

    def _moves_for(self, numbers: int) -> int:
        """The moves it takes at least to put these out: one, or two if others must go for them."""
        unknown = numbers & ~self._known
        self._known |= numbers
        while unknown:
            lowest = unknown & -unknown
            if self._items[lowest.bit_length() - 1].free_elsewhere() is not None:
                self._easy |= lowest
            unknown ^= lowest
        return numbers.bit_count() + (numbers & ~self._easy).bit_count()


def seats_with_moves(
    repacker: Repacker, window: Window, options: tuple[Option, ...]
) -> Iterator[Moved]:
    """Seats for which others move, one per option at most."""
    found = repacker.seat(window, options)
    while found is not None:
        yield found
        tried = found.option
        options = tuple(option for option in options if option != tried)
        found = repacker.seat(window, options)
