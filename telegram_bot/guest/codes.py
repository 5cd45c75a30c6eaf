"""What the guest's buttons send back: short codes, pure.

A code says what is asked for, never what is allowed: whoever acts on it asks the selectors and
services again, as Telegram lets a modified client send any code. The whole wish travels in the
code, so a keyboard works after a restart and however old it is.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

PREFIX = "g"
"""The first letter of every code of this part of the bot."""

LIMIT = 64
"""Bytes of `callback_data` that Telegram takes (docs of Bot API 10.1, InlineKeyboardButton)."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_EPOCH = date(2000, 1, 1)
_SHAPE = re.compile(r"g:([a-z]{2})((?:\.[0-9a-z]{0,13}){0,8})", re.ASCII)
_LARGEST = 2**63 - 1
_LAST_DAY = (date(2200, 1, 1) - _EPOCH).days


class Step(StrEnum):
    """What a button is for."""

    HOME = "ho"
    PLACES = "rl"
    CITIES = "rc"
    PLACE = "ri"
    PARTY = "gp"
    MORE_GUESTS = "gm"
    DAYS = "dd"
    CLOSED_DAY = "dx"
    TIMES = "ts"
    TAKEN_TIME = "tx"
    CARD = "cd"
    CONFIRM = "ok"
    VISITS = "ml"
    VISIT = "mv"
    CHANGE = "mc"
    CANCEL = "mx"
    CANCEL_NOW = "my"
    LATE = "mt"
    RECONFIRM = "mr"
    LABEL = "nn"
    WAIT = "wd"
    WAIT_CARD = "wc"
    WAIT_JOIN = "wj"
    WAITING = "wv"
    WAIT_TAKE = "wa"
    WAIT_DECLINE = "wn"
    WAIT_RESUME = "wr"
    WAIT_LEAVE = "wx"
    WAIT_LEAVE_NOW = "wy"


@dataclass(frozen=True, kw_only=True)
class Tap:
    """A pressed button.

    :param reservation_id: the booking that is looked at or changed; without one a new one is made.
        From `Step.WAITING` on the entry of the waitlist
    :param start: minutes after midnight of the wall clock, doubled, plus the fold; None: no time
    :param page: of a list or strip; for `Step.LATE` the minutes
    :param version: of the booking or the entry as the guest saw it (rule 56). For a new entry of
        the waitlist the end of its window, see `version_until`
    :param nonce: of one card, so that two taps on it book once (rule 55)
    """

    step: Step
    restaurant_id: int = 0
    reservation_id: int = 0
    party: int = 0
    day: date | None = None
    start: int | None = None
    page: int = 0
    version: int = 0
    nonce: str = ""

    @property
    def until(self) -> time | None:
        """The end of the window that is waited for, where there is one beside the start."""
        minutes = (self.version - 1) // 2
        return time(minutes // 60, minutes % 60) if 0 <= minutes < 24 * 60 else None

    @property
    def time(self) -> time | None:
        if self.start is None:
            return None
        minutes = self.start // 2
        return time(minutes // 60, minutes % 60)

    @property
    def fold(self) -> int:
        return 0 if self.start is None else self.start % 2


def start_of(at: time, fold: int) -> int:
    """A wall time for `Tap.start`."""
    return (at.hour * 60 + at.minute) * 2 + fold


def version_until(at: time) -> int:
    """The end of a window for `Tap.version`."""
    return start_of(at, 0) + 1


def new_nonce() -> str:
    """Unlike the others of one chat within a day."""
    return "".join(secrets.choice(_DIGITS) for _ in range(8))


def encode(tap: Tap) -> str:
    """The `callback_data` of a button.

    :raises ValueError: if Telegram would refuse it
    """
    numbers = [
        tap.restaurant_id,
        tap.reservation_id,
        tap.party,
        0 if tap.day is None else (tap.day - _EPOCH).days,
        0 if tap.start is None else tap.start + 1,
        tap.page,
        tap.version,
    ]
    parts = [*(_base36(number) if number else "" for number in numbers), tap.nonce]
    code = f"{PREFIX}:{tap.step}." + ".".join(parts)
    code = code.rstrip(".")
    if len(code) > LIMIT:
        raise ValueError(f"{code} is longer than {LIMIT} bytes")
    return code


def decode(code: str) -> Tap | None:
    """The tap of a code; None for what no keyboard of this release can have sent."""
    match = _SHAPE.fullmatch(code) if len(code) <= LIMIT else None
    if match is None or match[1] not in set(Step):
        return None
    parts = [*match[2].split(".")[1:], *[""] * 8][:8]
    numbers = [int(part, 36) if part else 0 for part in parts[:7]]
    restaurant_id, reservation_id, party, day, start, page, version = numbers
    if max(numbers) > _LARGEST or max(party, page) > 9999 or version > 2**31 - 1:
        return None
    if day > _LAST_DAY or start > 24 * 60 * 2:
        return None
    return Tap(
        step=Step(match[1]),
        restaurant_id=restaurant_id,
        reservation_id=reservation_id,
        party=party,
        day=_EPOCH + timedelta(days=day) if day else None,
        start=start - 1 if start else None,
        page=page,
        version=version,
        nonce=parts[7],
    )


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits
