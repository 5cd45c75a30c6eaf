"""Who is offered a table that became free (rule 87). Pure: no database and no clock.

Priority comes first, then a wish for exactly this time, then who joined earlier, then who wastes
fewer seats. For a while the larger parties come before this order: a table for four goes to three
or four people before it goes to two, as a party of four could otherwise be passed over for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

FILLS = 1
"""A party that leaves at most so many seats empty fills the table."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The best place one entry could have now. `until` is when its tables would be free again."""

    entry_id: int
    priority: int
    joined_at: datetime
    party_size: int
    is_exact: bool
    starts_at: datetime
    until: datetime
    table_ids: frozenset[int]
    seats: int

    @property
    def waste(self) -> int:
        return max(0, self.seats - self.party_size)

    @property
    def fills(self) -> bool:
        return self.waste <= FILLS

    def competes_with(self, other: Chance) -> bool:
        """Whether both need one table at one time."""
        return (
            bool(self.table_ids & other.table_ids)
            and self.starts_at < other.until
            and other.starts_at < self.until
        )


class Choice(NamedTuple):
    """Who is next. `shares` tells that smaller parties wait for the same table, so that the first
    half of the window is all there is (rule 87).
    """

    chance: Chance
    shares: bool


def gives_way(chance: Chance, others: Sequence[Chance]) -> bool:
    """Whether a larger party, of no lower priority, needs the table that this one would half use."""
    return not chance.fills and any(
        other.fills
        and other.party_size > chance.party_size
        and other.priority >= chance.priority
        and other.competes_with(chance)
        for other in others
    )


Key = tuple[int, bool, bool, datetime, int, int]


def order_key(chance: Chance, *, yields: bool) -> Key:
    """Sorts chances: the smallest comes first."""
    return (
        -chance.priority,
        yields,
        not chance.is_exact,
        chance.joined_at,
        chance.waste,
        chance.entry_id,
    )


def choose(chances: Sequence[Chance], *, larger_first: bool) -> Choice | None:
    """Who is offered a table first; None if nobody has a chance."""
    if not chances:
        return None
    yielding = {c.entry_id for c in chances if larger_first and gives_way(c, chances)}
    best = min(chances, key=lambda c: order_key(c, yields=c.entry_id in yielding))
    shares = any(
        other.entry_id in yielding and other.competes_with(best) and best.fills for other in chances
    )
    return Choice(best, shares)


class Passed(NamedTuple):
    """Why a chance was not taken, as facts about it and the one that was."""

    has_lower_priority: bool
    gave_way: bool
    is_less_exact: bool


def passed_over(other: Chance, winner: Chance, *, larger_first: bool) -> Passed:
    """What put somebody behind the winner."""
    return Passed(
        has_lower_priority=winner.priority > other.priority,
        gave_way=larger_first and gives_way(other, [winner]),
        is_less_exact=winner.is_exact and not other.is_exact,
    )
