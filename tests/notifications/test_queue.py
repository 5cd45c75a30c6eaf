"""Who stands in the queue is told, and answers with one word (rules 97, 98)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from notifications.answers import Meaning
from notifications.channels.base import Inbound
from notifications.kinds import ChannelName, Kind
from notifications.models import Message, MessageStatus
from notifications.services import Understood, inbound_record
from reservehub.core import clock
from reservehub.core.testing import run_deliveries
from restaurants.models import Restaurant
from tests.factories import GUEST, STAFF, make_restaurant
from tests.notifications.stand_ins.twilio import TwilioStandIn
from tests.notifications.world import PHONE, send_due, the
from tests.waitlist.queue.evening import EVENING, fill_house, later, wait_at_door
from waitlist.models import QueueEntry, QueueStatus
from waitlist.services.queue import queue_leave, queue_ready, queue_run

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(tables=(2,), name="Bistro Anna")


def arrive(now: datetime) -> None:
    run_deliveries(now=now)
    send_due(now)


def called(house: Restaurant, now: datetime = EVENING) -> QueueEntry:
    """A party whose table is ready and that has the message."""
    entry = wait_at_door(house, name="Bo", phone=PHONE)
    queue_ready(entry_id=entry.pk, actor=STAFF, now=now)
    arrive(now)
    entry.refresh_from_db()
    return entry


def says(text: str, number: int = 1, now: datetime = EVENING, **more: Any) -> Understood:
    inbound = Inbound(provider_id=f"in-{number}", sender=PHONE, text=text, **more)
    return inbound_record(provider="twilio", channel=ChannelName.SMS, inbound=inbound, now=now)


def test_joining_is_confirmed_with_the_quote_and_the_page(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    fill_house(house)
    entry = wait_at_door(house, name="Bo", phone=PHONE)

    with clock.freeze(later(1)):
        arrive(later(1))

    (sms,) = twilio.delivered
    assert f"{entry.quoted_low}-{entry.quoted_high} minutes" in sms.text
    assert "/q/" in sms.text
    assert the(Kind.QUEUE_JOINED).context["position"] == 1


def test_who_left_no_address_gets_no_message(house: Restaurant) -> None:
    wait_at_door(house, phone="")

    run_deliveries(now=EVENING)

    assert not Message.objects.exists()


def test_a_ready_table_is_told_with_the_time_it_is_kept(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    called(house)

    ready = the(Kind.QUEUE_READY)
    assert ready.expires_at == later(10)
    assert "kept until 19:10" in twilio.delivered[-1].text


def test_nobody_is_called_to_a_table_that_is_no_longer_kept(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    entry = wait_at_door(house, phone=PHONE)
    queue_ready(entry_id=entry.pk, actor=STAFF, now=EVENING)
    run_deliveries(now=EVENING)
    queue_leave(entry_id=entry.pk, actor=GUEST, now=EVENING)

    send_due(EVENING)

    assert the(Kind.QUEUE_READY).status == MessageStatus.DROPPED
    assert twilio.delivered == []


def test_a_called_party_is_reminded_by_message(house: Restaurant, twilio: TwilioStandIn) -> None:
    called(house)
    queue_run(restaurant_id=house.pk, now=later(5))

    with clock.freeze(later(5)):
        arrive(later(5))

    assert "waits until 19:10" in twilio.delivered[-1].text


def test_a_longer_wait_is_told_in_minutes_from_now(
    house: Restaurant, twilio: TwilioStandIn
) -> None:
    fill_house(house)
    entry = wait_at_door(house, phone=PHONE)
    QueueEntry.objects.update(told_low=0, told_high=entry.told_high - 25)
    queue_run(restaurant_id=house.pk, now=later(1))

    arrive(later(1))

    entry.refresh_from_db()
    told = the(Kind.QUEUE_LONGER).context
    assert (told["low"], told["high"]) == (entry.told_low, entry.told_high)


def test_one_is_coming(house: Restaurant, twilio: TwilioStandIn) -> None:
    entry = called(house)

    understood = says("1", now=later(1))
    again = says("1", now=later(2))

    entry.refresh_from_db()
    assert understood.meaning == again.meaning == Meaning.CONFIRM
    assert entry.coming_at == later(1)


def test_nine_leaves(house: Restaurant, twilio: TwilioStandIn) -> None:
    entry = called(house)

    assert says("9", now=later(1)).meaning == Meaning.CANCEL
    entry.refresh_from_db()
    assert entry.status == QueueStatus.CANCELED
    assert says("1", number=2, now=later(2)).refusal


def test_anything_else_is_not_for_the_queue(house: Restaurant, twilio: TwilioStandIn) -> None:
    entry = called(house)

    says("two minutes please", now=later(1))

    entry.refresh_from_db()
    assert entry.status == QueueStatus.SERVICE_READY
