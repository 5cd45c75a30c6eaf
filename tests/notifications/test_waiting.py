"""Those who wait for a table are told, and answer with one word (rules 88, 89, 97)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookings.models import Reservation
from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import ChannelName, Kind
from notifications.models import ConversationEntry, Message, MessageAttempt, MessageStatus
from notifications.services import Understood, entry_message_plan, inbound_record
from reservehub.core import clock
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, make_restaurant
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.world import PHONE, send_due, the
from tests.waitlist.evenings import cancel, fill, join, settle
from waitlist.models import EntryStatus, OfferStatus, WaitlistEntry, WaitlistOffer
from waitlist.services import entry_leave, offer_decline, offers_expire

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2,), name="Bistro Anna")


def waiting(house: Restaurant, **fields: Any) -> tuple[Reservation, WaitlistEntry]:
    """A full evening, somebody who waits for it by phone, and no messages about anything else."""
    (booked,) = fill(house)
    entry = join(house, **{"guest_email": "", "guest_phone": PHONE, **fields})
    run_deliveries(now=NOW)
    Message.objects.exclude(waitlist_entry=entry).delete()
    return booked, entry


def offered(house: Restaurant, now: datetime = NOW) -> tuple[WaitlistOffer, Message]:
    """The table has become free and was offered; the guest has the message."""
    booked, _entry = waiting(house)
    (offer,) = cancel(booked, now)
    Message.objects.exclude(kind=Kind.WAITLIST_OFFER).delete()
    send_due(now)
    return offer, the(Kind.WAITLIST_OFFER)


def says(text: str, number: int = 1, **more: Any) -> Understood:
    inbound = Inbound(provider_id=f"in-{number}", sender=PHONE, text=text, **more)
    return inbound_record(provider="twilio", channel=ChannelName.SMS, inbound=inbound, now=NOW)


def test_joining_is_confirmed_once_with_what_is_waited_for(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    _booked, entry = waiting(house, guest_email="bo@example.com")
    again = entry_message_plan(kind=Kind.WAITLIST_JOINED, entry=entry, cause="joined", now=NOW)
    assert again is None
    send_due()
    (letter,) = smtp.letters
    assert letter["To"] == "bo@example.com"
    content = the(Kind.WAITLIST_JOINED).content
    assert content is not None
    assert "Hello Bo Jansen," in content["text"]
    assert "Fri 5 Jun, 19:00, 2 guests" in content["text"]


def test_an_offer_rings_first_and_says_until_when(house: Restaurant, twilio: TwilioStandIn) -> None:
    offer, message = offered(house)
    assert (message.status, message.channels) == (MessageStatus.SENT, ["sms"])
    assert message.expires_at == offer.expires_at
    (sms,) = twilio.delivered
    assert "Fri 5 Jun, 19:00, 2 guests" in sms.text
    assert "kept until" in sms.text
    run_deliveries(now=NOW)
    assert Message.objects.filter(kind=Kind.WAITLIST_OFFER).count() == 1


@pytest.mark.parametrize("end", ["declined", "left", "expired"])
def test_an_offer_that_is_over_is_not_sent_any_more(
    house: Restaurant, twilio: TwilioStandIn, end: str
) -> None:
    booked, entry = waiting(house)
    (offer,) = cancel(booked)
    Message.objects.exclude(kind=Kind.WAITLIST_OFFER).delete()
    later = NOW
    if end == "declined":
        offer_decline(offer_id=offer.pk, actor=GUEST, now=NOW)
    elif end == "left":
        entry_leave(entry_id=entry.pk, actor=GUEST, now=NOW)
    else:
        later = offer.expires_at
    send_due(later)
    assert the(Kind.WAITLIST_OFFER).status == MessageStatus.DROPPED
    assert twilio.delivered == []


def test_who_does_not_answer_hears_that_the_offer_is_over(house: Restaurant) -> None:
    booked, _entry = waiting(house)
    (offer,) = cancel(booked)
    offers_expire(now=offer.expires_at)
    settle(offer.expires_at)
    gone = the(Kind.WAITLIST_GONE)
    assert gone.waitlist_offer == offer
    assert gone.manners.is_letter is False


def test_nobody_is_woken_by_an_offer_that_lasts_until_noon(house: Restaurant) -> None:
    booked, _entry = waiting(house)
    midnight = datetime(2026, 6, 1, 22, 0, tzinfo=UTC)
    cancel(booked, midnight)
    assert the(Kind.WAITLIST_OFFER).due_at == midnight + timedelta(hours=8)


def test_one_takes_the_table(house: Restaurant, twilio: TwilioStandIn) -> None:
    offer, _message = offered(house)
    understood = says("1")
    offer.refresh_from_db()
    assert (offer.status, understood.meaning) == (OfferStatus.ACCEPTED, Meaning.CONFIRM)
    assert offer.reservation is not None
    assert offer.reservation.guest_phone == PHONE
    says("1")
    assert Reservation.objects.filter(guest_name="Bo Jansen").count() == 1
    run_deliveries(now=NOW)
    assert the(Kind.CONFIRMED).reservation == offer.reservation


def test_nine_lets_the_table_go_and_keeps_the_place(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    offer, message = offered(house)
    understood = says("9")
    offer.refresh_from_db()
    assert (offer.status, understood.meaning) == (OfferStatus.DECLINED, Meaning.CANCEL)
    assert WaitlistEntry.objects.get().status == EntryStatus.WAITING
    assert message.status == MessageStatus.SENT
    line = ConversationEntry.objects.get()
    assert (line.reservation, line.understood_as) == (None, "cancel")
    assert line.seen_at == NOW, "nothing that staff have to read"


def test_a_button_counts_for_the_offer_it_stands_under(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    offer, message = offered(house)
    tried = MessageAttempt.objects.get(message=message)
    says("", answer_code="confirm", in_reply_to=tried.provider_id)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.ACCEPTED


def test_a_button_that_is_pressed_too_late_is_told_so(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    offer, message = offered(house)
    tried = MessageAttempt.objects.get(message=message)
    offer_decline(offer_id=offer.pk, actor=GUEST, now=NOW)
    understood = says("", answer_code="confirm", in_reply_to=tried.provider_id)
    assert understood.refusal
    assert the(Kind.WAITLIST_GONE).waitlist_offer == offer
    assert not Reservation.objects.filter(guest_name="Bo Jansen").exists()


def test_words_about_an_offer_do_nothing(house: Restaurant, twilio: TwilioStandIn) -> None:
    offer, _message = offered(house)
    says("is there a chair for a child?")
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_a_reply_of_somebody_else_takes_nothing(house: Restaurant, twilio: TwilioStandIn) -> None:
    offer, message = offered(house)
    tried = MessageAttempt.objects.get(message=message)
    inbound = Inbound(
        provider_id="x",
        sender="+31600000000",
        text="",
        answer_code="confirm",
        in_reply_to=tried.provider_id,
    )
    inbound_record(provider="twilio", channel=ChannelName.SMS, inbound=inbound, now=NOW)
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_the_evening_waited_for_may_be_one_of_several(house: Restaurant, smtp: SmtpStandIn) -> None:
    fill(house)
    fill(house, date=FRIDAY + timedelta(days=1))
    join(house, last_date=FRIDAY + timedelta(days=1), guest_email="bo@example.com")
    run_deliveries(now=NOW)
    send_due()
    content = the(Kind.WAITLIST_JOINED).content
    assert content is not None
    assert "Fri 5 Jun - Sat 6 Jun, 19:00" in content["text"]
