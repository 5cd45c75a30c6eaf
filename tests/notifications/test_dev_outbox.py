"""The outbox of development."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from notifications import outbox_sources
from notifications.kinds import ChannelName, Kind
from notifications.models import ConversationEntry, Message, MessageAttempt, MessageStatus
from notifications.outbox_sources import OutboxButton, OutboxItem, register_outbox_source
from notifications.rendering import render
from notifications.services.contents import content_row
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member
from tests.notifications.rendering.support import bella, book, message_of

pytestmark = pytest.mark.django_db

PAGE = "/dev/outbox/"
HTMX = {"HX-Request": "true", "HX-Target": "outbox"}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture(autouse=True)
def _in_the_demo(settings: Any) -> None:
    settings.RESERVEHUB_DEV_OUTBOX = True
    settings.RESERVEHUB_DEMO = True


@pytest.fixture
def restaurant() -> Restaurant:
    return bella(tables=(2,) * 8)


def sent(
    restaurant: Restaurant, channel: ChannelName = ChannelName.EMAIL, kind: Kind = Kind.CONFIRMED
) -> Message:
    message = message_of(book(restaurant), kind)
    message.content = content_row(render(message))
    message.status = MessageStatus.SENT
    message.channels = [channel]
    message.attempts = 1
    message.sent_at = NOW
    message.save()
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel=channel,
        provider="outbox",
        address="anna@example.com",
        outcome="taken",
        started_at=NOW,
    )
    return message


def page(**query: str) -> str:
    return Client().get(PAGE, query).content.decode()


def test_every_channel_looks_like_what_it_is(restaurant: Restaurant) -> None:
    letter = sent(restaurant)
    for channel in ChannelName:
        if channel is not ChannelName.EMAIL:
            sent(restaurant, channel, Kind.REMINDER_DAY)
    text = page()
    assert reverse("notifications:dev-outbox-letter", args=[letter.pk]) in text
    for channel in ChannelName:
        assert f"outbox-lane-{channel.value}" in text
    assert text.count("outbox-bubble") == 3
    assert text.count('class="outbox-push"') == 1
    assert "Yes, we are coming" in text
    assert f"{letter.reservation and letter.reservation.reference}.ics" in text
    assert "E-mail · outbox · Taken by the provider" in text


def test_links_in_bubbles_work(restaurant: Restaurant) -> None:
    sent(restaurant, ChannelName.SMS)
    assert re.search(r'<a href="http://testserver/b/[\w-]{43}/"', page())


def test_the_page_asks_for_news_and_gets_none_without_any(restaurant: Restaurant) -> None:
    sent(restaurant)
    client = Client()
    text = client.get(PAGE).content.decode()
    (poll,) = re.findall(r'hx-get="([^"]+)"', text)
    assert 'hx-trigger="every 3s"' in text
    assert client.get(poll, headers=HTMX).status_code == 204

    sent(restaurant)

    answer = client.get(poll, headers=HTMX)
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert 'id="outbox"' in answer.content.decode()


def test_a_new_status_is_news(restaurant: Restaurant) -> None:
    message = sent(restaurant)
    client = Client()
    (poll,) = re.findall(r'hx-get="([^"]+)"', client.get(PAGE).content.decode())
    message.status = MessageStatus.DELIVERED
    message.save()
    assert client.get(poll, headers=HTMX).status_code == 200


def test_it_can_be_paused(restaurant: Restaurant) -> None:
    assert "hx-trigger" not in page(live="off")
    assert "?live=off" in page()


def test_it_is_narrowed_by_channel_kind_and_status(restaurant: Restaurant) -> None:
    sent(restaurant)
    sent(restaurant, ChannelName.SMS, Kind.REMINDER_SOON)
    assert page().count("<article") == 2
    assert page(channel="sms").count("<article") == 1
    assert page(kind="confirmed").count("<article") == 1
    assert page(status="failed").count("<article") == 0
    assert page(channel="nonsense", kind="nonsense", status="'").count("<article") == 2


def test_what_waits_and_what_reaches_nobody_is_shown_too(restaurant: Restaurant) -> None:
    message_of(book(restaurant))
    text = page()
    assert "The words are made when it is sent." in text
    assert "Nobody to reach" in text


def test_what_guests_answer_stands_on_the_other_side(restaurant: Restaurant) -> None:
    ConversationEntry.objects.create(
        restaurant=restaurant, direction="in", channel="sms", text="<b>Yes", at=NOW
    )
    text = page()
    assert "outbox-bubble-guest" in text
    assert "&lt;b&gt;Yes" in text


def test_another_app_shows_what_it_sends(restaurant: Restaurant) -> None:
    item = OutboxItem(
        key="telegram-card-7",
        channel="telegram",
        at=NOW + timedelta(minutes=1),
        text="New request",
        kind_label="Card",
        buttons=(OutboxButton(label="Confirm"),),
    )

    def source() -> list[OutboxItem]:
        return [item]

    register_outbox_source(source)
    register_outbox_source(source)
    try:
        text = page()
        assert text.count("New request") == 1
        assert ">Confirm<" in text.replace("\n", "").replace(" ", "")
        assert "New request" not in page(channel="sms")
        assert "New request" not in page(status="failed")
    finally:
        outbox_sources._sources.remove(source)


def test_a_letter_is_framed_where_it_can_do_nothing(restaurant: Restaurant) -> None:
    answer = Client().get(reverse("notifications:dev-outbox-letter", args=[sent(restaurant).pk]))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert '<base target="_blank">' in answer.content.decode()
    nothing = message_of(book(restaurant))
    url = reverse("notifications:dev-outbox-letter", args=[nothing.pk])
    assert Client().get(url).status_code == 404


def test_queries_do_not_grow_with_the_messages(restaurant: Restaurant) -> None:
    for _number in range(4):
        sent(restaurant)
    with CaptureQueriesContext(connection) as queries:
        page()
    assert len(queries) <= 4


def test_outside_development_there_is_no_outbox(restaurant: Restaurant, settings: Any) -> None:
    root = Client()
    root.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    letter = reverse("notifications:dev-outbox-letter", args=[sent(restaurant).pk])
    settings.RESERVEHUB_DEV_OUTBOX = False
    assert root.get(PAGE).status_code == 404
    assert root.get(letter).status_code == 404


def test_without_the_demo_it_is_for_platform_admins(restaurant: Restaurant, settings: Any) -> None:
    settings.RESERVEHUB_DEMO = settings.DEBUG = False
    letter = reverse("notifications:dev-outbox-letter", args=[sent(restaurant).pk])
    root, owner = Client(), Client()
    root.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    owner.force_login(make_member(restaurant, Role.OWNER, is_staff=True))
    for client, status in ((root, 200), (owner, 404), (Client(), 404)):
        assert client.get(PAGE).status_code == status
        assert client.get(letter).status_code == status
