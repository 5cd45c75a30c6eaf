"""The messages of a reservation at the host stand: reading and answering."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Reservation
from bookings.services import walk_in_create
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Message
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.factories import NOW, STAFF
from tests.notifications.world import PHONE, book
from tests.staff.messages.talk import HTMX, WISH, says, url

pytestmark = pytest.mark.django_db


# --- Reading --------------------------------------------------------------------------------------


def test_the_panel_costs_no_more_queries_and_leads_to_the_messages(
    host: Client, party: Reservation, django_assert_max_num_queries: Any
) -> None:
    panel = reverse("staff:reservation-panel", args=[party.restaurant.slug, party.pk])
    host.get(panel)
    # One of them asks what the guest book says about who is coming.
    with django_assert_max_num_queries(8) as before:
        host.get(panel, headers=HTMX)
    for number in range(5):
        says(number=f"SMin{number}")
    with django_assert_max_num_queries(len(before)):
        page = host.get(panel, headers=HTMX).content.decode()
    assert f'hx-get="{url(party)}"' in page
    assert f'href="{url(party)}"' in page


def test_what_was_told_and_written_stands_in_the_order_of_time(
    host: Client, party: Reservation, django_assert_max_num_queries: Any
) -> None:
    says(later=timedelta(minutes=5))
    says("And a cake, please.", number="SMin2", later=timedelta(minutes=6))
    host.post(url(party, "reply"), {"text": "With pleasure."}, headers=HTMX)
    with django_assert_max_num_queries(12):
        response = host.get(url(party), headers=HTMX)
    talk = response.context["talk"]
    assert [(line.manner, line.channel) for line in talk.lines] == [
        ("told", "E-mail"),
        ("out", "SMS"),
        ("in", "SMS"),
        ("in", "SMS"),
    ]
    told, answer, first, _second = talk.lines
    assert (told.title, told.delivery.sign, told.delivery.word) == ("Confirmed", "…", "Waiting")
    assert (answer.title, answer.text) == ("Hanna Host", "With pleasure.")
    assert (first.title, first.text, first.time) == ("Anna de Vries", WISH, "11:05")


def test_many_lines_cost_no_more_queries_than_few(
    host: Client, party: Reservation, django_assert_num_queries: Any
) -> None:
    says()
    host.get(url(party), headers=HTMX)
    with django_assert_num_queries(11, exact=False) as few:
        host.get(url(party), headers=HTMX)
    for number in range(2, 30):
        says(number=f"SMin{number}", later=timedelta(minutes=number))
    with django_assert_num_queries(len(few)):
        page = host.get(url(party), headers=HTMX)
    assert len(page.context["talk"].earlier) == len(page.context["talk"].lines) - 12


def test_what_guests_write_is_never_markup(host: Client, party: Reservation) -> None:
    says("<img src=x onerror=alert(1)>")
    page = host.get(url(party), headers=HTMX).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_one_word_answers_say_how_they_were_understood(host: Client, party: Reservation) -> None:
    says("1")
    talk = host.get(url(party), headers=HTMX).context["talk"]
    assert talk.lines[-1].understood == "Understood: the guest will come."
    assert talk.new_count == 0


def test_looking_again_brings_the_lines_without_the_form(host: Client, party: Reservation) -> None:
    says()
    part = host.get(url(party), {"part": "lines"}, headers=HTMX).content.decode()
    assert WISH in part
    assert "<textarea" not in part
    assert f'id="talk-new-{party.pk}" hx-swap-oob="true"' in " ".join(part.split())


def test_without_scripts_it_is_a_page(host: Client, party: Reservation) -> None:
    says()
    page = host.get(url(party)).content.decode()
    assert "<html" in page
    assert WISH in page
    answer = host.post(url(party, "reply"), {"text": "Yes."})
    assert (answer.status_code, answer["Location"]) == (303, url(party))
    answer = host.post(url(party, "seen"))
    assert (answer.status_code, answer["Location"]) == (303, url(party))


# --- Answering ------------------------------------------------------------------------------------


def test_an_answer_goes_where_the_guest_wrote_and_is_told(host: Client, party: Reservation) -> None:
    says()
    answer = host.post(url(party, "reply"), {"text": "Of course."}, headers=HTMX)
    assert answer.status_code == 200
    told = json.loads(answer["HX-Trigger"])["rh:done"]
    assert told["text"] == "Your answer to Anna de Vries is on its way"
    message = Message.objects.get(kind=Kind.REPLY)
    assert message.channels[0] == "sms"
    assert message.context == {"text": "Of course."}
    assert not ConversationEntry.objects.filter(seen_at=None).exists()
    assert "Of course." not in answer.content.decode().split("<textarea")[1]


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_a_refused_answer_stays_in_the_field(host: Client, party: Reservation, text: str) -> None:
    answer = host.post(url(party, "reply"), {"text": text}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Write up to 1000 characters." in page
    assert f">{text}</textarea>" in page
    assert not ConversationEntry.objects.exists()


def test_nobody_to_tell_is_explained_with_what_to_do(house: Restaurant, host: Client) -> None:
    party = book(house, guest_email="", actor=STAFF)
    says("STOP")
    answer = host.post(url(party, "reply"), {"text": "Are you coming?"}, headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This guest cannot be reached by message" in page
    assert f"Call {PHONE} instead" in page
    assert ">Are you coming?</textarea>" in page


def test_nobody_writes_to_a_party_that_walked_in(house: Restaurant, host: Client) -> None:
    booked = walk_in_create(restaurant_id=house.pk, party_size=2, actor=STAFF, now=NOW)
    panel = reverse("staff:reservation-panel", args=[house.slug, booked.reservation.pk])
    assert b"data-talk" not in host.get(panel, headers=HTMX).content
    page = host.get(url(booked.reservation), headers=HTMX)
    assert b"<textarea" not in page.content
    answer = host.post(url(booked.reservation, "reply"), {"text": "Hello"}, headers=HTMX)
    assert answer.status_code == 409


# --- Seen -----------------------------------------------------------------------------------------


def test_only_a_post_marks_as_seen(host: Client, party: Reservation) -> None:
    says()
    for address in (url(party), f"{url(party)}?part=lines", f"{url(party)}?open=1"):
        for headers in ({}, HTMX):
            host.get(address, headers=headers)
            host.head(address, headers=headers)
    assert host.get(url(party, "seen")).status_code == 405
    assert ConversationEntry.objects.filter(seen_at=None).count() == 1
    answer = host.post(url(party, "seen"), headers=HTMX)
    assert answer.status_code == 204
    assert json.loads(answer["HX-Trigger"]) == {"rh:conversation": {"reservation_id": party.pk}}
    assert not ConversationEntry.objects.filter(seen_at=None).exists()
    assert AuditEntry.objects.filter(action="notifications.conversation.seen").count() == 1
