"""Who is offered a table that became free (rule 87). Pure: no database and no clock.

Priority comes first, then a wish for exactly this time, then who joined earlier, then who wastes
fewer seats. For a while the larger parties come before this order: a table for four goes to three
or four people before it goes to two, as a party of four could otherwise be passed over for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

FILLS = 1
"""A party that leaves at most so many seats empty fills the table."""


@dataclass(frozen=True, slots=True)
class Chance:
    """The best place one entry could have now.

    `until` is when its tables would be free again; `may_yield` that larger parties come first yet.
    """

    entry_id: int
    priority: int
    joined_at: datetime
    party_size: int
    is_exact: bool
    starts_at: datetime
    until: datetime
    table_ids: frozenset[int]
    seats: int
    may_yield: bool = True

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
    """Whether a larger party, of no lower priority, needs the table this one would half use."""
    return (
        chance.may_yield
        and not chance.fills
        and any(
            other.fills
            and other.party_size > chance.party_size
            and other.priority >= chance.priority
            and other.competes_with(chance)
            for other in others
        )
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


def choose(chances: Sequence[Chance]) -> Choice | None:
    """Who is offered a table first; None if nobody has a chance."""
    if not chances:
        return None
    yielding = {chance.entry_id for chance in chances if gives_way(chance, chances)}
    best = min(chances, key=lambda c: order_key(c, yields=c.entry_id in yielding))
    return Choice(best, any(gives_way(chance, [best]) for chance in chances))


class Behind(StrEnum):
    """What put somebody with a chance of their own behind the one who was chosen."""

    PRIORITY = "priority"
    LARGER_PARTY_FIRST = "larger_party_first"
    EXACT_TIME_FIRST = "exact_time_first"


def why_behind(chance: Chance, chosen: Chance) -> Behind | None:
    """None for those who are behind only because they joined later."""
    if chosen.priority > chance.priority:
        return Behind.PRIORITY
    if gives_way(chance, [chosen]):
        return Behind.LARGER_PARTY_FIRST
    if chosen.is_exact and not chance.is_exact:
        return Behind.EXACT_TIME_FIRST
    return None
