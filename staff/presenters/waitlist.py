"""The waitlist of a day as staff see it, and what became of those who waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from bookings.presenters.clock import clock_text, local, long_date, moment_text, short_date
from restaurants.models import Restaurant
from waitlist.forms import minutes_text
from waitlist.models import WaitlistEntry, WaitlistOffer, WaitlistSkip
from waitlist.presenters.entry import dates_text, window_text
from waitlist.selectors import WaitlistNumbers


@dataclass(frozen=True, kw_only=True)
class Line:
    """One guest on the waitlist. `contact` is empty for those who may not see it."""

    id: int
    number: int
    name: str
    size: int
    wish: str
    since: str
    status: str
    contact: str
    note: str
    is_vip: bool
    priority: int
    offer: str
    is_live: bool
    can_offer: bool
    skips: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LedgerLine:
    """Somebody was passed over."""

    name: str
    favoured: str
    time: str
    why: str
    when: str


@dataclass(frozen=True, kw_only=True)
class DayLink:
    label: str
    count: int
    query: str
    is_current: bool


def lines_of(
    entries: Sequence[WaitlistEntry],
    offers: Mapping[int, WaitlistOffer],
    *,
    restaurant: Restaurant,
    areas: Mapping[int, str],
    sees_contact: bool,
) -> list[Line]:
    """Entries in the order in which they would be asked."""
    for entry in entries:
        entry.restaurant = restaurant  # read already
    return [
        _line(entry, offers.get(entry.pk), number, areas=areas, sees_contact=sees_contact)
        for number, entry in enumerate(entries, start=1)
    ]


def _line(
    entry: WaitlistEntry,
    offer: WaitlistOffer | None,
    number: int,
    *,
    areas: Mapping[int, str],
    sees_contact: bool,
) -> Line:
    flexibility = entry.flexibility_minutes
    parts = [
        "" if entry.is_one_date else dates_text(entry),
        window_text(entry),
        minutes_text(flexibility) if flexibility else "",
        ", ".join(areas[area] for area in entry.area_ids if area in areas),
    ]
    contact = [str(entry.guest_phone or ""), entry.guest_email] if sees_contact else []
    return Line(
        id=entry.pk,
        number=number,
        name=entry.guest_name,
        size=entry.party_size,
        wish=" · ".join(part for part in parts if part),
        since=_moment(entry.created_at, entry.restaurant),
        status=_("Did not pay in time") if entry.is_unpaid else str(entry.get_status_display()),
        contact=" · ".join(part for part in contact if part),
        note=entry.special_requests if sees_contact else "",
        is_vip=entry.guest is not None and entry.guest.is_vip,
        priority=entry.priority,
        offer=_offer(offer, entry) if offer else "",
        is_live=entry.is_live,
        can_offer=entry.is_live and offer is None,
    )


def _offer(offer: WaitlistOffer, entry: WaitlistEntry) -> str:
    values = {
        "time": clock_text(offer.local_time, entry.restaurant),
        "until": moment_text(offer.expires_at, entry.restaurant),
    }
    if offer.is_broadcast:
        return _("%(time)s offered to all who wait, until %(until)s") % values
    return _("%(time)s is kept until %(until)s") % values


def _moment(at: datetime, restaurant: Restaurant) -> str:
    wall = local(at, restaurant)
    return f"{short_date(wall.date())}, {clock_text(wall, restaurant)}"


def ledger_of(skips: Sequence[WaitlistSkip], restaurant: Restaurant) -> list[LedgerLine]:
    """Who was passed over, in favour of whom, and why."""
    return [
        LedgerLine(
            name=skip.entry.guest_name,
            favoured=skip.offer.entry.guest_name,
            time=clock_text(local(skip.starts_at, restaurant), restaurant),
            why=str(skip.get_reason_display()),
            when=_moment(skip.occurred_at, restaurant),
        )
        for skip in skips
    ]


def day_links(days: Sequence[tuple[date, int]], chosen: date) -> list[DayLink]:
    """The days that somebody waits for."""
    return [
        DayLink(
            label=short_date(day),
            count=count,
            query=f"?date={day.isoformat()}",
            is_current=day == chosen,
        )
        for day, count in days
    ]


def day_nav(day: date) -> dict[str, str]:
    """The bar with the day before and the day after."""
    step = timedelta(days=1)
    return {
        "value": day.isoformat(),
        "title": long_date(day),
        "previous": f"?date={(day - step).isoformat()}",
        "following": f"?date={(day + step).isoformat()}",
    }


def numbers_rows(numbers: WaitlistNumbers) -> list[tuple[str, int, str]]:
    """Label, count and what it counts; in the order in which things happen."""
    return [
        (_("Joined"), numbers.joined, _("All who wished to wait.")),
        (_("Still waiting"), numbers.waiting, ""),
        (_("Offered a table"), numbers.offered, _("At least once.")),
        (_("Accepted"), numbers.accepted, _("Took the table.")),
        (_("Converted"), numbers.converted, _("Accepted, and not cancelled since.")),
        (_("Booked another table"), numbers.closed, _("The same night, without the waitlist.")),
        (
            _("Abandoned"),
            numbers.abandoned,
            _("Left, did not pay in time, or waited until the evening was over."),
        ),
        (_("Expired"), numbers.expired, _("Waited until the evening was over.")),
        (_("Not paid"), numbers.unpaid, _("Took the table and did not pay for it in time.")),
        (_("Taken off by staff"), numbers.removed, ""),
        (_("Offers made"), numbers.offers_made, _("One guest may get several.")),
        (_("Offers declined"), numbers.offers_declined, ""),
        (_("Offers not answered"), numbers.offers_expired, ""),
        (_("Offers withdrawn"), numbers.offers_withdrawn, _("The table was gone.")),
    ]


def share(part: int, whole: int) -> int | None:
    """Per cent; None of nothing."""
    return round(100 * part / whole) if whole else None
