"""A quick proof that no re-packing can help: too many parties need the same tables at once.

Hall's condition, moment by moment. Start from the tables the new party could use; whoever sits
there could go wherever suits them; and so on until the set is closed. Everybody found must sit in
that set whatever is moved: if they need more tables than it has, the party cannot be seated.
"""

from __future__ import annotations

from collections.abc import Sequence

from bookings.availability.board import Item, Window
from bookings.availability.fits import Option


class Crowding:
    """The moments of a day at which somebody comes or goes, and who is there then."""

    def __init__(self, items: Sequence[Item], fixed: Sequence[int]) -> None:
        self._items = items
        self._fixed = fixed
        self._cells = self._changes()
        self._present: dict[int, tuple[int, int, list[Item]]] = {}
        self._wishes: dict[int, tuple[int, int]] = {}

    def forbids(self, window: Window, options: tuple[Option, ...]) -> bool:
        """Whether a party with these options certainly cannot be seated in a window."""
        union, need = self._live(window.mask, options)
        if not union:
            return True
        end = window.start + window.length
        moments = [cell for cell in self._cells if window.start < cell < end]
        return any(self._is_full(cell, union, need) for cell in (window.start, *moments))

    def _is_full(self, cell: int, union: int, need: int) -> bool:
        free, fixed, present = self._at(cell)
        reach = union
        if (reach & free).bit_count() >= need:
            return False
        outside, inside = present, 0
        while True:
            met = [item for item in outside if item.mask & reach]
            if not met:
                break
            outside = [item for item in outside if not item.mask & reach]
            for item in met:
                wishes, least = self._wishes_of(item)
                reach |= wishes
                inside += least
            if (reach & free).bit_count() >= need:
                return False
        return (reach & ~fixed).bit_count() < inside + need

    def _at(self, cell: int) -> tuple[int, int, list[Item]]:
        """The free tables, those that are not to have, and who is present and movable."""
        found = self._present.get(cell)
        if found is None:
            fixed = sum(1 << number for number, mask in enumerate(self._fixed) if mask >> cell & 1)
            present = [item for item in self._items if item.window.mask >> cell & 1]
            sat = 0
            for item in present:
                sat |= item.mask
            everything = (1 << len(self._fixed)) - 1
            found = self._present[cell] = (everything & ~fixed & ~sat, fixed, present)
        return found

    def _wishes_of(self, item: Item) -> tuple[int, int]:
        """The tables an item could have, its own included, and the least number it needs."""
        found = self._wishes.get(item.reservation_id)
        if found is None:
            union, need = self._live(item.window.mask, item.options)
            need = min(need, len(item.tables)) if union else len(item.tables)
            found = self._wishes[item.reservation_id] = (union | item.mask, need)
        return found

    def _live(self, mask: int, options: Sequence[Option]) -> tuple[int, int]:
        """The union of the options that nothing immovable bars, and the fewest tables of one."""
        fixed, union, need = self._fixed, 0, 0
        for option in options:
            if not any(fixed[table] & mask for table in option.tables):
                union |= option.mask
                if not need or len(option.tables) < need:
                    need = len(option.tables)
        return union, need

    def _changes(self) -> list[int]:
        """The cells at which somebody arrives or leaves."""
        cells = set()
        for item in self._items:
            cells |= {item.window.start, item.window.start + item.window.length}
        for mask in self._fixed:
            changes = mask ^ (mask << 1)
            while changes:
                lowest = changes & -changes
                cells.add(lowest.bit_length() - 1)
                changes ^= lowest
        return sorted(cells)
