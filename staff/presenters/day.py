"""The evening that the list and the timeline show: date, service period, counts (rule 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812 - a field is called date
from datetime import timedelta
from urllib.parse import urlencode

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from bookings.lifecycle import AT_TABLE, AWAITING, Status
from bookings.presenters.clock import long_date
from bookings.selectors.service import HONOURED, Party, Service

FARTHEST = timedelta(days=3660)
"""Nobody looks further; and it keeps dates representable."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for; whatever is wrong in it falls back to today and everything."""

    date: Date
    today: Date
    text: str = ""
    show: str = ""
    period_id: int | None = None

    @property
    def is_today(self) -> bool:
        return self.date == self.today

    def query(self, **changes: str) -> str:
        """The address with some parts changed; empty parts and today are left out."""
        parts = {
            "date": "" if self.is_today else self.date.isoformat(),
            "service": str(self.period_id or ""),
            "show": self.show,
            "q": self.text,
        }
        parts |= changes
        return "?" + urlencode({key: value for key, value in parts.items() if value})


def asked_of(given: Mapping[str, str], *, today: Date, shows: tuple[str, ...] = ()) -> Asked:
    """From the address of a page."""
    service = given.get("service", "")
    show = given.get("show", "")
    return Asked(
        date=_date(given.get("date", ""), today),
        today=today,
        text=" ".join(given.get("q", "").split())[:80].replace("\x00", ""),
        show=show if show in shows else "",
        period_id=int(service) if service.isascii() and service.isdecimal() else None,
    )


def _date(text: str, today: Date) -> Date:
    try:
        found = parse_date(text)
    except ValueError:
        return today
    return found if found is not None and abs(found - today) < FARTHEST else today


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One link of a switch."""

    label: str
    query: str
    is_current: bool


@dataclass(frozen=True, kw_only=True)
class DayBar:
    """The bar above the list and the timeline."""

    value: str
    title: str
    day_word: str
    is_today: bool
    previous: str
    following: str
    today: str
    services: tuple[Choice, ...]
    counts: tuple[tuple[str, str], ...]
    note: str
    hidden: tuple[tuple[str, str], ...]


def day_bar(service: Service, asked: Asked, parties: tuple[Party, ...]) -> DayBar:
    """The bar for a service; `parties` are those of the chosen period."""
    day = timedelta(days=1)
    return DayBar(
        value=asked.date.isoformat(),
        title=long_date(asked.date),
        day_word=_day_word(asked),
        is_today=asked.is_today,
        previous=asked.query(date=(asked.date - day).isoformat(), service=""),
        following=asked.query(date=(asked.date + day).isoformat(), service=""),
        today=asked.query(date="", service=""),
        services=_services(service, asked),
        counts=counts_of(parties),
        note="" if service.spans else _("The restaurant is closed on this day."),
        hidden=tuple(
            (name, value) for name, value in (("q", asked.text), ("show", asked.show)) if value
        ),
    )


def _day_word(asked: Asked) -> str:
    words = {
        0: pgettext("day", "Today"),
        1: pgettext("day", "Tomorrow"),
        -1: pgettext("day", "Yesterday"),
    }
    return words.get((asked.date - asked.today).days, "")


def _services(service: Service, asked: Asked) -> tuple[Choice, ...]:
    """A switch only where there is something to switch."""
    if len(service.spans) < 2:
        return ()
    whole = Choice(
        label=pgettext("service periods", "Whole day"),
        query=asked.query(service=""),
        is_current=asked.period_id is None,
    )
    return (
        whole,
        *(
            Choice(
                label=span.period.name,
                query=asked.query(service=str(span.period.id)),
                is_current=span.period.id == asked.period_id,
            )
            for span in service.spans
        ),
    )


def parties_of(service: Service, asked: Asked) -> tuple[Party, ...]:
    """The parties of the chosen service period; those of no period belong to every choice."""
    known = {span.period.id for span in service.spans}
    if asked.period_id not in known:
        return service.parties
    return tuple(
        party
        for party in service.parties
        if party.reservation.service_period_id == asked.period_id
        or party.reservation.service_period_id not in known
    )


def counts_of(parties: tuple[Party, ...]) -> tuple[tuple[str, str], ...]:
    """Number and word of what matters: covers, parties, still to come, seated, requests."""
    counted = [party for party in parties if party.status in HONOURED]
    covers = sum(party.covers for party in counted)
    coming = sum(party.status in (Status.CONFIRMED, Status.ARRIVED) for party in counted)
    seated = sum(party.status in AT_TABLE for party in counted)
    waiting = sum(party.status in AWAITING for party in counted)
    found = [
        (covers, ngettext("cover", "covers", covers)),
        (len(counted), ngettext("party", "parties", len(counted))),
        (coming, pgettext("number of parties", "to come")),
        (seated, pgettext("number of parties", "seated")),
    ]
    if waiting:
        found.append((waiting, pgettext("number of parties", "waiting for an answer")))
    return tuple((str(number), word) for number, word in found)
