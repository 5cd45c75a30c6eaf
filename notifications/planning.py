"""Which way a message goes, when, and whether anybody still wants it. Pure: no database, no clock.

Rules 65, 103-106.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from types import MappingProxyType

from notifications.kinds import MANNERS, ChannelName, Kind
from reservehub.core.timezones import first_instant_from, to_wall

LETTER_ORDER = (
    ChannelName.TELEGRAM,
    ChannelName.EMAIL,
    ChannelName.WHATSAPP,
    ChannelName.SMS,
    ChannelName.WEBPUSH,
)
"""Details to keep: a notification that vanishes is the last resort, a paid SMS the one before."""
NUDGE_ORDER = (
    ChannelName.TELEGRAM,
    ChannelName.WEBPUSH,
    ChannelName.WHATSAPP,
    ChannelName.SMS,
    ChannelName.EMAIL,
)
"""To be seen soon: what rings first, what costs after what is free (rule 105)."""


def channels_for(
    kind: Kind, *, reachable: Collection[str], preferred: str = ""
) -> tuple[ChannelName, ...]:
    """The channels to try, in order: the preferred one, then the order of the kind.

    The next is tried only when the one before has certainly failed, so nobody pays for an SMS that
    another channel has made superfluous.

    :param reachable: channels with an address that has not been refused or switched off
    """
    order = LETTER_ORDER if MANNERS[kind].is_letter else NUDGE_ORDER
    found = [channel for channel in order if channel in reachable]
    return tuple(sorted(found, key=lambda channel: channel != preferred))


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Wall times of the restaurant; from = until means never quiet. May run past midnight."""

    begin: time = time(21)
    end: time = time(9)

    def covers(self, wall: time) -> bool:
        if self.begin <= self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end


def send_at(
    kind: Kind, *, due_at: datetime, expires_at: datetime, quiet: QuietHours, zone: str
) -> datetime | None:
    """When a message that is due may go: at once, or at the end of the quiet hours (rule 105).

    None if that would be too late to be of use.
    """
    if MANNERS[kind].is_urgent:
        return due_at
    wall, _ = to_wall(due_at, zone)
    if not quiet.covers(wall.time()):
        return due_at
    ends = datetime.combine(wall.date(), quiet.end)
    if quiet.end <= wall.time():
        ends += timedelta(days=1)
    later = first_instant_from(ends, zone)
    return later if later < expires_at else None


@dataclass(frozen=True, kw_only=True)
class Timing:
    """A message by the clock: when it is due, measured in elapsed time from an instant of the
    visit, and how long it makes sense.

    :param booked_before: only for bookings made at least so long before the start
    """

    due: timedelta
    until: timedelta
    booked_before: timedelta = timedelta()


_H, _M = timedelta(hours=1), timedelta(minutes=1)

BEFORE_START: Mapping[Kind, Timing] = MappingProxyType(
    {
        Kind.RECONFIRM: Timing(due=-48 * _H, until=-24 * _H, booked_before=72 * _H),
        Kind.REMINDER_DAY: Timing(due=-24 * _H, until=-4 * _H, booked_before=48 * _H),
        Kind.REMINDER_SOON: Timing(due=-2 * _H, until=-30 * _M, booked_before=3 * _H),
        Kind.ON_YOUR_WAY: Timing(due=10 * _M, until=25 * _M),
    }
)
"""Relative to the start. Elapsed hours: on the night of a clock change the reminder comes 24 real
hours before (rule 3)."""

AFTER_END: Mapping[Kind, Timing] = MappingProxyType(
    {Kind.REVIEW_REQUEST: Timing(due=24 * _H, until=72 * _H)}
)
"""Relative to the departure."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the wish for a message depends on at the moment of sending.

    :param starts_at: of the reservation now
    :param told_starts_at: of the reservation when the message was planned, where that matters
    :param is_superseded: a later message of the same kind tells the newer state
    """

    status: str
    starts_at: datetime
    told_starts_at: datetime | None = None
    is_superseded: bool = False
    is_reconfirmed: bool = False
    has_eta: bool = False


_LIVE = frozenset({"confirmed", "arrived", "partially_seated", "seated"})
_PENDING = frozenset({"pending", "pending_payment"})
_CANCELLED = frozenset({"cancelled_by_guest", "cancelled_by_restaurant"})

_STATUSES: Mapping[Kind, frozenset[str]] = MappingProxyType(
    {
        Kind.REQUEST_RECEIVED: frozenset({"pending"}),
        Kind.CONFIRMED: _LIVE | {"completed"},
        Kind.CHANGED: _LIVE | _PENDING,
        Kind.DECLINED: frozenset({"declined"}),
        Kind.EXPIRED: frozenset({"expired"}),
        Kind.CANCELLED: _CANCELLED,
        Kind.REMINDER_DAY: frozenset({"confirmed"}),
        Kind.REMINDER_SOON: frozenset({"confirmed"}),
        Kind.RECONFIRM: frozenset({"confirmed"}),
        Kind.ON_YOUR_WAY: frozenset({"confirmed"}),
        Kind.TABLE_READY: frozenset({"confirmed", "arrived", "partially_seated"}),
        Kind.REVIEW_REQUEST: frozenset({"completed"}),
        Kind.PAYMENT_WITHDRAWN: frozenset({"confirmed"}),
        # Undone, a no-show has cost nothing.
        Kind.DEPOSIT_KEPT: frozenset({"no_show", "cancelled_by_guest"}),
        Kind.STAFF_REQUEST: frozenset({"pending"}),
        Kind.STAFF_CANCELLED: _CANCELLED,
        Kind.STAFF_NO_SHOW_DUE: frozenset({"confirmed"}),
    }
)


def unwanted(kind: Kind, facts: Facts, *, now: datetime, expires_at: datetime) -> str:
    """Why a message should not go out any more, as a code; empty if it should (requirement H3)."""
    if now >= expires_at:
        return "too_late"
    wanted = _STATUSES.get(kind)
    if wanted is not None and facts.status not in wanted:
        return "state_changed"
    if facts.told_starts_at is not None and facts.told_starts_at != facts.starts_at:
        return "time_changed"
    if facts.is_superseded:
        return "superseded"
    is_answered = (kind == Kind.RECONFIRM and facts.is_reconfirmed) or (
        kind == Kind.ON_YOUR_WAY and facts.has_eta
    )
    return "already_answered" if is_answered else ""


MAX_TRIES = 6
"""Over one channel; then the next one is tried."""


def retry_in(tries: int, *, jitter: float, asked: timedelta | None = None) -> timedelta:
    """The wait after so many failed tries over a channel: 20 s, 40 s … 10 min, or what the provider
    asked for if that is longer.

    :param jitter: from 0 to 1
    """
    own: timedelta = min(20 * timedelta(seconds=1) * int(2 ** (tries - 1)), 10 * _M)
    own *= 0.75 + jitter / 2
    return max(own, asked) if asked is not None else own
