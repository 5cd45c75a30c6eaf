"""A booking as its guest sees it: the state in words and what can still be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.lifecycle import AWAITING, CANCELLED, OCCUPYING, Status
from bookings.models import Deposit, Reservation
from bookings.presenters.clock import clock_text, local, long_date, moment_text, zone_text
from bookings.presenters.finder import guests_text
from bookings.presenters.paying import CancelPrice, cancel_price, until_text
from bookings.services.deposits.records import has_deposit, is_paid_for
from bookings.services.ready import CALLABLE
from reservehub.core.timezones import offset_label, wall_to_instants
from restaurants.models import Restaurant

LATE_CHOICES = (10, 20)
LATE_OPENS = timedelta(hours=3)
RECONFIRM_OPENS = timedelta(hours=72)

_GOOD, _WAIT, _OVER = "notice-good", "notice-wait", "notice"

_SENTENCES: Mapping[Status, tuple[str, Promise, Promise | str]] = {
    Status.PENDING: (
        _WAIT,
        gettext_lazy("Your request is with the restaurant"),
        gettext_lazy("It is not confirmed yet. The table is kept for you until they answer."),
    ),
    Status.PENDING_PAYMENT: (
        _WAIT,
        gettext_lazy("Waiting for your payment"),
        gettext_lazy("The table is kept for you until the payment arrives."),
    ),
    Status.CONFIRMED: (
        _GOOD,
        gettext_lazy("Your table is booked"),
        gettext_lazy("See you soon. Keep this page: here you can change or cancel the booking."),
    ),
    Status.ARRIVED: (_GOOD, gettext_lazy("Welcome"), gettext_lazy("Your table is being prepared.")),
    Status.PARTIALLY_SEATED: (_GOOD, gettext_lazy("Enjoy your visit"), ""),
    Status.SEATED: (_GOOD, gettext_lazy("Enjoy your visit"), ""),
    Status.COMPLETED: (
        _OVER,
        gettext_lazy("Thank you for your visit"),
        gettext_lazy("We hope to see you again."),
    ),
    Status.NO_SHOW: (
        _OVER,
        gettext_lazy("You were missed"),
        gettext_lazy("The table was given away after the time had passed."),
    ),
    Status.CANCELLED_BY_GUEST: (
        _OVER,
        gettext_lazy("The booking is cancelled"),
        gettext_lazy("Thank you for telling the restaurant."),
    ),
    Status.CANCELLED_BY_RESTAURANT: (
        _OVER,
        gettext_lazy("The restaurant has cancelled this booking"),
        gettext_lazy("We are sorry. Call the restaurant if you have questions."),
    ),
    Status.DECLINED: (
        _OVER,
        gettext_lazy("The restaurant could not accept your request"),
        gettext_lazy("We are sorry. Another time may still be free."),
    ),
    Status.EXPIRED: (
        _OVER,
        gettext_lazy("The request has expired"),
        gettext_lazy("The restaurant did not answer in time. Nothing is booked."),
    ),
    Status.MOVED: (_OVER, gettext_lazy("The booking was moved"), ""),
}
_UNPAID = (
    _OVER,
    gettext_lazy("The time to pay is over"),
    gettext_lazy("The table was given to others. Nothing was charged."),
)
_TOO_LATE = (
    _OVER,
    gettext_lazy("Your payment came too late"),
    gettext_lazy("We are sorry: the table had been given away. You get everything back."),
)
_READY = (
    _GOOD,
    gettext_lazy("Your table is ready"),
    gettext_lazy("Please come in: you are expected at the entrance."),
)


@dataclass(frozen=True)
class Visit:
    """What the page about one booking prints."""

    reference: str
    version: int
    tone: str
    status: str
    sentence: str
    title: str
    heading: str
    summary: str
    date: str
    time: str
    zone: str
    guests: str
    area: str
    can_change: bool
    can_cancel: bool
    can_reconfirm: bool
    can_be_late: bool
    is_over: bool
    is_phone_needed: bool
    deadline_text: str
    cancel_text: str
    is_cancel_dear: bool
    """Cancelling now costs money, which `cancel_text` says."""
    late_text: str
    news: str
    """What is read aloud when the state of an open page changes."""
    change_news: str
    """The same when date, time or guests change."""
    late_choices: tuple[int, ...] = LATE_CHOICES
    qr: str = ""


def visit_of(
    reservation: Reservation, *, now: datetime, qr: str = "", can_manage: bool = True
) -> Visit:
    """The view model of a booking at an instant; a guest who may only look gets no actions."""
    restaurant = reservation.restaurant
    status = Status(reservation.status)
    deposit = reservation.deposit if has_deposit(reservation) else None
    tone, words, sentence = _words(reservation, status, deposit)
    if status is Status.PENDING_PAYMENT and reservation.expires_at is not None:
        until = until_text(reservation.expires_at, restaurant, now=now)
        sentence = _("The table is kept for you until %(until)s.") % {"until": until}
    wall = datetime.combine(reservation.local_date, reservation.local_time)
    rights = _rights(reservation, status, now=now) if can_manage else _NOTHING
    when = f"{long_date(reservation.local_date)}, {time_text(reservation)}"
    summary = f"{when} · {guests_text(reservation.party_size)}"
    price = cancel_price(reservation, deposit, now=now)
    return Visit(
        reference=reservation.reference,
        version=reservation.version,
        tone=tone,
        status=str(words),
        sentence=str(sentence),
        title=str(words),
        heading=restaurant.name,
        summary=summary,
        date=long_date(wall.date()),
        time=time_text(reservation),
        zone=zone_text(restaurant, reservation.starts_at),
        guests=guests_text(reservation.party_size),
        area=reservation.area_preference.name if reservation.area_preference else "",
        can_change=rights.can_change,
        can_cancel=rights.can_cancel,
        can_reconfirm=rights.can_reconfirm,
        can_be_late=rights.can_be_late,
        is_over=status not in OCCUPYING,
        is_phone_needed=rights.is_phone_needed or status is Status.CANCELLED_BY_RESTAURANT,
        deadline_text=_deadline_text(reservation, rights, price),
        cancel_text=price.text if price else _cancel_text(reservation, now=now),
        is_cancel_dear=price is not None and price.is_dear,
        late_text=_late_text(reservation, restaurant) if status in OCCUPYING else "",
        news=_news(status, words, sentence),
        change_news=_("Your booking is for %(summary)s.") % {"summary": summary},
        qr=qr,
    )


def _words(
    reservation: Reservation, status: Status, deposit: Deposit | None
) -> tuple[str, Promise, Promise | str]:
    if status is Status.EXPIRED and deposit is not None:
        if deposit.too_late_at is not None:
            return _TOO_LATE
        if reservation.waited_for_money:
            return _UNPAID
    if reservation.table_ready_at is not None and status in CALLABLE:
        return _READY
    return _SENTENCES[status]


def _news(status: Status, words: Promise, sentence: Promise | str) -> str:
    if status is Status.CONFIRMED and words is not _READY[1]:
        return _("Your booking is confirmed.")
    return f"{words}. {sentence}".strip()


def time_text(reservation: Reservation) -> str:
    """``19:30``, with the UTC offset in the hour that happens twice (rule 5)."""
    restaurant = reservation.restaurant
    wall = datetime.combine(reservation.local_date, reservation.local_time)
    text = clock_text(wall, restaurant)
    if len(wall_to_instants(wall, restaurant.timezone)) > 1:
        return f"{text} ({offset_label(reservation.starts_at, restaurant.timezone)})"
    return text


@dataclass(frozen=True)
class _Rights:
    can_change: bool = False
    can_cancel: bool = False
    can_reconfirm: bool = False
    can_be_late: bool = False
    is_phone_needed: bool = False


_NOTHING = _Rights()


def _rights(reservation: Reservation, status: Status, *, now: datetime) -> _Rights:
    """What the guest may still do alone (rules 67, 72). The services decide; this only offers."""
    if status not in AWAITING | {Status.CONFIRMED}:
        return _NOTHING
    is_before = now < reservation.starts_at
    can_change = is_before and now <= reservation.modify_deadline_at
    can_cancel = is_before and (now <= reservation.cancel_deadline_at or is_paid_for(reservation))
    is_confirmed = status is Status.CONFIRMED
    return _Rights(
        can_change=can_change,
        can_cancel=can_cancel,
        can_reconfirm=is_confirmed
        and is_before
        and reservation.reconfirmed_at is None
        and reservation.starts_at - now <= RECONFIRM_OPENS
        and now - reservation.created_at >= timedelta(hours=12),
        can_be_late=is_confirmed
        and reservation.late_eta_at is None
        and -timedelta(minutes=15) <= reservation.starts_at - now <= LATE_OPENS,
        is_phone_needed=not (can_change and can_cancel),
    )


def _deadline_text(reservation: Reservation, rights: _Rights, price: CancelPrice | None) -> str:
    restaurant = reservation.restaurant
    if rights.can_cancel and price is not None:
        return price.text
    if rights.can_cancel:
        return _("Free to cancel until %(moment)s.") % {
            "moment": moment_text(reservation.cancel_deadline_at, restaurant)
        }
    if rights.can_change:
        return _("It is too late to cancel online. Please call the restaurant.")
    if rights.is_phone_needed:
        return _("It is too late to change or cancel online. Please call the restaurant.")
    return ""


def _cancel_text(reservation: Reservation, *, now: datetime) -> str:
    if Status(reservation.status) in CANCELLED:
        return ""
    if now <= reservation.cancel_deadline_at:
        return _("Cancelling is free. The table goes to somebody else at once.")
    return ""


def _late_text(reservation: Reservation, restaurant: Restaurant) -> str:
    if reservation.late_eta_at is None:
        return ""
    eta = clock_text(local(reservation.late_eta_at, restaurant), restaurant)
    return _("The restaurant knows that you arrive at about %(time)s.") % {"time": eta}


def calendar_title(reservation: Reservation) -> str:
    """``Table for 2 guests at Bistro``."""
    return _("%(restaurant)s: table for %(guests)s") % {
        "restaurant": reservation.restaurant.name,
        "guests": guests_text(reservation.party_size),
    }


def google_url(reservation: Reservation, *, manage_url: str) -> str:
    """Opens a filled-in event in Google Calendar."""
    span = f"{reservation.starts_at:%Y%m%dT%H%M%SZ}/{reservation.ends_at:%Y%m%dT%H%M%SZ}"
    query = {
        "action": "TEMPLATE",
        "text": calendar_title(reservation),
        "dates": span,
        "details": f"{reservation.reference}\n{manage_url}",
        "location": f"{reservation.restaurant.name}, {reservation.restaurant.address}",
        "ctz": reservation.restaurant.timezone,
    }
    return f"https://calendar.google.com/calendar/render?{urlencode(query)}"


def outlook_url(reservation: Reservation, *, manage_url: str) -> str:
    """Opens a filled-in event in Outlook on the web."""
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": calendar_title(reservation),
        "startdt": f"{reservation.starts_at:%Y-%m-%dT%H:%M:%SZ}",
        "enddt": f"{reservation.ends_at:%Y-%m-%dT%H:%M:%SZ}",
        "body": f"{reservation.reference}\n{manage_url}",
        "location": f"{reservation.restaurant.name}, {reservation.restaurant.address}",
    }
    return f"https://outlook.live.com/calendar/0/deeplink/compose?{urlencode(query)}"
