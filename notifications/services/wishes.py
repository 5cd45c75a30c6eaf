"""Whether a message is still wanted at the moment of sending, and whether it has to wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from bookings.models import DepositStatus, Reservation
from notifications.kinds import Kind
from notifications.models import CampaignStatus, Message, MessageStatus
from notifications.planning import Facts, send_at, unwanted
from notifications.rendering.terms import kept_of
from notifications.selectors import message_settings_of, quiet_hours_of
from payments.models import Payment, PaymentStatus
from waitlist.models import OfferStatus, QueueEntry, QueueStatus
from waitlist.selectors.queue import queue_status_at

PAUSED_FOR = timedelta(minutes=5)
"""A message of a paused campaign that has been tried is looked at again after so long."""


def why_unwanted(message: Message, now: datetime) -> str:
    """Why it should not go out any more, as a code; empty if it should (requirement H3)."""
    if message.reservation is not None:
        return _of_visit(message, now)
    if now >= message.expires_at:
        return "too_late"
    if message.kind == Kind.CAMPAIGN:
        return _of_campaign(message)
    if message.queue_entry is not None:
        return _of_queue(message, message.queue_entry, now)
    return _of_waitlist(message, now) if message.waitlist_entry is not None else ""


def _of_queue(message: Message, entry: QueueEntry, now: datetime) -> str:
    """Nobody is called to a table that is no longer kept, or told to wait who need not."""
    status = queue_status_at(entry, now)
    if message.kind in (Kind.QUEUE_READY, Kind.QUEUE_NUDGE):
        is_same_call = entry.ready_at is not None and message.created_at >= entry.ready_at
        is_wanted = status == QueueStatus.SERVICE_READY and is_same_call
    else:
        is_wanted = status in (QueueStatus.WAITING, QueueStatus.SKIPPED)
    return "" if is_wanted else "state_changed"


def _of_waitlist(message: Message, now: datetime) -> str:
    entry, offer = message.waitlist_entry, message.waitlist_offer
    if entry is None or not entry.is_live:
        return "state_changed"
    if message.kind == Kind.WAITLIST_OFFER:
        is_open = offer is not None and offer.status == OfferStatus.OPEN and offer.expires_at > now
        return "" if is_open else "offer_over"
    return ""


def _of_visit(message: Message, now: datetime) -> str:
    reservation = message.reservation
    if reservation is None:
        return ""
    facts = Facts(
        status=reservation.status,
        starts_at=reservation.starts_at,
        told_starts_at=message.about_starts_at,
        is_superseded=message.kind == Kind.CHANGED
        and Message.objects.filter(
            reservation=reservation, kind=Kind.CHANGED, pk__gt=message.pk
        ).exists(),
        is_reconfirmed=reservation.reconfirmed_at is not None,
        has_eta=reservation.late_eta_at is not None,
    )
    why = unwanted(Kind(message.kind), facts, now=now, expires_at=message.expires_at)
    return why or _of_money(message, reservation)


def _of_money(message: Message, reservation: Reservation) -> str:
    """Nobody is asked to pay what is paid or may not be paid any more, told that they need not if
    they have never heard of it, or told of a deposit that was given up after all.
    """
    if message.kind == Kind.DEPOSIT_KEPT:
        return "" if kept_of(reservation) else "waived"
    if message.kind == Kind.PAYMENT_WITHDRAWN:
        asked = Message.objects.filter(reservation=reservation, kind=Kind.PAYMENT_ASKED)
        was_asked = asked.exclude(status=MessageStatus.DROPPED).exists()
        is_over = reservation.deposit_status == DepositStatus.WAIVED
        return "" if was_asked and is_over else "state_changed"
    if message.kind == Kind.PAYMENT_ASKED:
        payment = Payment.objects.filter(pk=message.context.get("payment")).first()
        is_open = payment is not None and payment.status == PaymentStatus.OPEN
        return "" if is_open else "state_changed"
    return ""


def _of_campaign(message: Message) -> str:
    """Consent is asked for again at this moment: it may have been withdrawn since the start."""
    recipient = getattr(message, "campaign_recipient", None)
    guest = message.guest
    if recipient is None or guest is None or guest.anonymised_at is not None:
        return "guest_gone"
    if guest.merged_into_id is not None:
        return "merged"
    if recipient.campaign.status == CampaignStatus.CANCELLED:
        return "campaign_cancelled"
    if guest.is_blocked:
        return "blocked"
    return "" if guest.has_marketing_consent else "no_consent"


def not_before(message: Message, now: datetime) -> datetime | None:
    """When a message of a campaign may go if not now: after the quiet hours, and not while the
    campaign is paused. None where nothing keeps it.
    """
    recipient = getattr(message, "campaign_recipient", None)
    if message.kind != Kind.CAMPAIGN or recipient is None or now >= message.expires_at:
        return None
    if recipient.campaign.status == CampaignStatus.PAUSED:
        return now + PAUSED_FOR
    at = send_at(
        Kind.CAMPAIGN,
        due_at=now,
        expires_at=message.expires_at,
        quiet=quiet_hours_of(message_settings_of(message.restaurant)),
        zone=message.restaurant.timezone,
    )
    until = at or message.expires_at
    return until if until > now else None
