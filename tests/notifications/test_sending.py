"""Each message once: claimed, sent, recorded, retried, handed on to a channel or to a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.services import (
    reservation_approve,
    reservation_cancel,
    reservation_decline,
    reservation_undo,
)
from notifications.channels.base import Receipt, Report, ReportStatus
from notifications.errors import NothingToSettle
from notifications.kinds import ChannelName, Kind
from notifications.models import AttemptOutcome, Message, MessageStatus, OptOut
from notifications.services import (
    message_plan,
    message_send_again,
    message_settle,
    message_unstick,
    messages_claim_due,
    messages_stuck,
    opt_out,
    preferences_set,
    report_record,
    sending_begin,
    sending_taken,
)
from notifications.services.stuck import stuck_after
from reservehub.core.actors import Actor, ActorKind
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import FRIDAY, GUEST, NOW, STAFF
from tests.notifications.stand_ins.server import address_of_nobody
from tests.notifications.stand_ins.smsc import SmscStandIn
from tests.notifications.stand_ins.smtp import SmtpStandIn
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.world import LATER, MAIL, PHONE, book, make_house, send_due, the

pytestmark = pytest.mark.django_db

STUCK = NOW + stuck_after() + timedelta(seconds=1)


@pytest.fixture
def house() -> Restaurant:
    return make_house()


# --- The usual way --------------------------------------------------------------------------------


def test_a_booking_becomes_a_letter_with_a_calendar_file(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    book(house)
    assert the(Kind.CONFIRMED).status == MessageStatus.WAITING
    assert smtp.letters == []
    assert send_due() == 1
    (letter,) = smtp.letters
    assert letter["To"] == MAIL
    kinds = [part.get_content_type() for part in letter.walk()]
    assert {"text/plain", "text/html", "text/calendar"} <= set(kinds)
    message = the(Kind.CONFIRMED)
    assert (message.status, message.attempts, message.sent_at) == (MessageStatus.SENT, 1, NOW)
    assert message.content is not None


def test_the_same_cause_is_told_once(house: Restaurant, smtp: SmtpStandIn) -> None:
    reservation = book(house)
    again = message_plan(kind=Kind.CONFIRMED, reservation=reservation, cause="v1", now=NOW)
    assert again is None
    send_due()
    send_due(NOW + LATER)
    assert len(smtp.letters) == 1


def test_only_one_of_two_workers_gets_a_message(house: Restaurant, smtp: SmtpStandIn) -> None:
    book(house)
    message = the(Kind.CONFIRMED)
    assert sending_begin(message_id=message.pk, now=NOW) is not None
    assert sending_begin(message_id=message.pk, now=NOW) is None


def test_a_guest_who_cancelled_gets_no_confirmation_any_more(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    reservation = book(house)
    reservation_cancel(reservation_id=reservation.pk, actor=GUEST, now=NOW)
    run_deliveries(now=NOW)
    send_due()
    message = the(Kind.CONFIRMED)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "state_changed")
    assert the(Kind.CANCELLED).status == MessageStatus.SENT
    assert sorted(letter["To"] for letter in smtp.letters) == [MAIL, "bistro@example.com"]


# --- Refusals -------------------------------------------------------------------------------------


def test_a_temporary_refusal_is_tried_again_later(house: Restaurant, smtp: SmtpStandIn) -> None:
    smtp.refuse_next("RCPT", "451 4.7.1 Greylisted")
    book(house)
    assert send_due() == 0
    message = the(Kind.CONFIRMED)
    assert message.status == MessageStatus.WAITING
    assert NOW < message.due_at <= NOW + timedelta(seconds=30)
    assert send_due() == 0, "not before it is due"
    assert send_due(NOW + LATER) == 1
    outcomes = [one.outcome for one in message.tries.all()]
    assert outcomes == [AttemptOutcome.REFUSED, AttemptOutcome.TAKEN]


def test_a_mailbox_that_does_not_exist_hands_the_message_to_the_phone(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    smtp.refuse_next("RCPT", "550 5.1.1 Unknown user")
    book(house)
    send_due()
    message = the(Kind.CONFIRMED)
    assert (message.status, message.channels) == (MessageStatus.WAITING, ["sms"])
    assert send_due() == 1
    (sms,) = twilio.delivered
    assert sms.to == PHONE
    # The next message does not try the mailbox again.
    assert OptOut.objects.filter(channel="email", address=MAIL, reason="dead").exists()


def test_an_sms_is_paid_for_only_where_nothing_else_has_reached(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    book(house)
    send_due()
    send_due(NOW + LATER)
    assert (len(smtp.letters), twilio.delivered) == (1, [])


def test_a_provider_that_is_down_is_tried_six_times_and_then_the_next(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    book(house)
    now = NOW
    with smtp.down():
        for _ in range(6):
            assert send_due(now) == 0
            now = max(now, the(Kind.CONFIRMED).due_at)
    assert send_due(now) == 1
    assert [one.channel for one in the(Kind.CONFIRMED).tries.all()] == ["email"] * 6 + ["sms"]
    assert the(Kind.CONFIRMED).due_at - NOW < timedelta(minutes=30)


def test_without_any_channel_left_it_waits_for_a_person_who_can_send_it_again(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    smtp.refuse_next("DATA", "554 5.7.1 Looks like spam")
    book(house, guest_phone="")
    send_due()
    message = the(Kind.CONFIRMED)
    assert (message.status, message.reason) == (MessageStatus.FAILED, "smtp_554")
    message_send_again(message_id=message.pk, actor=STAFF, now=NOW + LATER)
    assert send_due(NOW + LATER) == 1
    with pytest.raises(NothingToSettle):
        message_send_again(message_id=message.pk, actor=STAFF, now=NOW + LATER)


def test_a_channel_without_keys_is_off_and_says_so(house: Restaurant, smtp: SmtpStandIn) -> None:
    book(house, guest_email="")
    send_due()
    message = the(Kind.CONFIRMED)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "channel_off")


def test_whoever_said_stop_gets_nothing_over_that_channel(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    opt_out(channel=ChannelName.SMS, address=PHONE, reason="stop", now=NOW)
    book(house, guest_email="")
    message = the(Kind.CONFIRMED)
    assert (message.status, message.reason) == (MessageStatus.DROPPED, "unreachable")


def test_a_stop_that_only_the_provider_knows_is_learnt(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    twilio.stopped.add(PHONE)
    book(house, guest_email="")
    send_due()
    assert OptOut.objects.get().address == PHONE
    assert the(Kind.CONFIRMED).status == MessageStatus.FAILED


def test_the_preferred_channel_comes_first(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    guest = book(house).guest
    assert guest is not None
    preferences_set(
        guest_id=guest.pk,
        preferred_channel="sms",
        off_channels=[],
        off_kinds=[],
        actor=GUEST,
        now=NOW,
    )
    reservation = book(house, date=NOW.date() + timedelta(days=9))
    assert Message.objects.get(reservation=reservation).channels == ["sms", "email"]


# --- Nobody knows ---------------------------------------------------------------------------------


def test_a_letter_whose_sender_was_killed_is_left_to_a_person(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    book(house)
    message = the(Kind.CONFIRMED)
    sending = sending_begin(message_id=message.pk, now=NOW)
    assert sending is not None
    sending.backend.send(sending.envelope)  # and then the worker dies
    assert messages_stuck(now=NOW) == []
    assert messages_stuck(now=STUCK) == [message.pk]
    message_unstick(message_id=message.pk, now=STUCK)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCERTAIN
    assert send_due(STUCK + LATER) == 0
    assert len(smtp.letters) == 1
    message_settle(message_id=message.pk, arrived=True, actor=STAFF, now=STUCK)
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_a_provider_that_can_say_is_asked(house: Restaurant, twilio: TwilioStandIn) -> None:
    # The stand-in keeps the real time.
    book(house, guest_email="", now=timezone.now(), date=timezone.now().date() + timedelta(days=9))
    message = the(Kind.CONFIRMED)
    now = timezone.now()
    twilio.drop_after_receiving()
    assert send_due(now) == 0
    message.refresh_from_db()
    assert message.status == MessageStatus.SENDING
    message_unstick(message_id=message.pk, now=now + stuck_after())
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert len(twilio.delivered) == 1


def test_what_certainly_never_arrived_is_sent_again(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    book(house, guest_email="")
    message = the(Kind.CONFIRMED)
    assert sending_begin(message_id=message.pk, now=NOW) is not None  # and dies before sending
    message_unstick(message_id=message.pk, now=STUCK)
    assert send_due(STUCK + LATER) == 1
    assert len(twilio.delivered) == 1


def test_an_answer_that_comes_after_the_sweep_is_believed(
    house: Restaurant, smtp: SmtpStandIn
) -> None:
    book(house)
    message = the(Kind.CONFIRMED)
    sending = sending_begin(message_id=message.pk, now=NOW)
    assert sending is not None
    message_unstick(message_id=message.pk, now=STUCK)
    assert sending_taken(
        message_id=message.pk, number=sending.number, receipt=Receipt("x"), now=STUCK
    )
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_a_sender_that_was_overtaken_records_nothing(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    book(house, guest_email="")
    message = the(Kind.CONFIRMED)
    slow = sending_begin(message_id=message.pk, now=NOW)
    assert slow is not None
    message_unstick(message_id=message.pk, now=STUCK)
    send_due(STUCK + LATER)
    assert not sending_taken(
        message_id=message.pk, number=slow.number, receipt=Receipt("late"), now=STUCK + LATER
    )


def test_a_second_try_under_the_same_number_is_recorded(smsc: SmscStandIn) -> None:
    book(make_house(), guest_phone="+79991234567", guest_email="")
    smsc.fail_next(502)
    send_due()
    message = Message.objects.get(channels__contains=["sms"])
    message_unstick(message_id=message.pk, now=NOW + timedelta(minutes=5))
    smsc.minute_passes()

    send_due(NOW + timedelta(minutes=30))

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert len(smsc.delivered) == 1


# --- The sweep ------------------------------------------------------------------------------------


def test_the_sweep_queues_what_got_lost_once_a_minute(house: Restaurant) -> None:
    book(house)
    mine = the(Kind.CONFIRMED).pk
    assert messages_claim_due(now=NOW) == [mine]
    assert messages_claim_due(now=NOW + timedelta(seconds=30)) == []
    assert messages_claim_due(now=NOW + timedelta(seconds=61)) == [mine]


# --- Reports --------------------------------------------------------------------------------------


def report(status: ReportStatus, provider_id: str, **more: Any) -> Report:
    return Report(provider_id=provider_id, status=status, **more)


@pytest.mark.parametrize(
    "order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1), (2, 2, 0), (1, 0, 2)]
)
def test_reports_in_any_order_end_the_same(
    house: Restaurant, twilio: TwilioStandIn, order: tuple[int, ...]
) -> None:
    book(house, guest_email="")
    send_due()
    (sms,) = twilio.delivered
    told = [ReportStatus.SENT, ReportStatus.DELIVERED, ReportStatus.READ]
    for number in order:
        assert report_record(
            provider="twilio", report=report(told[number], sms.provider_id), now=NOW
        )
    assert the(Kind.CONFIRMED).status == MessageStatus.READ


def test_an_sms_that_never_arrived_is_followed_by_a_letter(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    reservation = book(house)
    Message.objects.all().delete()
    message_plan(kind=Kind.TABLE_READY, reservation=reservation, cause="x", now=NOW)
    send_due()
    (sms,) = twilio.delivered
    failed = report(ReportStatus.FAILED, sms.provider_id, code="30003")
    for _ in range(2):
        report_record(provider="twilio", report=failed, now=NOW)
    assert send_due() == 1
    assert [letter["To"] for letter in smtp.letters] == [MAIL]


def test_news_about_unknown_messages_is_for_later(house: Restaurant) -> None:
    assert not report_record(provider="twilio", report=report(ReportStatus.SENT, "SM404"), now=NOW)
    assert not report_record(provider="smtp", report=report(ReportStatus.SENT, ""), now=NOW)


def test_a_spam_report_ends_the_letters(house: Restaurant, smtp: SmtpStandIn) -> None:
    book(house)
    send_due()
    message = the(Kind.CONFIRMED)
    message.tries.update(provider_id="sg1")
    told = report(ReportStatus.DELIVERED, "sg1", is_opt_out=True)
    report_record(provider="smtp", report=told, now=NOW)
    assert OptOut.objects.filter(channel="email", address=MAIL).exists()


def test_refused_connections_lose_nothing(house: Restaurant, settings: Any) -> None:
    settings.TWILIO_ACCOUNT_SID = "AC1"
    settings.TWILIO_AUTH_TOKEN = "t"
    settings.TWILIO_FROM = "+15005550006"
    settings.TWILIO_API_URL = address_of_nobody()
    book(house, guest_email="")
    assert send_due() == 0
    message = the(Kind.CONFIRMED)
    assert (message.status, message.reason) == (MessageStatus.WAITING, "unreachable")


def test_a_guest_who_booked_in_the_chat_gets_at_most_a_letter(
    house: Restaurant, smtp: SmtpStandIn, twilio: TwilioStandIn
) -> None:
    in_the_chat = Actor(kind=ActorKind.GUEST, label="guest", channel="telegram")
    reservation = book(house, actor=in_the_chat)
    assert the(Kind.CONFIRMED).channels == ["email"]
    Message.objects.all().delete()
    reservation_cancel(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    run_deliveries(now=NOW)
    assert the(Kind.CANCELLED).channels == ["email", "sms"]
    Message.objects.all().delete()
    book(house, actor=in_the_chat, guest_email="", date=FRIDAY + timedelta(days=7))
    assert the(Kind.CONFIRMED).reason == "told_already"


def test_an_answer_that_is_taken_back_is_followed_by_the_truth(
    smtp: SmtpStandIn,
) -> None:
    asks = make_house(policy={"confirmation_mode": "approval"})
    reservation = book(asks, guest_phone="")
    send_due()
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    run_deliveries(now=NOW)
    send_due()
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    reservation_decline(reservation_id=reservation.pk, actor=STAFF, now=NOW, reason="")
    run_deliveries(now=NOW)
    send_due()
    told = Message.objects.exclude(kind=Kind.STAFF_REQUEST).order_by("pk")
    assert [(one.kind, one.status) for one in told] == [
        (Kind.REQUEST_RECEIVED, MessageStatus.SENT),
        (Kind.CONFIRMED, MessageStatus.SENT),
        (Kind.DECLINED, MessageStatus.SENT),
    ]


def test_an_answer_that_stays_taken_back_is_told_as_well(smtp: SmtpStandIn) -> None:
    asks = make_house(policy={"confirmation_mode": "approval"})
    reservation = book(asks, guest_phone="")
    reservation_approve(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    run_deliveries(now=NOW)
    send_due()
    reservation_undo(reservation_id=reservation.pk, actor=STAFF, now=NOW)
    run_deliveries(now=NOW)
    send_due()
    last = Message.objects.exclude(kind=Kind.STAFF_REQUEST).latest("pk")
    assert (last.kind, last.status) == (Kind.REQUEST_RECEIVED, MessageStatus.SENT)
