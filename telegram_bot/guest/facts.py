"""What the screens of finding a table are about, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bookings.availability import SlotAnswer
from bookings.models import Reservation
from bookings.presenters.finder import Choice, SlotBlock
from bookings.selectors import DayState
from restaurants.models import Restaurant
from telegram_bot.guest.codes import Step, Tap

STRIP_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Places:
    """One page of restaurants.

    :param known_ids: where this guest has been before
    :param city_id: a restaurant in the city that is chosen; 0: everywhere
    """

    found: Sequence[Restaurant]
    known_ids: Collection[int]
    page: int
    pages: int
    city: str = ""
    city_id: int = 0
    has_cities: bool = False


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What the taps are about: a new booking, or the change of one."""

    restaurant: Restaurant
    reservation: Reservation | None = None

    @property
    def tap(self) -> Tap:
        """The beginning of every code about it."""
        if self.reservation is not None:
            return Tap(step=Step.CHANGE, reservation_id=self.reservation.pk)
        return Tap(step=Step.PARTY, restaurant_id=self.restaurant.pk)


@dataclass(frozen=True, kw_only=True)
class Strip:
    """One page of days."""

    days: Sequence[DayState]
    page: int
    has_later: bool


@dataclass(frozen=True)
class Other:
    """Another start that is free."""

    label: str
    choice: Choice


@dataclass(frozen=True, kw_only=True)
class Times:
    """One day for one party.

    :param message: why nothing is free; empty where something is
    :param others: free instead
    :param next_day: the next day with a free time
    :param can_wait: some time may still become free, and the restaurant keeps a waitlist
    """

    party: int
    day: date
    page: int
    answers: Sequence[SlotAnswer]
    blocks: Sequence[SlotBlock]
    message: str = ""
    others: Sequence[Other] = ()
    next_day: date | None = None
    can_wait: bool = False
