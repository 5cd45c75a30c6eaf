"""Making room by giving unlocked reservations other tables (rules 34-36).

First the usual case, one reservation that goes to a free table; then, if a seat could be had at all
at every moment (:mod:`bookings.availability.room`), a bounded search for a chain of moves. What is
found depends on the board and the party only, never on what was asked before: whoever asks, in
whatever order, is given the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from operator import itemgetter

from bookings.availability.board import Board, Moved, Window
from bookings.availability.chains import NEWCOMER, Chain, Exhaustive, Seeker, Way
from bookings.availability.fits import Options
from bookings.availability.room import Room
from bookings.availability.sitting import Held, Sitting

MOVES = 10
"""Reservations moved at most to seat one party."""

LOOKS = 60
"""Parties looked at in one search."""

SMALL_DAY = 8
"""With so few reservations to move, everything is tried."""

LOOKS_ON_SMALL_DAY = 600

_cost = itemgetter(0)


class Repacker:
    """Searches over one board, which is not changed."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._items = board.items
        self._sitting = Sitting(board)
        self._easiest: dict[int, tuple[Way, ...]] = {}
        self._seekers: dict[int, Seeker] = {}
        self._memo: dict[tuple[object, ...], Moved | None] = {}

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
            self._memo[key] = self._with_one_move(here) or self._search(window, here, options)
        return self._memo[key]

    @cached_property
    def _room(self) -> Room:
        return Room(self._board)

    def _with_one_move(self, here: Held) -> Moved | None:
        """The usual case, quickly: one reservation goes to a table that is free."""
        for sitting, option in here:
            if not sitting & (sitting - 1):
                number = sitting.bit_length() - 1
                instead = self._sitting.free_seat(number, option.mask)
                if instead is not None:
                    return Moved(option, ((self._items[number], instead),))
        return None

    def _search(self, window: Window, here: Held, options: Options) -> Moved | None:
        search: Chain | Exhaustive
        if len(self._items) <= SMALL_DAY:
            search = Exhaustive(self._seeker, looks=LOOKS_ON_SMALL_DAY)
        elif not self._room.has_seats(window, options.least_seats):
            return None
        else:
            search = Chain(self._seeker, moves=MOVES, looks=LOOKS)
            closed = ~self._room.tables(window)
            here = [(sitting, option) for sitting, option in here if not option.mask & closed]
        if not here or not search.seat(Seeker(NEWCOMER, window.mask, self._ways(here))):
            return None
        seats = {number: option for number, _, _, option in search.taken}
        option = seats.pop(NEWCOMER)
        return Moved(
            option, tuple([(self._items[number], seats[number]) for number in sorted(seats)])
        )

    def _seeker(self, number: int) -> Seeker:
        found = self._seekers.get(number)
        if found is None:
            item = self._items[number]
            held = self._sitting.in_the_way(item.window, item.options)
            ways = self._easiest.get(id(held))
            if ways is None:
                ways = self._easiest[id(held)] = self._ways(held)
            found = self._seekers[number] = Seeker(number, item.window.mask, ways)
        return found

    def _ways(self, held: Held) -> tuple[Way, ...]:
        """Seats with who sits there, that which is easiest to clear first."""
        moves_for = self._sitting.moves_for
        ways = [(moves_for[sitting], option.mask, sitting, option) for sitting, option in held]
        ways.sort(key=_cost)
        return tuple(ways)


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
