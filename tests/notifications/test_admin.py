"""Messages in the admin site: who sees what, and what a person can do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from guests.models import Guest
from notifications.kinds import ChannelName, Kind
from notifications.models import (
    ContactPoint,
    ConversationEntry,
    GuestPreference,
    Message,
    MessageAttempt,
    MessageSettings,
    MessageStatus,
    MessageText,
    OptOut,
)
from notifications.rendering import render
from notifications.services.contents import content_row
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member
from tests.notifications.rendering.support import bella, book, message_of

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/message/"
TEXTS = "/admin/notifications/messagetext/"


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return bella(tables=(2,) * 8)


def client_of(restaurant: Restaurant, role: str = Role.HOST) -> Client:
    client = Client()
    client.force_login(make_member(restaurant, role, is_staff=True))
    return client


def platform() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    return client


def sent(restaurant: Restaurant, status: str = MessageStatus.SENT, **fields: Any) -> Message:
    """A message with one try to `anna@example.com`."""
    message = message_of(book(restaurant))
    message.content = content_row(render(message))
    message.status = status
    message.channels = [ChannelName.EMAIL]
    message.attempts = 1
    for name, value in fields.items():
        setattr(message, name, value)
    message.save()
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel=ChannelName.EMAIL,
        provider="smtp",
        address="anna@example.com",
        outcome="taken",
        started_at=NOW,
    )
    return message


def page_of(message: Message) -> str:
    return reverse("admin:notifications_message_change", args=[message.pk])


def letter_of(message: Message) -> str:
    return reverse("admin:notifications_message_letter", args=[message.pk])


def listed(client: Client, **query: str) -> set[int]:
    return {row.pk for row in client.get(LIST, query).context["cl"].result_list}


def test_the_list_is_narrowed_by_tab_channel_and_reference(restaurant: Restaurant) -> None:
    fine = sent(restaurant)
    failed = sent(restaurant, MessageStatus.FAILED)
    unsure = sent(restaurant, MessageStatus.UNCERTAIN)
    waiting = sent(restaurant, MessageStatus.WAITING)
    client = client_of(restaurant)

    page = client.get(LIST)
    tabs = {str(tab["title"]): tab for tab in page.context["message_tabs"]}
    assert tabs["For a person"]["count"] == 2
    assert listed(client) == {fine.pk, failed.pk, unsure.pk, waiting.pk}
    assert listed(client, status__in="failed,uncertain") == {failed.pk, unsure.pk}
    assert listed(client, status__exact="waiting") == {waiting.pk}
    assert listed(client, channel="sms") == set()
    assert len(listed(client, channel="email")) == 4
    assert fine.reservation is not None
    assert listed(client, q=fine.reservation.reference) == {fine.pk}


def test_the_list_stays_within_fifteen_queries(restaurant: Restaurant) -> None:
    for _number in range(5):
        sent(restaurant)
    client = client_of(restaurant)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(LIST).status_code == 200
    assert len(queries) <= 15


def test_nobody_reads_messages_of_another_restaurant(restaurant: Restaurant) -> None:
    message = sent(restaurant, MessageStatus.FAILED)
    stranger = client_of(bella(), Role.OWNER)
    assert listed(stranger) == set()
    assert stranger.get(page_of(message)).status_code == 302
    assert stranger.get(letter_of(message)).status_code == 404
    stranger.post(LIST, {"action": "send_again", "_selected_action": message.pk, "confirmed": "1"})
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED


def test_who_may_not_see_contacts_sees_neither_letter_nor_address(restaurant: Restaurant) -> None:
    message = sent(restaurant)
    viewer = client_of(restaurant, Role.VIEWER)
    page = viewer.get(page_of(message)).content.decode()
    assert "Confirmed" in page
    for secret in ("anna@example.com", "/b/", "Anna de Vries"):
        assert secret not in page
    assert viewer.get(letter_of(message)).status_code == 403

    host = client_of(restaurant)
    page = host.get(page_of(message)).content.decode()
    assert "anna@example.com" in page
    assert letter_of(message) in page
    assert "1 SMS" in page


def test_a_letter_is_shown_where_it_can_do_nothing(restaurant: Restaurant) -> None:
    answer = client_of(restaurant).get(letter_of(sent(restaurant)))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'self'" in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    assert "Your table is booked" in answer.content.decode()


def test_nobody_rewrites_or_deletes_a_message(restaurant: Restaurant) -> None:
    message = sent(restaurant)
    root = platform()
    assert root.get(f"{LIST}add/").status_code == 403
    assert root.post(page_of(message), {"status": "read"}).status_code == 403
    delete = reverse("admin:notifications_message_delete", args=[message.pk])
    assert root.post(delete, {"post": "yes"}).status_code == 403


def test_the_button_says_how_many_are_sent_again(restaurant: Restaurant) -> None:
    messages = [sent(restaurant, MessageStatus.FAILED) for _number in range(3)]
    fine = sent(restaurant)
    client = client_of(restaurant)
    asked = {"action": "send_again", "_selected_action": [m.pk for m in [*messages, fine]]}

    question = client.post(LIST, asked)

    assert "Send 3 messages again" in question.content.decode()
    assert Message.objects.filter(status=MessageStatus.FAILED).count() == 3

    client.post(LIST, {**asked, "confirmed": "1"})

    assert Message.objects.filter(status=MessageStatus.WAITING).count() == 3
    fine.refresh_from_db()
    assert fine.status == MessageStatus.SENT
    entry = AuditEntry.objects.filter(object_type="notifications.message").latest("pk")
    assert (entry.channel, entry.actor_kind) == ("admin", "staff")


def test_an_uncertain_message_is_settled_either_way(restaurant: Restaurant) -> None:
    arrived, lost = (sent(restaurant, MessageStatus.UNCERTAIN) for _number in range(2))
    client = client_of(restaurant)
    page = client.get(page_of(arrived)).content.decode()
    assert "It arrived" in page
    assert "send it again" in page

    for name, message in (("arrived", arrived), ("send_it_again", lost)):
        client.post(LIST, {"action": name, "_selected_action": message.pk, "confirmed": "1"})

    arrived.refresh_from_db()
    lost.refresh_from_db()
    assert (arrived.status, lost.status) == (MessageStatus.SENT, MessageStatus.WAITING)


def test_a_viewer_sends_nothing(restaurant: Restaurant) -> None:
    message = sent(restaurant, MessageStatus.FAILED)
    viewer = client_of(restaurant, Role.VIEWER)
    assert "needs a person" not in viewer.get(page_of(message)).content.decode()
    viewer.post(LIST, {"action": "send_again", "_selected_action": message.pk, "confirmed": "1"})
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED


def test_a_message_without_content_opens(restaurant: Restaurant) -> None:
    message = message_of(book(restaurant))
    client = client_of(restaurant)
    assert client.get(page_of(message)).status_code == 200
    assert client.get(letter_of(message)).status_code == 200


# --- Own words ------------------------------------------------------------------------------------


def text_form(restaurant: Restaurant, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": restaurant.pk,
        "kind": "confirmed",
        "language": "en",
        "subject": "See you {day}!",
        "opening": "",
        "short": "",
        "_save": "Save",
        **fields,
    }


def test_a_manager_writes_own_words(restaurant: Restaurant) -> None:
    client = client_of(restaurant, Role.MANAGER)
    answer = client.post(f"{TEXTS}add/", text_form(restaurant))
    assert answer.status_code == 302, answer.context["errors"]
    text = MessageText.objects.get()
    assert text.subject == "See you {day}!"

    change = reverse("admin:notifications_messagetext_change", args=[text.pk])
    assert "{first_name}" in client.get(change).content.decode()
    answer = client.post(change, text_form(restaurant, subject="Soon!", kind="changed"))
    assert answer.status_code == 302, answer.context["errors"]
    text.refresh_from_db()
    assert (text.subject, text.kind) == ("Soon!", "confirmed")
    assert AuditEntry.objects.filter(action="notifications.text.change").exists()


def test_a_mistyped_placeholder_is_named(restaurant: Restaurant) -> None:
    client = client_of(restaurant, Role.MANAGER)
    answer = client.post(f"{TEXTS}add/", text_form(restaurant, subject="Hi {nmae}"))
    assert answer.status_code == 200
    assert "There is no {nmae}" in str(answer.context["errors"])
    assert not MessageText.objects.exists()


def test_hosts_do_not_write_words_and_nobody_writes_for_others(restaurant: Restaurant) -> None:
    assert client_of(restaurant).get(TEXTS).status_code == 403
    other = client_of(bella(), Role.OWNER)
    assert other.post(f"{TEXTS}add/", text_form(restaurant)).status_code in {200, 403}
    assert not MessageText.objects.exists()


def test_words_are_deleted_with_an_audit(restaurant: Restaurant) -> None:
    text = MessageText.objects.create(restaurant=restaurant, kind="confirmed", language="en")
    client = client_of(restaurant, Role.MANAGER)
    delete = reverse("admin:notifications_messagetext_delete", args=[text.pk])
    client.post(delete, {"post": "yes"})
    assert not MessageText.objects.exists()
    assert AuditEntry.objects.filter(action="notifications.text.delete").exists()


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("kind", Kind)
def test_every_message_can_be_looked_at(restaurant: Restaurant, kind: Kind, language: str) -> None:
    client = client_of(restaurant, Role.MANAGER)
    args = [restaurant.pk, kind.value, language]
    page = client.get(reverse("admin:notifications_messagetext_preview", args=args))
    assert page.status_code == 200
    assert page.content.decode().count("<iframe") == 2
    letter = client.get(reverse("admin:notifications_messagetext_preview_letter", args=args))
    assert "default-src 'none'" in letter["Content-Security-Policy"]
    assert f'lang="{language}"' in letter.content.decode()


def test_previews_start_with_the_own_restaurant_and_end_there(restaurant: Restaurant) -> None:
    client = client_of(restaurant, Role.MANAGER)
    assert "Bella Vista" in client.get(f"{TEXTS}preview/").content.decode()
    theirs = [bella().pk, "confirmed", "en"]
    for name in ("preview", "preview_letter"):
        url = reverse(f"admin:notifications_messagetext_{name}", args=theirs)
        assert client.get(url).status_code == 404
    odd = reverse("admin:notifications_messagetext_preview", args=[restaurant.pk, "odd", "en"])
    assert client.get(odd).status_code == 404


def test_settings_are_saved_with_an_audit(restaurant: Restaurant) -> None:
    client = client_of(restaurant, Role.MANAGER)
    form = {
        "restaurant": restaurant.pk,
        "quiet_from": "22:00",
        "quiet_until": "08:00",
        "reconfirm_from_party": "6",
        "staff_email": "",
        "_save": "Save",
    }
    answer = client.post("/admin/notifications/messagesettings/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    row = MessageSettings.objects.get()
    assert (row.reconfirm_from_party, row.sends_day_reminder) == (6, False)
    assert AuditEntry.objects.filter(action="notifications.settings.change").exists()


# --- Lists ----------------------------------------------------------------------------------------


@pytest.fixture
def guest(restaurant: Restaurant) -> Guest:
    reservation = book(restaurant)
    assert reservation.guest is not None
    found = reservation.guest
    ContactPoint.objects.create(
        guest=found, channel=ChannelName.TELEGRAM, address="4711", created_at=NOW
    )
    GuestPreference.objects.create(guest=found, updated_at=NOW)
    ConversationEntry.objects.create(
        restaurant=restaurant,
        reservation=reservation,
        guest=found,
        direction="in",
        channel=ChannelName.SMS,
        text="We bring a pram",
        at=NOW + timedelta(hours=1),
    )
    OptOut.objects.create(channel=ChannelName.SMS, address="+31612345678", created_at=NOW)
    return found


@pytest.mark.parametrize("model", ["contactpoint", "guestpreference", "conversationentry"])
def test_lists_are_read_by_those_who_work_with_guests(
    restaurant: Restaurant, guest: Guest, model: str
) -> None:
    url = f"/admin/notifications/{model}/"
    host, stranger = client_of(restaurant), client_of(bella(), Role.OWNER)
    (row,) = host.get(url).context["cl"].result_list
    assert not stranger.get(url).context["cl"].result_list
    assert client_of(restaurant, Role.VIEWER).get(url).status_code == 403
    assert host.get(f"{url}add/").status_code == 403
    assert host.get(f"{url}{row.pk}/change/").status_code == 200
    assert host.post(f"{url}{row.pk}/change/", {"text": "x"}).status_code == 403


def test_only_the_platform_reads_who_said_stop(restaurant: Restaurant, guest: Guest) -> None:
    url = "/admin/notifications/optout/"
    assert client_of(restaurant, Role.OWNER).get(url).status_code == 403
    assert "+31612345678" in platform().get(url).content.decode()
