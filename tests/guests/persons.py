"""One person about whom everything is stored that can be, under words that occur nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection

from bookings.deposits import payment_reference
from bookings.models import Deposit, Reservation
from bookings.services import reservation_create
from guests.models import (
    ConsentPurpose,
    Guest,
    GuestNote,
    GuestTag,
    LoyaltyEntry,
    LoyaltyReason,
    MergeCandidate,
    NoteKind,
    Tag,
)
from guests.services import consent_record
from guests.services.merging import guests_merge
from notifications.kinds import ChannelName, Kind
from notifications.models import (
    ContactPoint,
    ConversationEntry,
    GuestPreference,
    Message,
    MessageAttempt,
)
from payments.models import (
    Difference,
    Dispute,
    Instruction,
    LedgerEntry,
    Payment,
    PaymentAccount,
    Reconciliation,
    StoredMethod,
)
from restaurants.models import Restaurant
from reviews.models import Review
from telegram_bot.models import Dialogue, GuestProfile, TelegramUser
from tests.factories import GUEST, NOW, STAFF, a_request, make_restaurant, make_user
from waitlist.models import EntryStatus, QueueEntry, QueueStatus, WaitlistEntry

WORD = "zelda"
"""In every value that is about the person."""
PHONE = "+31612345678"
CHAT = "77001234"
LATER = NOW + timedelta(days=6)
"""The visit on Friday is over."""


@dataclass(frozen=True)
class Person:
    guest: Guest
    merged: Guest
    visit: Reservation
    restaurant: Restaurant


def make_person(restaurant: Restaurant | None = None) -> Person:
    """Booked and came once, waited once, wrote, was written to and about, is known to the bot."""
    place = restaurant or make_restaurant()
    booked = reservation_create(
        request=a_request(
            place,
            guest_name="Zelda de Vries",
            guest_phone=PHONE,
            guest_email="zelda@example.com",
            special_requests="Zelda likes the window",
            dietary_restrictions=("zelda-free",),
            has_health_consent=True,
            marketing_words="I want news",
            customer_id=make_user("customer@example.com").pk,
        ),
        actor=GUEST,
        now=NOW,
    )
    visit = booked.reservation
    guest = Guest.objects.get()
    other = Guest.objects.create(
        organisation=place.organisation, name="Zelda V", email="zelda.v@example.com", created_at=NOW
    )
    Reservation.objects.filter(pk=visit.pk).update(
        status="completed",
        completed_at=LATER,
        internal_notes="Zelda is loud",
        cancellation_reason="zelda",
        ip_address="203.0.113.9",
        bill_minor=8000,
        partner_reference="zelda-77",
        undo={"name": WORD},
        required_features=["wheelchair_accessible", "zelda"],
    )
    _in_the_guest_book(guest, place)
    guests_merge(kept_id=guest.pk, merged_id=other.pk, actor=STAFF, now=NOW)
    _on_the_waitlist(guest, visit, place)
    _in_the_queue(guest, visit, place)
    _in_a_review(guest, visit, place)
    _in_messages(guest, visit, place)
    _on_channels(guest)
    _in_the_bot()
    _in_payments(visit, place)
    guest.refresh_from_db()
    other.refresh_from_db()
    visit.refresh_from_db()
    return Person(guest, other, visit, place)


def _in_the_guest_book(guest: Guest, place: Restaurant) -> None:
    Guest.objects.filter(pk=guest.pk).update(
        block_reason="Zelda threw a plate",
        dietary_needs=["zelda-nuts"],
        preferences="Zelda's own cup",
        preferred_features=["wheelchair_accessible", "window"],
    )
    for kind in (NoteKind.ALLERGY, NoteKind.INCIDENT, NoteKind.GENERAL):
        GuestNote.objects.create(
            guest=guest, kind=kind, text=f"Zelda {kind}", created_at=NOW, updated_at=NOW
        )
    tag = Tag.objects.create(organisation=place.organisation, name="Regular", created_at=NOW)
    GuestTag.objects.create(guest=guest, tag=tag, created_at=NOW)
    LoyaltyEntry.objects.create(
        guest=guest,
        points=10,
        reason=LoyaltyReason.CORRECTION,
        note="for Zelda",
        created_at=NOW,
    )
    MergeCandidate.objects.create(guest=guest, name="Zelda W", reason="same", created_at=NOW)
    consent_record(
        guest_id=guest.pk,
        purpose=ConsentPurpose.HEALTH,
        is_given=True,
        wording="Keep them",
        source="own_page",
        actor=GUEST,
        ip="203.0.113.9",
        now=NOW,
    )


def _on_the_waitlist(guest: Guest, visit: Reservation, place: Restaurant) -> None:
    WaitlistEntry.objects.create(
        restaurant=place,
        guest=guest,
        status=EntryStatus.EXPIRED,
        service_date=visit.service_date,
        last_service_date=visit.service_date,
        from_time="18:00",
        until_time="20:00",
        party_size=2,
        guest_name="Zelda",
        guest_email="zelda@example.com",
        guest_phone=PHONE,
        special_requests="zelda",
        dietary_restrictions=["zelda"],
        required_features=["zelda"],
        has_health_consent=True,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NOW + timedelta(days=4),
        ended_at=NOW + timedelta(days=4),
        link_nonce="zelda",
        token_hash="zelda",
        ip_address="203.0.113.9",
    )


def _in_the_queue(guest: Guest, visit: Reservation, place: Restaurant) -> None:
    queued = QueueEntry.objects.create(
        restaurant=place,
        guest=guest,
        status=QueueStatus.CANCELED,
        service_date=visit.service_date,
        joined_at=NOW,
        name="Zelda",
        phone=PHONE,
        email="zelda@example.com",
        party_size=2,
        note="Zelda has a dog",
        required_features=["zelda"],
        quoted_low=10,
        quoted_high=20,
        middle_minutes=15,
        told_low=10,
        told_high=20,
        promised_at=NOW,
        undo={"name": WORD},
        link_nonce="zelda",
        token_hash="zelda-in-the-queue",
    )
    Message.objects.create(
        dedupe_key="queue",
        kind=Kind.QUEUE_JOINED,
        restaurant=place,
        queue_entry=queued,
        channels=["sms"],
        content={"text": "Zelda, you are next"},
        due_at=NOW,
        expires_at=LATER,
        created_at=NOW,
    )


def _in_a_review(guest: Guest, visit: Reservation, place: Restaurant) -> None:
    Review.objects.create(
        reservation=visit,
        restaurant=place,
        guest=guest,
        stars=4,
        text="Zelda was here",
        answer="Thank you, Zelda",
        created_at=NOW,
        updated_at=NOW,
    )


def _in_messages(guest: Guest, visit: Reservation, place: Restaurant) -> None:
    message = Message.objects.create(
        dedupe_key="one",
        kind=Kind.REVIEW_REQUEST,
        restaurant=place,
        reservation=visit,
        guest=guest,
        channels=["email"],
        content={"text": "Dear Zelda"},
        context={"name": "Zelda"},
        last_error="zelda@example.com is full",
        due_at=NOW,
        expires_at=LATER,
        created_at=NOW,
    )
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel="email",
        provider="smtp",
        address="zelda@example.com",
        detail="zelda",
        started_at=NOW,
    )
    ConversationEntry.objects.create(
        restaurant=place,
        reservation=visit,
        guest=guest,
        direction="in",
        channel="sms",
        text="Zelda here",
        provider="twilio",
        provider_id="zelda-1",
        sender=PHONE,
        at=NOW,
    )


def _on_channels(guest: Guest) -> None:
    for channel, address in ((ChannelName.TELEGRAM, CHAT), (ChannelName.WEBPUSH, "https://zelda")):
        ContactPoint.objects.create(
            guest=guest, channel=channel, address=address, keys={"auth": WORD}, created_at=NOW
        )
    GuestPreference.objects.create(guest=guest, preferred_channel="email", updated_at=NOW)


def _in_the_bot() -> None:
    GuestProfile.objects.create(
        user_id=int(CHAT),
        chat_id=int(CHAT),
        name="Zelda",
        phone=PHONE,
        awaiting="zelda",
        created_at=NOW,
        updated_at=NOW,
    )
    TelegramUser.objects.create(telegram_id=int(CHAT), language="nl", updated_at=NOW)
    Dialogue.objects.create(key=f"fsm:{CHAT}:{CHAT}:default", data={"name": WORD}, updated_at=NOW)


def _in_payments(visit: Reservation, place: Restaurant) -> None:
    """A card that was charged, given back by hand, disputed in vain: all settled."""
    Deposit.objects.create(reservation=visit)
    card = StoredMethod.objects.create(
        restaurant=place,
        provider="stripe",
        customer_token="cus-zelda",
        method_token="pm-zelda",
        brand="zelda card",
        last4="4242",
        expires="2029-05",
        created_at=NOW,
    )
    payment = Payment.objects.create(
        restaurant=place,
        provider="stripe",
        reference=payment_reference(visit.pk),
        mode="save",
        status="refunded",
        currency="EUR",
        amount_minor=0,
        limit_minor=4000,
        captured_minor=4000,
        refunded_minor=4000,
        method=card,
        secured_at=NOW,
        closed_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    for kind in ("captured", "refunded"):
        LedgerEntry.objects.create(
            payment=payment,
            kind=kind,
            provider_id=f"{kind}-1",
            amount_minor=4000,
            currency="EUR",
            source="webhook",
            occurred_at=NOW,
            recorded_at=NOW,
        )
    Instruction.objects.create(
        payment=payment,
        kind="refund",
        status="done",
        amount_minor=4000,
        key="refund-1",
        source_token="zelda-once",
        reason="Zelda was ill",
        settled_reason="Zelda has it back",
        next_attempt_at=NOW,
        created_at=NOW,
    )
    _in_the_books(payment, place)


def _in_the_books(payment: Payment, place: Restaurant) -> None:
    """A difference that somebody has looked at, and a dispute."""
    account = PaymentAccount.objects.create(
        restaurant=place, provider="stripe", created_at=NOW, updated_at=NOW
    )
    Difference.objects.create(
        reconciliation=Reconciliation.objects.create(
            account=account, since=NOW - timedelta(days=1), until=NOW, run_at=NOW
        ),
        payment=payment,
        kind="amount",
        fact_kind="captured",
        provider_id="ch-1",
        note="Zelda paid twice",
    )
    Dispute.objects.create(
        payment=payment,
        provider_id="dp-1",
        status="won",
        reason="fraudulent",
        amount_minor=4000,
        currency="EUR",
        opened_at=NOW,
        told_at=NOW,
        closed_at=NOW,
    )


def tables_that_know(*words: str) -> dict[str, list[Any]]:
    """The tables of all apps with a row that holds one of these words anywhere, but for the audit,
    whose entries are masked when they are written.
    """
    found = {}
    patterns = [f"%{word}%" for word in words]
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed or table == "core_auditentry":
                continue
            cursor.execute(
                f'SELECT t::text FROM "{table}" t WHERE t::text ILIKE ANY(%s)',  # noqa: S608
                [patterns],
            )
            rows = [row[0] for row in cursor.fetchall()]
            if rows:
                found[table] = rows
    return found
