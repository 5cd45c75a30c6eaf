"""Messages about a visit that nobody has booked, to look at. No row is written."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from bookings.deposits import Kind as DepositKind
from bookings.deposits import Rule, Terms, terms_of
from bookings.lifecycle import Status
from bookings.models import Reservation, Source
from bookings.policies import cancel_deadline, modify_deadline, snapshot
from notifications.channels.base import Content
from notifications.kinds import Kind
from notifications.models import CampaignText, Message, MessageText
from notifications.rendering.render import language_of, render_with
from reservehub.core import clock
from reservehub.core.timezones import first_instant_from, to_wall, zone_info
from restaurants.models import Restaurant

_STATUS = {
    Kind.REQUEST_RECEIVED: Status.PENDING,
    Kind.STAFF_REQUEST: Status.PENDING,
    Kind.DECLINED: Status.DECLINED,
    Kind.EXPIRED: Status.EXPIRED,
    Kind.CANCELLED: Status.CANCELLED_BY_GUEST,
    Kind.STAFF_CANCELLED: Status.CANCELLED_BY_GUEST,
    Kind.REVIEW_REQUEST: Status.COMPLETED,
    Kind.PAYMENT_ASKED: Status.PENDING_PAYMENT,
    Kind.PAYMENT_TOO_LATE: Status.EXPIRED,
    Kind.FEE_CHARGED: Status.NO_SHOW,
    Kind.DEPOSIT_KEPT: Status.NO_SHOW,
    Kind.HOLD_RELEASED: Status.COMPLETED,
    Kind.STAFF_DISPUTE: Status.NO_SHOW,
}
_NAMES = {"en": "Anna de Vries", "ru": "Анна Смирнова"}
_REPLIES = {
    "en": "Of course, bring your dog along! We keep the corner by the window for you.",
    "ru": "Конечно, приходите с собакой! Оставим для вас уголок у окна.",
}
_REASONS = {"en": "A private party that evening.", "ru": "В этот вечер у нас закрытое мероприятие."}
_NEWS = {
    "en": {"subject": "Asparagus is here", "text": "Hello {first_name}! Six dishes until June."},
    "ru": {"subject": "Спаржа уже здесь", "text": "{first_name}, до июня шесть блюд из спаржи."},
}
_DISHES = {"en": "Deposit", "ru": "Депозит"}


def preview(
    *, restaurant: Restaurant, kind: Kind, language: str, text: MessageText | None = None
) -> Content:
    """What a guest (or, for its kinds, the restaurant) would get.

    :param text: own words to try, saved or not; None for those that are stored
    """
    now = clock.now()
    language = language_of(language, restaurant)
    own = (
        text
        or MessageText.objects.filter(restaurant=restaurant, kind=kind, language=language).first()
    )
    reservation = _invented(restaurant, kind, language, now)
    message = Message(
        kind=kind,
        restaurant=restaurant,
        reservation=reservation,
        language=language,
        context=_context(restaurant, kind, language, reservation, now),
    )
    return render_with(message, text=own, now=now)


def campaign_preview(text: CampaignText, *, name: str) -> Content:
    """What a guest of this name would get of a campaign; its last link leads nowhere yet.

    :param name: empty for an invented one
    """
    restaurant = text.campaign.restaurant
    message = Message(
        kind=Kind.CAMPAIGN,
        restaurant=restaurant,
        language=text.language,
        context={
            "subject": text.subject,
            "text": text.text,
            "short": text.short,
            "stop_url": f"/u/news.123456.{'x' * 43}/",  # as long as a real one
            "guest_name": name or _NAMES.get(text.language, _NAMES["en"]),
        },
    )
    return render_with(message, text=None, now=clock.now())


def _invented(restaurant: Restaurant, kind: Kind, language: str, now: datetime) -> Reservation:
    """Two people, 19:30, some days ahead."""
    wall, _fold = to_wall(now, restaurant.timezone)
    day = wall.date() + timedelta(days=1 if kind is Kind.REMINDER_DAY else 3)
    at = time(19, 30)
    starts_at = first_instant_from(datetime.combine(day, at), restaurant.timezone)
    reservation = Reservation(
        reference="RES-2026-000042",
        restaurant=restaurant,
        status=_STATUS.get(kind, Status.CONFIRMED),
        version=2,
        service_date=day,
        local_date=day,
        local_time=at,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=105),
        party_size=2,
        guest_name=_NAMES.get(language, _NAMES["en"]),
        guest_language=language,
        source=Source.WEB,
        expires_at=_expires_at(kind, now),
        created_at=now - timedelta(days=4),
        updated_at=now,
        link_nonce="preview",
    )
    _set_terms(kind, reservation)
    return reservation


def _expires_at(kind: Kind, now: datetime) -> datetime | None:
    if kind is Kind.PAYMENT_ASKED:
        return now + timedelta(hours=4)
    return now + timedelta(hours=24) if _STATUS.get(kind) is Status.PENDING else None


def _set_terms(kind: Kind, reservation: Reservation) -> None:
    restaurant = reservation.restaurant
    policy = getattr(restaurant, "policy", None)  # a place that is being set up may lack one
    starts_at = reservation.starts_at
    reservation.cancel_deadline_at = reservation.modify_deadline_at = starts_at
    if policy is None:
        return
    reservation.cancel_deadline_at = cancel_deadline(
        policy,
        starts_at=starts_at,
        service_date=reservation.service_date,
        zone=zone_info(restaurant.timezone),
    )
    reservation.modify_deadline_at = modify_deadline(policy, starts_at=starts_at)
    reservation.policy_snapshot = dict(
        snapshot(
            policy,
            cancel_deadline_at=reservation.cancel_deadline_at,
            modify_deadline_at=reservation.modify_deadline_at,
            currency=restaurant.currency,
        )
    )
    if kind in _PAID:
        reservation.policy_snapshot["deposit"] = _deposit(kind, reservation)


_PAID = frozenset(
    {Kind.PAYMENT_ASKED, Kind.RECEIPT, Kind.PAYMENT_TOO_LATE, Kind.FEE_CHARGED, Kind.DEPOSIT_KEPT}
)


def _deposit(kind: Kind, reservation: Reservation) -> Terms:
    rule = Rule(
        pk=0,
        kind=DepositKind.GUARANTEE if kind is Kind.FEE_CHARGED else DepositKind.DEPOSIT,
        amount_minor=1000,
        is_per_person=True,
    )
    return terms_of(
        rule,
        party_size=reservation.party_size,
        currency=reservation.restaurant.currency,
        starts_at=reservation.starts_at,
        cancel_deadline_at=reservation.cancel_deadline_at,
    )


def _context(
    restaurant: Restaurant, kind: Kind, language: str, reservation: Reservation, now: datetime
) -> dict[str, Any]:
    money = {"amount_minor": 2000, "currency": restaurant.currency}
    known: dict[Kind, dict[str, Any]] = {
        Kind.CHANGED: {
            "old_starts_at": (reservation.starts_at - timedelta(hours=1)).isoformat(),
            "old_party_size": 3,
        },
        Kind.DECLINED: {"reason": _REASONS.get(language, _REASONS["en"])},
        Kind.CANCELLED: {"by_guest": True},
        Kind.REPLY: {"text": _REPLIES.get(language, _REPLIES["en"])},
        Kind.WAITLIST_OFFER: {"until": (now + timedelta(minutes=30)).isoformat()},
        Kind.QUEUE_JOINED: {"position": 3, "low": 15, "high": 25},
        Kind.QUEUE_LONGER: {"low": 25, "high": 40},
        Kind.QUEUE_READY: {"until": (now + timedelta(minutes=10)).isoformat()},
        Kind.QUEUE_NUDGE: {"until": (now + timedelta(minutes=5)).isoformat()},
        Kind.CAMPAIGN: _NEWS.get(language, _NEWS["en"]),
        Kind.RECEIPT: {
            "mode": "charge",
            "lines": [{"label": _DISHES.get(language, _DISHES["en"]), "amount": money}],
            "total": money,
            "card": "•••• 4242",
            "number": "10000000-2000-4000-8000-300000000042",
        },
        Kind.REFUNDED: {"amount": money},
        Kind.PAYMENT_TOO_LATE: {"amount": money, "mode": "charge"},
        Kind.FEE_CHARGED: {"amount": money, "why": "no_show"},
        Kind.DEPOSIT_KEPT: {"amount": money, "why": "no_show"},
        Kind.HOLD_RELEASED: {"amount": money},
        Kind.STAFF_PAYMENT_REFUSED: {"amount": money, "what": "charge", "code": "51"},
        Kind.STAFF_DISPUTE: {
            "amount": money,
            "status": "needs_response",
            "respond_by": (now + timedelta(days=9)).isoformat(),
        },
        Kind.STAFF_DIFFERENCES: {"count": 2, "since": (now - timedelta(days=1)).isoformat()},
    }
    return known.get(kind, {})
