"""What messages there are, and the manners of each. Pure but for the translated words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class ChannelName(TextChoices):
    """The ways to reach somebody."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    WEBPUSH = "webpush", _("Browser notification")


class Kind(TextChoices):
    """What a message is about. The first part goes to guests, `STAFF_…` to the restaurant."""

    REQUEST_RECEIVED = "request_received", _("Request received")
    CONFIRMED = "confirmed", _("Confirmed")
    CHANGED = "changed", _("Changed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Request not answered in time")
    CANCELLED = "cancelled", _("Cancelled")
    REMINDER_DAY = "reminder_day", _("Reminder the day before")
    REMINDER_SOON = "reminder_soon", _("Reminder two hours before")
    RECONFIRM = "reconfirm", _("Are you still coming?")
    ON_YOUR_WAY = "on_your_way", _("Are you on your way?")
    TABLE_READY = "table_ready", _("Table ready")
    WAITLIST_JOINED = "waitlist_joined", _("On the waitlist")
    WAITLIST_OFFER = "waitlist_offer", _("A table has become free")
    WAITLIST_GONE = "waitlist_gone", _("The offer has expired")
    QUEUE_JOINED = "queue_joined", _("In the queue")
    QUEUE_LONGER = "queue_longer", _("The queue takes longer")
    QUEUE_READY = "queue_ready", _("Queue: table ready")
    QUEUE_NUDGE = "queue_nudge", _("Queue: the table is still held")
    REVIEW_REQUEST = "review_request", _("How was it?")
    PAYMENT_ASKED = "payment_asked", _("Please pay by this link")
    PAYMENT_WITHDRAWN = "payment_withdrawn", _("Nothing to pay any more")
    RECEIPT = "receipt", _("Receipt")
    REFUNDED = "refunded", _("Refund")
    PAYMENT_TOO_LATE = "payment_too_late", _("The payment came too late")
    FEE_CHARGED = "fee_charged", _("Fee charged")
    DEPOSIT_KEPT = "deposit_kept", _("Deposit kept")
    HOLD_RELEASED = "hold_released", _("Held amount released")
    REPLY = "reply", _("Answer of the restaurant")
    CAMPAIGN = "campaign", _("Offers and news")
    PRIVACY_LINK = "privacy_link", _("Link to what is stored")
    STAFF_REQUEST = "staff_request", _("Staff: new request")
    STAFF_CANCELLED = "staff_cancelled", _("Staff: a guest cancelled")
    STAFF_NO_SHOW_DUE = "staff_no_show_due", _("Staff: a party has not come")
    STAFF_PAYMENT_REFUSED = "staff_payment_refused", _("Staff: a payment was refused")
    STAFF_DISPUTE = "staff_dispute", _("Staff: a payment is disputed")
    STAFF_DIFFERENCES = "staff_differences", _("Staff: payments do not add up")


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a kind of message is sent.

    :param is_letter: has details to keep (times, a calendar file), so e-mail comes first among
        equals; otherwise it has to be seen soon, and channels that ring come first
    :param is_urgent: the reader waits for it: no quiet hours (rule 105)
    :param is_optional: guests may switch it off without switching off the channel
    :param is_for_staff: goes to the restaurant
    :param lifetime: nobody wants it later than this after it was due
    """

    is_letter: bool = True
    is_urgent: bool = True
    is_optional: bool = False
    is_for_staff: bool = False
    lifetime: timedelta = timedelta(days=2)


_HOUR = timedelta(hours=1)

MANNERS: Mapping[Kind, Manners] = MappingProxyType(
    {
        Kind.REQUEST_RECEIVED: Manners(),
        Kind.CONFIRMED: Manners(),
        Kind.CHANGED: Manners(),
        Kind.DECLINED: Manners(),
        Kind.EXPIRED: Manners(),
        Kind.CANCELLED: Manners(),
        Kind.REMINDER_DAY: Manners(is_urgent=False, is_optional=True),
        Kind.REMINDER_SOON: Manners(is_letter=False, is_urgent=False, is_optional=True),
        Kind.RECONFIRM: Manners(is_letter=False, is_urgent=False),
        Kind.ON_YOUR_WAY: Manners(is_letter=False, lifetime=_HOUR),
        Kind.TABLE_READY: Manners(is_letter=False, lifetime=_HOUR),
        Kind.WAITLIST_JOINED: Manners(),
        Kind.WAITLIST_OFFER: Manners(is_letter=False),
        Kind.WAITLIST_GONE: Manners(is_letter=False, is_urgent=False, lifetime=_HOUR * 12),
        Kind.QUEUE_JOINED: Manners(is_letter=False, lifetime=_HOUR),
        Kind.QUEUE_LONGER: Manners(is_letter=False, lifetime=_HOUR / 4),
        Kind.QUEUE_READY: Manners(is_letter=False, lifetime=_HOUR / 6),
        Kind.QUEUE_NUDGE: Manners(is_letter=False, lifetime=_HOUR / 6),
        Kind.REVIEW_REQUEST: Manners(is_urgent=False, is_optional=True),
        # It ends with the time to pay, which `services.money` gives.
        Kind.PAYMENT_ASKED: Manners(is_letter=False),
        Kind.PAYMENT_WITHDRAWN: Manners(is_letter=False),
        Kind.RECEIPT: Manners(lifetime=timedelta(days=7)),
        Kind.REFUNDED: Manners(lifetime=timedelta(days=7)),
        Kind.PAYMENT_TOO_LATE: Manners(),
        Kind.FEE_CHARGED: Manners(lifetime=timedelta(days=7)),
        Kind.DEPOSIT_KEPT: Manners(lifetime=timedelta(days=7)),
        Kind.HOLD_RELEASED: Manners(is_urgent=False, lifetime=timedelta(days=7)),
        Kind.REPLY: Manners(is_letter=False),
        Kind.CAMPAIGN: Manners(is_urgent=False, lifetime=timedelta(days=3)),
        Kind.PRIVACY_LINK: Manners(is_letter=False, lifetime=_HOUR),
        Kind.STAFF_REQUEST: Manners(is_for_staff=True),
        Kind.STAFF_CANCELLED: Manners(is_for_staff=True),
        Kind.STAFF_NO_SHOW_DUE: Manners(is_for_staff=True, lifetime=_HOUR),
        Kind.STAFF_PAYMENT_REFUSED: Manners(is_for_staff=True),
        Kind.STAFF_DISPUTE: Manners(is_for_staff=True, lifetime=timedelta(days=7)),
        Kind.STAFF_DIFFERENCES: Manners(is_for_staff=True, lifetime=timedelta(days=7)),
    }
)
