"""Availability: which slots, which tables, and if not, why not. Pure: no database, no clock."""

from __future__ import annotations

from bookings.availability.calendar import (
    DatedShift,
    NonexistentTimeError,
    OpenPeriods,
    Overlap,
    RecurringShift,
    SpecialDay,
    find_overlaps,
    instants_of,
    resolve_local,
    resolve_periods,
    slots_of,
)
from bookings.availability.combos import expand_row
from bookings.availability.day import ServiceDay
from bookings.availability.engine import answer, answer_all, answer_local, answer_slot, seatings
from bookings.availability.explain import Detail, explain
from bookings.availability.load import Booked, Busy, DayLoad
from bookings.availability.manual import check_manual
from bookings.availability.model import (
    Access,
    Channel,
    ComboSpec,
    DayConfig,
    NoticeCutoff,
    Override,
    OverrideState,
    PacingCaps,
    Period,
    Rules,
    TableSpec,
    TurnBand,
    TurnRule,
)
from bookings.availability.prepared import PreparedDay
from bookings.availability.question import Move, Query, Seat, Slot, SlotAnswer
from bookings.availability.reasons import (
    MANUAL_REASONS,
    OVERRIDABLE,
    PACING_REASONS,
    SPACE_REASONS,
    WAITABLE,
    Reason,
)
from bookings.availability.turns import DEFAULT_BANDS, LUNCH_BANDS, bands_problem

__all__ = [
    "DEFAULT_BANDS",
    "LUNCH_BANDS",
    "MANUAL_REASONS",
    "OVERRIDABLE",
    "PACING_REASONS",
    "SPACE_REASONS",
    "WAITABLE",
    "Access",
    "Booked",
    "Busy",
    "Channel",
    "ComboSpec",
    "DatedShift",
    "DayConfig",
    "DayLoad",
    "Detail",
    "Move",
    "NonexistentTimeError",
    "NoticeCutoff",
    "OpenPeriods",
    "Overlap",
    "Override",
    "OverrideState",
    "PacingCaps",
    "Period",
    "PreparedDay",
    "Query",
    "Reason",
    "RecurringShift",
    "Rules",
    "Seat",
    "ServiceDay",
    "Slot",
    "SlotAnswer",
    "SpecialDay",
    "TableSpec",
    "TurnBand",
    "TurnRule",
    "answer",
    "answer_all",
    "answer_local",
    "answer_slot",
    "bands_problem",
    "check_manual",
    "expand_row",
    "explain",
    "find_overlaps",
    "instants_of",
    "resolve_local",
    "resolve_periods",
    "seatings",
    "slots_of",
]
