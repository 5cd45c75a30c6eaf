"""Which tables and combinations suit a party, in the order of preference (rules 26-32, 38)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bookings.availability.model import Channel, ComboSpec, DayConfig, TableSpec


class Option(NamedTuple):
    """A table or combination that suits a party, with its place in the order of rule 32."""

    mask: int  # of table numbers
    tables: tuple[int, ...]  # table numbers: positions in Floor.tables
    table_ids: tuple[int, ...]
    combo_id: int | None
    area_id: int | None
    waste: int
    rank: tuple[int, int, int, int]  # combo, waste, tables, in combinations: before gaps
    tail: tuple[int, int, int]  # priority, id: after gaps


@dataclass(frozen=True, slots=True)
class Options:
    """All options of one kind of party, best first (gaps aside)."""

    every: tuple[Option, ...]
    masks: tuple[int, ...]  # of every option, in the same order
    singles: int
    combos: tuple[Option, ...]
    union: int
    least_seats: int  # of any option


class Party(NamedTuple):
    """What decides which tables suit a party."""

    size: int
    channel: Channel
    period_id: int | None
    is_relaxed: bool
    area_id: int | None = None
    features: frozenset[str] = frozenset()


class Floor:
    """The tables and combinations of a day, numbered for bit masks."""

    def __init__(self, config: DayConfig) -> None:
        self.oversize_cap = config.rules.oversize_cap
        self.tables = tuple(sorted(config.tables, key=lambda table: table.id))
        self.number = {table.id: number for number, table in enumerate(self.tables)}
        self.combos = tuple(
            combo
            for combo in config.combos
            # A member may be archived or out of use today.
            if all(table_id in self.number for table_id in combo.table_ids)
        )
        self.seats = sum(table.seats for table in self.tables)
        self.area_masks = self._area_masks()
        self._areas = [(area, mask) for area, mask in self.area_masks.items() if area is not None]
        self._combined = {table_id for combo in self.combos for table_id in combo.table_ids}
        self._memo: dict[Party, Options] = {}

    def options(self, party: Party) -> Options:
        """The tables and combinations that suit a party, best first."""
        found = self._memo.get(party)
        if found is None:
            found = self._work_out(party)
            if party.size <= self.seats:  # larger ones never fit: do not let them fill the memo
                self._memo[party] = found
        return found

    def is_oversize(self, capacity: int, party: Party) -> bool:
        """Whether a party would waste more seats than the restaurant allows (rule 26)."""
        cap = self.oversize_cap
        return cap is not None and not party.is_relaxed and capacity - party.size > cap

    def may_use(self, table: TableSpec, party: Party) -> bool:
        """Whether area, features and access let a party use a table, whatever its size."""
        return (
            (party.area_id is None or table.area_id == party.area_id)
            and party.features <= table.features
            and party.channel.can_use(table.access_in(party.period_id))
        )

    def mask_of(self, table_ids: tuple[int, ...]) -> int:
        """Bit mask of table ids; unknown ones are left out."""
        numbers = {self.number[table_id] for table_id in table_ids if table_id in self.number}
        return sum(1 << number for number in numbers)

    def seats_of(self, tables: Iterable[int]) -> int:
        """Seats at tables, given by number."""
        return sum([self.tables[number].seats for number in tables])

    def areas_of(self, mask: int) -> tuple[int, ...]:
        """Ids of the areas that some table of a mask is in."""
        if not mask:
            return ()
        return tuple([area_id for area_id, area in self._areas if area & mask])

    def _work_out(self, party: Party) -> Options:
        singles = [self._single(table, party) for table in self.tables if self._suits(table, party)]
        combos = list(self._suitable_combos(party))
        ordered = sorted(singles + combos, key=lambda option: (option.rank, option.tail))
        union = 0
        for option in ordered:
            union |= option.mask
        return Options(
            every=tuple(ordered),
            masks=tuple([option.mask for option in ordered]),
            singles=sum(option.mask for option in singles),
            combos=tuple(option for option in ordered if option.combo_id is not None),
            union=union,
            least_seats=min((self.seats_of(option.tables) for option in ordered), default=0),
        )

    def _suits(self, table: TableSpec, party: Party) -> bool:
        return (
            table.min_party <= party.size <= table.max_party
            and not self.is_oversize(table.seats, party)
            and self.may_use(table, party)
        )

    def _single(self, table: TableSpec, party: Party) -> Option:
        number = self.number[table.id]
        waste = max(0, table.seats - party.size)
        return Option(
            mask=1 << number,
            tables=(number,),
            table_ids=(table.id,),
            combo_id=None,
            area_id=table.area_id,
            waste=waste,
            rank=(0, waste, 1, table.id in self._combined),
            tail=(-table.priority, table.id, 0),
        )

    def _suitable_combos(self, party: Party) -> Iterator[Option]:
        for combo in self.combos:
            if not combo.min_party <= party.size <= combo.max_party:
                continue
            if self.is_oversize(combo.max_party, party):
                continue
            if all(self.may_use(table, party) for table in self._members(combo)):
                yield self._combination(combo, party)

    def _members(self, combo: ComboSpec) -> list[TableSpec]:
        return [self.tables[self.number[table_id]] for table_id in sorted(combo.table_ids)]

    def _combination(self, combo: ComboSpec, party: Party) -> Option:
        members = self._members(combo)
        numbers = tuple(self.number[table.id] for table in members)
        waste = max(0, combo.max_party - party.size)
        return Option(
            mask=sum(1 << number for number in numbers),
            tables=numbers,
            table_ids=tuple(table.id for table in members),
            combo_id=combo.id,
            area_id=members[0].area_id if combo.area_id is None else combo.area_id,
            waste=waste,
            rank=(1, waste, len(numbers), 1),
            tail=(-combo.priority, members[0].id, combo.id),
        )

    def _area_masks(self) -> dict[int | None, int]:
        masks: dict[int | None, int] = {}
        for number, table in enumerate(self.tables):
            masks[table.area_id] = masks.get(table.area_id, 0) | 1 << number
        return masks
