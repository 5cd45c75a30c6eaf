"""What each kind of message says, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from notifications.kinds import Kind
from notifications.rendering.facts import Facts
from notifications.rendering.words import (
    answers,
    booking,
    campaign,
    money,
    paying,
    privacy,
    staff,
    staff_money,
    visit,
    waiting,
)
from notifications.rendering.words.base import Line, Tone, Words

__all__ = ["Line", "Tone", "Words", "words_of"]

_WORDS: Mapping[Kind, Callable[[Facts], Words]] = {
    Kind.REQUEST_RECEIVED: booking.request_received,
    Kind.CONFIRMED: booking.confirmed,
    Kind.CHANGED: booking.changed,
    Kind.DECLINED: booking.declined,
    Kind.EXPIRED: booking.expired,
    Kind.CANCELLED: booking.cancelled,
    Kind.REMINDER_DAY: visit.reminder_day,
    Kind.REMINDER_SOON: visit.reminder_soon,
    Kind.RECONFIRM: visit.reconfirm,
    Kind.ON_YOUR_WAY: visit.on_your_way,
    Kind.TABLE_READY: visit.table_ready,
    Kind.WAITLIST_JOINED: waiting.waitlist_joined,
    Kind.WAITLIST_OFFER: waiting.waitlist_offer,
    Kind.WAITLIST_GONE: waiting.waitlist_gone,
    Kind.QUEUE_JOINED: waiting.queue_joined,
    Kind.QUEUE_LONGER: waiting.queue_longer,
    Kind.QUEUE_READY: waiting.queue_ready,
    Kind.QUEUE_NUDGE: waiting.queue_nudge,
    Kind.REVIEW_REQUEST: answers.review_request,
    Kind.PAYMENT_ASKED: paying.payment_asked,
    Kind.PAYMENT_WITHDRAWN: paying.payment_withdrawn,
    Kind.RECEIPT: money.receipt,
    Kind.REFUNDED: money.refunded,
    Kind.PAYMENT_TOO_LATE: money.payment_too_late,
    Kind.FEE_CHARGED: money.fee_charged,
    Kind.DEPOSIT_KEPT: money.deposit_kept,
    Kind.HOLD_RELEASED: money.hold_released,
    Kind.REPLY: answers.reply,
    Kind.CAMPAIGN: campaign.campaign,
    Kind.PRIVACY_LINK: privacy.privacy_link,
    Kind.STAFF_REQUEST: staff.request,
    Kind.STAFF_CANCELLED: staff.cancelled,
    Kind.STAFF_NO_SHOW_DUE: staff.no_show_due,
    Kind.STAFF_PAYMENT_REFUSED: staff_money.payment_refused,
    Kind.STAFF_DISPUTE: staff_money.dispute,
    Kind.STAFF_DIFFERENCES: staff_money.differences,
}


def words_of(kind: Kind, facts: Facts) -> Words:
    """The words of a kind for these facts."""
    return _WORDS[kind](facts)
