"""Guests write back: clear answers act, everything else reaches people, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bookings.models import Reservation
from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.errors import NobodyToTell
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Message, OptOut
from notifications.selectors import conversation_of, conversations_unseen
from notifications.services import (
    Understood,
    contact_link_create,
    contact_link_use,
    contact_point_add,
    conversation_reply,
    conversation_seen,
    inbound_record,
)
from reservehub.core.errors import NotFound, ValidationFailed
from restaurants.models import Restaurant
from tests.factories import FRIDAY, NOW, STAFF
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.world import PHONE, book, make_house, send_due, the

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Restaurant:
    return make_house()


def says(text: str, *, number: str = "SMin1", sender: str = PHONE, **more: Any) -> Understood:
    """An SMS of the guest comes in."""
    inbound = Inbound(provider_id=number, sender=sender, text=text, **more)
    return inbound_record(provider="twilio", channel="sms", inbound=inbound, now=NOW)


def test_one_confirms(house: Restaurant) -> None:
    reservation = book(house)
    assert says("1").meaning == Meaning.CONFIRM
    reservation.refresh_from_db()
    assert reservation.reconfirmed_at == NOW
    assert not conversations_unseen(house).exists()


def test_nine_cancels_once(house: Restaurant) -> None:
    reservation = book(house)
    assert says("9").meaning == says("9").meaning == Meaning.CANCEL
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("cancelled_by_guest", 2)
    assert ConversationEntry.objects.count() == 1


def test_other_words_wait_for_staff(house: Restaurant) -> None:
    reservation = book(house)
    found = says("Could we have a high chair?")
    assert found.meaning == Meaning.NOTHING
    assert [entry.text for entry in conversations_unseen(house)] == ["Could we have a high chair?"]
    assert conversation_seen(reservation_id=reservation.pk, actor=STAFF, now=NOW) == 1
    assert conversation_seen(reservation_id=reservation.pk, actor=STAFF, now=NOW) == 0
    assert not conversations_unseen(house).exists()


def test_cancelling_too_late_is_explained_and_reaches_staff(house: Restaurant) -> None:
    reservation = book(house)
    late = reservation.starts_at - timedelta(minutes=30)
    inbound = Inbound(provider_id="x", sender=PHONE, text="cancel")
    found = inbound_record(provider="twilio", channel="sms", inbound=inbound, now=late)
    reservation.refresh_from_db()
    assert (found.meaning, reservation.status) == (Meaning.NOTHING, "confirmed")
    assert found.refusal
    assert conversations_unseen(house).count() == 1
    assert the(Kind.REPLY).channels[0] == "sms"


def test_stop_counts_for_the_phone_and_start_takes_it_back(house: Restaurant) -> None:
    book(house)
    says("STOP")
    assert OptOut.objects.filter(channel="sms", address=PHONE).exists()
    other = book(house, date=FRIDAY + timedelta(days=7))
    assert Message.objects.get(reservation=other).channels == ["email"]
    says("start", number="SMin2")
    assert not OptOut.objects.exists()


def test_a_reply_belongs_to_the_message_it_answers(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    first = book(house, guest_email="")
    second = book(house, guest_email="", date=FRIDAY + timedelta(days=7))
    send_due()
    about_first, _ = twilio.delivered
    found = says("1", in_reply_to=about_first.provider_id)
    assert found.entry is not None
    assert found.entry.reservation == first
    assert says("1", number="SMin2").entry.reservation == second  # type: ignore[union-attr]


def test_a_stranger_cannot_answer_for_somebody_else(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    reservation = book(house, guest_email="")
    send_due()
    (sms,) = twilio.delivered
    found = says("9", sender="+31699999999", in_reply_to=sms.provider_id)
    assert found.entry is None
    reservation.refresh_from_db()
    assert reservation.status == "confirmed"


def test_a_guest_who_was_never_written_to_is_known_by_phone(house: Restaurant) -> None:
    reservation = book(house)
    Message.objects.all().delete()
    assert says("hello").entry.reservation == reservation  # type: ignore[union-attr]


def test_an_answer_goes_where_the_question_came_from(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    reservation = book(house)
    Message.objects.all().delete()
    says("Is there parking?")
    entry = conversation_reply(
        reservation_id=reservation.pk, text=" Yes, behind the house. ", actor=STAFF, now=NOW
    )
    assert (entry.channel, entry.text) == ("sms", "Yes, behind the house.")
    assert not conversations_unseen(house).exists()
    send_due()
    (sms,) = twilio.delivered
    assert "Yes, behind the house." in sms.text
    assert [one.direction for one in conversation_of(reservation)] == ["in", "out"]


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_an_answer_has_words_and_an_end(house: Restaurant, text: str) -> None:
    reservation = book(house)
    with pytest.raises(ValidationFailed):
        conversation_reply(reservation_id=reservation.pk, text=text, actor=STAFF, now=NOW)


def test_who_cannot_be_reached_is_not_answered_into_the_void(house: Restaurant) -> None:
    reservation = book(house, guest_email="")
    says("STOP")
    with pytest.raises(NobodyToTell):
        conversation_reply(reservation_id=reservation.pk, text="Hello", actor=STAFF, now=NOW)
    assert not ConversationEntry.objects.filter(direction="out").exists()


# --- Chats ----------------------------------------------------------------------------------------


def link(reservation: Reservation) -> str:
    return contact_link_create(reservation_id=reservation.pk, channel="telegram", now=NOW)


def test_a_chat_is_connected_once_by_its_link(house: Restaurant) -> None:
    reservation = book(house)
    token = link(reservation)
    found = contact_link_use(token=token, channel="telegram", address="77", now=NOW)
    assert found == reservation
    other = book(house, date=FRIDAY + timedelta(days=7))
    assert Message.objects.get(reservation=other).channels == ["telegram", "email", "sms"]
    for wrong in (token, "x" * 43):
        with pytest.raises(NotFound):
            contact_link_use(token=wrong, channel="telegram", address="78", now=NOW)


def test_a_link_lives_for_a_day_and_for_its_channel(house: Restaurant) -> None:
    reservation = book(house)
    later = NOW + timedelta(days=1, seconds=1)
    with pytest.raises(NotFound):
        contact_link_use(token=link(reservation), channel="telegram", address="77", now=later)
    with pytest.raises(NotFound):
        contact_link_use(token=link(reservation), channel="webpush", address="77", now=NOW)


def test_a_chat_of_its_own_finds_the_next_visit(house: Restaurant) -> None:
    reservation = book(house)
    assert reservation.guest_id is not None
    contact_point_add(
        guest_id=reservation.guest_id, channel="telegram", address="77", keys={}, now=NOW
    )
    inbound = Inbound(provider_id="77:1", sender="77", text="We are running late")
    found = inbound_record(provider="telegram", channel="telegram", inbound=inbound, now=NOW)
    assert found.entry is not None
    assert found.entry.reservation == reservation
