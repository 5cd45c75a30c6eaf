"""One query put to one day: what is shared by all its slots is worked out once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from bookings.availability.board import EVERYWHERE, Moved, Window
from bookings.availability.day import ServiceDay
from bookings.availability.fits import Option, Options, Party
from bookings.availability.pacing import UNLIMITED, Limit
from bookings.availability.policy import party_reasons, standing_reasons, unlimited_sizes
from bookings.availability.prepared import AreaRules, PreparedDay, SlotRules, Turn
from bookings.availability.question import Query, Slot
from bookings.availability.reasons import Reason
from bookings.availability.repack import Repacker


class Stay(NamedTuple):
    """A start with a turn time: its end, its occupancy and the caps it meets."""

    ends_at: datetime
    occupied_until: datetime
    window: Window
    limits: tuple[Limit, ...]
    room: int
    is_too_late: bool


class Place(NamedTuple):
    """The tables a party may be given for one stay, and which of them are free."""

    stay: Stay
    options: Options
    allowed: int
    taken: int
    singles: int  # free

    def is_free(self, option: Option) -> bool:
        """Whether nobody has to move for an option."""
        return not option.mask & (self.taken | ~self.allowed)

    def free_combos(self) -> list[Option]:
        """The combinations all of whose members are free (rule 30)."""
        if not self.options.combos:
            return []
        barred = self.taken | ~self.allowed
        return [option for option in self.options.combos if not option.mask & barred]

    def free(self) -> list[Option]:
        """All free options, best first (gaps aside)."""
        barred = self.taken | ~self.allowed
        return [option for option in self.options.every if not option.mask & barred]


@dataclass(slots=True)
class View:
    """What a slot looks like to a query; fills its memos as party sizes are asked for."""

    slot: Slot
    rules: SlotRules
    standing: tuple[Reason, ...]
    is_relaxed: bool
    smallest: int  # parties from here ...
    largest: int  # ... to here meet no limit of size
    options: dict[int, Options]
    turns: dict[int, tuple[Turn, ...]]
    stays: dict[int, Stay]


class Finding(NamedTuple):
    """The verdict on a slot and the places to sit it leaves open."""

    reasons: tuple[Reason, ...]
    places: list[Place]


class Asking:
    """A query and a day. ``size`` varies per call so that one query serves all sizes."""

    def __init__(self, day: ServiceDay, query: Query, *, step: int) -> None:
        self.day = day
        self.query = query
        self.prepared: PreparedDay = day.prepared
        self.board = day.board_for(query, step)
        self._step = step
        self.pacing = day.pacing_for(query)
        self._views: dict[datetime, View] = {}
        self._options: dict[tuple[int, bool], dict[int, Options]] = {}

    @cached_property
    def repacker(self) -> Repacker:
        """The search for room; only made when somebody has to move."""
        return self.day.repacker_for(self.query, self._step)

    def view(self, slot: Slot) -> View:
        """What a slot looks like to this query."""
        found = self._views.get(slot.starts_at)
        if found is None:
            found = self._views[slot.starts_at] = self._work_out_view(slot)
        return found

    def _work_out_view(self, slot: Slot) -> View:
        prepared, query = self.prepared, self.query
        rules = prepared.rules_for(slot)
        is_relaxed = prepared.is_relaxed(slot.starts_at, query.now)
        smallest, largest = unlimited_sizes(prepared, rules, query)
        return View(
            slot=slot,
            rules=rules,
            standing=standing_reasons(prepared, slot, query),
            is_relaxed=is_relaxed,
            smallest=smallest,
            largest=largest,
            options=self._options.setdefault((slot.period.id, is_relaxed), {}),
            turns=prepared.turns_at(slot),
            stays={},
        )

    def find(self, view: View, size: int) -> Finding:
        """The reasons against a party at a slot, space aside, and its places to sit."""
        reasons = view.standing
        if not view.smallest <= size <= view.largest:
            reasons += party_reasons(self.prepared, view.rules, self.query, size)
        options = view.options.get(size) or self.options(view, size)
        refused: list[Reason] = []
        places: list[Place] = []
        for turn in self._turns(view, size):
            stay = view.stays.get(turn.minutes) or self.stay(view, turn.minutes)
            if size > stay.room or stay.is_too_late:
                refused += self._against(stay, size)
                continue
            allowed = EVERYWHERE
            if turn.areas is not None or view.rules.areas:
                allowed = self._allowed(view, turn, size)
            taken = self.board.taken(stay.window)
            places.append(Place(stay, options, allowed, taken, options.singles & allowed & ~taken))
        if not places:
            reasons += tuple(dict.fromkeys(refused))
        return Finding(reasons, places)

    def options(self, view: View, size: int) -> Options:
        """The tables and combinations that suit a party of this size at a slot."""
        found = view.options.get(size)
        if found is None:
            found = view.options[size] = self.prepared.floor.options(self.party(view, size))
        return found

    def party(self, view: View, size: int) -> Party:
        """The kind of party that asks."""
        query = self.query
        return Party(
            size=size,
            channel=query.channel,
            period_id=view.slot.period.id,
            is_relaxed=view.is_relaxed,
            area_id=query.area_id,
            features=query.required_features,
        )

    def stay(self, view: View, minutes: int) -> Stay:
        """A start with a turn time."""
        found = view.stays.get(minutes)
        if found is None:
            found = view.stays[minutes] = self._work_out_stay(view.slot, minutes)
        return found

    def moved(self, place: Place) -> Moved | None:
        """A seat that becomes free by re-packing others (rule 36)."""
        if not self.query.allows_moves:
            return None
        return self.repacker.seat(place.stay.window, place.options, place.allowed)

    def space_reasons(self, view: View, size: int) -> Iterator[Reason]:
        """Why no table can be given."""
        query, floor = self.query, self.prepared.floor
        party = self.party(view, size)
        if floor.options(party).every:
            closed = {rules.refusal for _, rules in self._areas(view) if rules.refusal}
            yield from sorted(closed - query.overrides)
            yield Reason.NO_TABLE_FREE if query.area_id is None else Reason.AREA_FULL
            return
        anywhere = Party(size, party.channel, party.period_id, party.is_relaxed, party.area_id)
        if party.features and floor.options(anywhere).every:
            yield Reason.FEATURE_MISSING
        else:
            yield Reason.NO_TABLE_FITS

    def until(self, view: View, size: int, area_id: int | None) -> datetime:
        """Until when a party would occupy a table of an area, buffer included."""
        turns = self._turns(view, size)
        here = [turn for turn in turns if turn.areas is None or area_id in turn.areas]
        return self.stay(view, (here or turns)[0].minutes).occupied_until

    def first_stay(self, view: View, size: int) -> Stay:
        """The stay shown for a slot that is refused."""
        return self.stay(view, self._turns(view, size)[0].minutes)

    def _turns(self, view: View, size: int) -> tuple[Turn, ...]:
        if self.query.minutes is not None:
            return (Turn(self.query.minutes, None),)
        return view.turns.get(size) or self.prepared.turns(view.slot, size)

    def _work_out_stay(self, slot: Slot, minutes: int) -> Stay:
        ends_at = slot.starts_at + timedelta(minutes=minutes)
        occupied_until = ends_at + timedelta(minutes=slot.period.buffer_minutes)
        overrides = self.query.overrides
        limits = self.pacing.limits(slot, ends_at, self.query.channel, now=self.query.now)
        kept = tuple(limit for limit in limits if limit.reason not in overrides)
        closing = self.prepared.closing.get(slot.period.id)
        return Stay(
            ends_at=ends_at,
            occupied_until=occupied_until,
            window=self.board.window(slot.starts_at, occupied_until),
            limits=kept,
            room=min((limit.room for limit in kept), default=UNLIMITED),
            is_too_late=(
                slot.period.must_finish_by_close
                and closing is not None
                and ends_at > closing
                and Reason.MUST_FINISH_BY_CLOSE not in overrides
            ),
        )

    def _against(self, stay: Stay, size: int) -> list[Reason]:
        found = [limit.reason for limit in stay.limits if size > limit.room]
        return [Reason.MUST_FINISH_BY_CLOSE, *found] if stay.is_too_late else found

    def _allowed(self, view: View, turn: Turn, size: int) -> int:
        """Mask of the tables in areas that keep this turn time and take this party now."""
        masks = self.prepared.floor.area_masks
        allowed = EVERYWHERE
        if turn.areas is not None:
            allowed = sum(masks.get(area_id, 0) for area_id in turn.areas)
        for area_id, rules in self._areas(view):
            if any(True for _ in self.area_reasons(view, area_id, rules, size)):
                allowed &= ~masks.get(area_id, 0)
        return allowed

    def _areas(self, view: View) -> list[tuple[int, AreaRules]]:
        wanted = self.query.area_id
        return [
            (area_id, rules)
            for area_id, rules in view.rules.areas.items()
            if wanted is None or wanted == area_id
        ]

    def area_reasons(
        self, view: View, area_id: int, rules: AreaRules, size: int
    ) -> Iterator[Reason]:
        """What overrides of one area have against a party."""
        found: list[Reason] = [] if rules.refusal is None else [rules.refusal]
        if rules.min_party is not None and size < rules.min_party:
            found.append(Reason.OVERRIDE_PARTY_MIN)
        if rules.max_party is not None and size > rules.max_party:
            found.append(Reason.OVERRIDE_PARTY_MAX)
        limits = self.pacing.area_limits(
            view.slot, area_id, covers_cap=rules.arriving_covers, parties_cap=rules.arriving_parties
        )
        found += [limit.reason for limit in limits if size > limit.room]
        yield from (reason for reason in found if reason not in self.query.overrides)
