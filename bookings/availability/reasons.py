"""Why a slot is refused: stable codes shown to staff, partners and (softened) to guests."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A reason for refusing a slot. The value is the public code and never changes."""

    CLOSED = "closed"
    OUTSIDE_HOURS = "outside_hours"
    NOT_A_SLOT = "not_a_slot"
    NONEXISTENT_TIME = "nonexistent_time"
    PAST = "past"
    NOTICE = "notice"
    NOTICE_CUTOFF = "notice_cutoff"
    HORIZON = "horizon"
    NOT_RELEASED = "not_released"
    PAUSED = "paused"
    NOT_ACCEPTING = "not_accepting"
    PRIVATE_EVENT = "private_event"
    MAINTENANCE = "maintenance"
    WEATHER = "weather"
    CLOSED_SLOT = "closed_slot"
    PARTY_TOO_SMALL = "party_too_small"
    PARTY_TOO_LARGE = "party_too_large"
    OVERRIDE_PARTY_MIN = "override_party_min"
    OVERRIDE_PARTY_MAX = "override_party_max"
    MUST_FINISH_BY_CLOSE = "must_finish_by_close"
    PACING_ARRIVING_COVERS = "pacing_arriving_covers"
    PACING_ARRIVING_PARTIES = "pacing_arriving_parties"
    PACING_SEATED_COVERS = "pacing_seated_covers"
    PACING_SEATED_PARTIES = "pacing_seated_parties"
    PACING_ONLINE_ARRIVING_COVERS = "pacing_online_arriving_covers"
    PACING_ONLINE_ARRIVING_PARTIES = "pacing_online_arriving_parties"
    PACING_ONLINE_SEATED_COVERS = "pacing_online_seated_covers"
    PACING_ONLINE_SEATED_PARTIES = "pacing_online_seated_parties"
    WALK_IN_QUOTA = "walk_in_quota"
    # Space: cannot be overridden, only solved.
    NO_TABLE_FITS = "no_table_fits"
    FEATURE_MISSING = "feature_missing"
    AREA_FULL = "area_full"
    NO_TABLE_FREE = "no_table_free"
    # Manual assignment (see check_manual).
    TABLE_UNKNOWN = "table_unknown"
    TABLE_BUSY = "table_busy"
    TABLE_TOO_SMALL = "table_too_small"
    TABLE_TOO_LARGE = "table_too_large"
    OVERSIZE = "oversize"
    NOT_A_COMBINATION = "not_a_combination"
    ACCESS = "access"
    WRONG_AREA = "wrong_area"


PACING_REASONS = frozenset(reason for reason in Reason if reason.value.startswith("pacing_"))
SPACE_REASONS = frozenset(
    {Reason.NO_TABLE_FITS, Reason.FEATURE_MISSING, Reason.AREA_FULL, Reason.NO_TABLE_FREE}
)
WAITABLE = PACING_REASONS | {Reason.NO_TABLE_FREE, Reason.AREA_FULL, Reason.WALK_IN_QUOTA}
"""Refusals that end when somebody else makes room."""
MANUAL_REASONS = frozenset(
    {
        Reason.TABLE_UNKNOWN,
        Reason.TABLE_BUSY,
        Reason.TABLE_TOO_SMALL,
        Reason.TABLE_TOO_LARGE,
        Reason.OVERSIZE,
        Reason.NOT_A_COMBINATION,
        Reason.ACCESS,
        Reason.WRONG_AREA,
    }
)
OVERRIDABLE = frozenset(Reason) - SPACE_REASONS - {Reason.NONEXISTENT_TIME, Reason.TABLE_BUSY}
"""Reasons staff may accept by putting them into ``Query.overrides``."""
