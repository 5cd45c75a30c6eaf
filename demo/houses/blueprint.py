"""The words in which a demo restaurant is described. Pure.

Times of a service date are minutes after its midnight and may exceed a day: 00:30 of a late service
is `hm(24, 30)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from restaurants.turn_times import Band

DAY = 24 * 60
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


def hm(hours: int, minutes: int = 0) -> int:
    """Minutes after midnight."""
    return hours * 60 + minutes


def clock_time(minute: int) -> time:
    """The wall clock of a minute of a service date."""
    return time(minute % DAY // 60, minute % 60)


def bands(*entries: tuple[int | None, int]) -> list[Band]:
    """`(2, 90), (None, 120)` as `TurnTimeRule.bands` stores it."""
    return [{"up_to": up_to, "minutes": minutes} for up_to, minutes in entries]


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Several tables that differ only in their numbers.

    :param squeeze: how many more than its seats a table takes with an extra chair
    """

    numbers: tuple[str, ...]
    area: str
    seats: int
    min_party: int = 1
    squeeze: int = 0
    type: str = "standard"
    features: tuple[str, ...] = ()
    priority: int = 0
    access: str = "online"
    names: tuple[str, ...] = ()
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class Together:
    """Tables that can be pushed together; a row offers all its neighbours (rules 28, 29)."""

    name: str
    numbers: tuple[str, ...]
    min_party: int
    max_party: int
    is_row: bool = False


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A service period, and how many parties want to come in it on an ordinary day.

    :param peak: the minute around which most of them want to start
    :param turns: its own turn times, where they differ from the default
    """

    name: str
    first: int
    last: int
    closes: int
    peak: int
    parties: int
    weekdays: tuple[int, ...] = EVERY_DAY
    interval: int = 15
    covers: int | None = 12
    fields: Mapping[str, Any] = field(default_factory=dict)
    turns: list[Band] | None = None


@dataclass(frozen=True, kw_only=True)
class Block:
    """A table that staff keep free for some hours of every day, each day for another reason."""

    number: str
    starts: int
    ends: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Price:
    """When a booking costs money.

    :param fields: of `DepositRule` (kind, amount_minor, conditions)
    """

    name: str
    fields: Mapping[str, Any]
    area: str = ""


@dataclass(frozen=True, kw_only=True)
class House:
    """One restaurant of the demo.

    :param profile: fields of `Restaurant` (without organisation and cover)
    :param art: the motif and palette of the cover
    :param evening: the hour around which the daily stories of the demo are arranged
    :param early: when the day's first no-show was expected
    :param cast: whose guests come: "europe", "russia" or "america"
    :param history_days: for how many days back there is a history
    :param is_lively: whether its day is played in detail
    """

    organisation: str
    profile: Mapping[str, Any]
    art: str
    policy: Mapping[str, Any] = field(default_factory=dict)
    areas: tuple[tuple[str, bool], ...] = ()
    tables: tuple[Tables, ...] = ()
    together: tuple[Together, ...] = ()
    shifts: tuple[Shift, ...] = ()
    turns: list[Band] = field(default_factory=list)
    evening: int = hm(19)
    early: int = hm(12, 30)
    cast: str = "europe"
    history_days: int = 0
    is_lively: bool = False
    block: Block | None = None
    prices: tuple[Price, ...] = ()

    @property
    def slug(self) -> str:
        return str(self.profile["slug"])

    @property
    def instant_up_to(self) -> int:
        """The largest party that is confirmed without staff."""
        mode = self.policy.get("confirmation_mode", "instant")
        if mode == "approval":
            return 0
        return int(self.policy.get("instant_up_to", 6)) if mode == "threshold" else 500
