"""One party's wish and how it turns out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """How a visit ends if nobody interferes."""

    COMES = "comes"
    NO_SHOW = "no_show"
    CANCELS = "cancels"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A party on one service date. Times are minutes; `minute` is counted from the date's midnight.

    :param key: unique within restaurant and date
    :param guest: index into the cast; None for a walk-in; -1 for the demo's customer
    :param lead: how long before the start it was asked for
    :param answer: how long after asking staff answered a request
    :param gone: at which share of the lead it is cancelled
    :param early: how long before the start (negative: after) the party is at the door
    :param wait: how long from then (or the start, if later) until it sits
    :param stay: how long it stays, if the table is theirs for so long
    :param late: how late the guest said to be
    """

    key: str
    minute: int
    party: int
    guest: int | None
    lead: int
    source: str = "web"
    fate: Fate = Fate.COMES
    answer: int = 45
    gone: float = 0.5
    early: int = 3
    wait: int = 4
    stay: int = 75
    late: int = 0
    reconfirms: bool = False
    area: int | None = None
    features: tuple[str, ...] = ()
    occasion: str = "none"
    request: str = ""
    dietary: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_story(self) -> bool:
        """Whether it belongs to the fixed stories of each day."""
        return self.key[0] in "sc"

    @property
    def is_walk_in(self) -> bool:
        return self.source == "walk_in"
