"""Days and hours that differ from the week; they stay ahead of the clock as the weeks go by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import IntegrityError, models, transaction

from demo.wish import Place
from reservehub.core.actors import SYSTEM
from reservehub.core.errors import DomainError
from restaurants.models import ServicePeriod, SlotOverride, SlotState, SpecialDay
from restaurants.services.config import config_save_all

FAR = 16
"""Days ahead at which later ones are put: beyond the bookings of the demo."""


class Words(NamedTuple):
    """What the special days of a restaurant are called."""

    closed: str
    closed_note: str
    feast: str
    feast_note: str
    dinner: str
    event: str
    weather: str


ENGLISH = Words(
    "Staff outing",
    "Once a year we cook for each other. Back tomorrow.",
    "Winemakers' evening",
    "Two seatings, five courses, the growers are at the tables.",
    "Winemakers' dinner",
    "Private event: a wedding party has the whole house until five.",
    "Storm warning: the terrace stays closed.",
)
RUSSIAN = Words(
    "Санитарный день",
    "Моем, чистим, чиним. Завтра снова ждём вас.",
    "Вечер живой музыки",
    "Трио играет с семи, две посадки.",
    "Посадки вечера",
    "Закрытое мероприятие: зал снят до пяти.",
    "Штормовое предупреждение: терраса закрыта.",
)


def special_days_renew(place: Place, *, now: datetime) -> None:
    """See to it that a closed day, a day of other hours and overrides lie ahead of today."""
    today = place.today(now)
    words = RUSSIAN if place.house.cast == "russia" else ENGLISH
    _closed_day_renew(place, words, today, now)
    _feast_renew(place, words, today, now)
    _overrides_renew(place, words, today, now)


def _closed_day_renew(place: Place, words: Words, today: date, now: datetime) -> None:
    """The demo itself never has a closed day: before it comes, it moves on."""
    day = _latest(place, words.closed)
    if day is None:
        day = SpecialDay(restaurant=place.restaurant, name=words.closed, note=words.closed_note)
        day.date_from = day.date_to = today + timedelta(days=9)
    elif day.date_from <= today + timedelta(days=1):
        day.date_from = day.date_to = today + timedelta(days=FAR)
    else:
        return
    _save([day], now)


def _feast_renew(place: Place, words: Words, today: date, now: datetime) -> None:
    last = _latest(place, words.feast)
    if last is not None and last.date_from >= today:
        return
    ahead = 12 if last is None else FAR + 1
    day = SpecialDay(
        restaurant=place.restaurant,
        name=words.feast,
        note=words.feast_note,
        date_from=today + timedelta(days=ahead),
        date_to=today + timedelta(days=ahead),
        is_closed=False,
    )
    seatings = ServicePeriod(
        restaurant=place.restaurant,
        special_day=day,
        name=words.dinner,
        first_seating=time(18),
        last_seating=time(21),
        closes=time(0),
        slot_interval_minutes=60,
        max_arriving_covers=24,
    )
    _save([day, seatings], now)


def _overrides_renew(place: Place, words: Words, today: date, now: datetime) -> None:
    rows = SlotOverride.objects.filter(restaurant=place.restaurant, date__gte=today)
    notes = set(rows.values_list("note", flat=True))
    for override in _overrides(place, words, today):
        if override.note not in notes:
            _save([override], now)


def _overrides(place: Place, words: Words, today: date) -> Iterator[SlotOverride]:
    is_first = not SlotOverride.objects.filter(restaurant=place.restaurant).exists()
    yield SlotOverride(
        restaurant=place.restaurant,
        date=today + timedelta(days=4 if is_first else FAR + 2),
        starts=time(12),
        ends=time(17),
        state=SlotState.PRIVATE_EVENT,
        note=words.event,
    )
    outside = next((area for area in place.areas if area.is_outdoor), None)
    if outside is not None:
        yield SlotOverride(
            restaurant=place.restaurant,
            date=today + timedelta(days=2 if is_first else FAR + 3),
            starts=time(18),
            ends=time(23),
            area=outside,
            state=SlotState.WEATHER,
            note=words.weather,
        )


def _latest(place: Place, name: str) -> SpecialDay | None:
    days = SpecialDay.objects.filter(restaurant=place.restaurant, name=name)
    return days.order_by("-date_from").first()


def _save(rows: list[models.Model], now: datetime) -> None:
    """What collides with settings of the users is left out: theirs come first."""
    try:
        with transaction.atomic():
            config_save_all(instances=rows, actor=SYSTEM, now=now)
    except (DomainError, IntegrityError):
        return
