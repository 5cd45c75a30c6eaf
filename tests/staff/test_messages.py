"""The messages of a reservation at the host stand: who reads, who answers, what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import pin_set
from bookings.models import Reservation
from bookings.services import walk_in_create
from notifications.channels.base import Inbound
from notifications.kinds import Kind
from notifications.models import ConversationEntry, Message, MessageAttempt, MessageStatus
from notifications.services import inbound_record
from reservehub.core import clock
from reservehub.core.actors import SYSTEM
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import NOW, STAFF, make_member, make_user
from tests.notifications.world import PHONE, book, make_house

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
WISH = "Could we have a high chair?"
ACTS = ("reply", "seen", "again", "arrived")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_house()


@pytest.fixture
def party(house: Restaurant) -> Reservation:
    return book(house)


@pytest.fixture
def host(house: Restaurant) -> Client:
    return logged_in(house, Role.HOST, name="Hanna Host")


def logged_in(house: Restaurant, role: str, **fields: Any) -> Client:
    client = Client()
    client.force_login(make_member(house, role, **fields))
    return client


def says(text: str = WISH, *, number: str = "SMin1", later: timedelta = timedelta()) -> None:
    """An SMS of the guest comes in."""
    inbound = Inbound(provider_id=number, sender=PHONE, text=text)
    inbound_record(provider="twilio", channel="sms", inbound=inbound, now=NOW + later)


def url(party: Reservation, act: str = "") -> str:
    name = f"staff:messages-{act}" if act else "staff:messages"
    return reverse(name, args=[party.restaurant.slug, party.pk])


def fails(party: Reservation, status: str = MessageStatus.FAILED, **fields: Any) -> Message:
    """The confirmation did not go out."""
    message = Message.objects.get(reservation=party, kind=Kind.CONFIRMED)
    for name, value in {"status": status, "finished_at": NOW, "reason": "30003", **fields}.items():
        setattr(message, name, value)
    message.save()
    return message


def alerts(client: Client, house: Restaurant, **query: str) -> str:
    return client.get(reverse("staff:alerts", args=[house.slug]), query).content.decode()


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


# --- Alerts ---------------------------------------------------------------------------------------


def test_the_badge_counts_conversations_and_the_panel_tells_them(
    host: Client, house: Restaurant, party: Reservation
) -> None:
    assert 'class="badge-count"' not in alerts(host, house, part="badge")
    says()
    says("Hello?", number="SMin2", later=timedelta(minutes=1))
    assert '<span class="badge-count">1</span>' in alerts(host, house, part="badge")
    page = alerts(host, house)
    assert "Anna de Vries wrote: Hello?" in page
    assert f"/reservations/{party.pk}/panel/" in page
    host.post(url(party, "seen"), headers=HTMX)
    assert "wrote:" not in alerts(host, house)


def test_failed_messages_of_the_evening_are_alerts_with_one_tap(
    host: Client, house: Restaurant, party: Reservation, django_assert_max_num_queries: Any
) -> None:
    message = fails(party)
    day = party.service_date.isoformat()
    with django_assert_max_num_queries(16):
        page = alerts(host, house, date=day)
    assert "Anna de Vries: 1 message could not be delivered" in page
    assert f'hx-post="{url(party, "again")}"' in page
    assert "could not be delivered" not in alerts(host, house)  # another evening
    answer = host.post(url(party, "again"), {"version": 0}, headers=HTMX)
    assert answer.status_code == 200
    assert "1 message to Anna de Vries is sent again" in answer["HX-Trigger"]
    message.refresh_from_db()
    assert message.status == MessageStatus.WAITING
    answer = host.post(url(party, "again"), {"version": 0}, headers=HTMX)
    assert "Nothing is left to send again" in answer["HX-Trigger"]
    assert "could not be delivered" not in alerts(host, house, date=day)


def test_what_may_have_arrived_is_never_sent_again_by_the_one_tap(
    host: Client, house: Restaurant, party: Reservation
) -> None:
    message = fails(party, MessageStatus.UNCERTAIN, reason="outcome_unknown")
    page = alerts(host, house, date=party.service_date.isoformat())
    assert "nobody knows whether 1 message arrived" in page
    assert url(party, "again") not in page
    host.post(url(party, "again"), headers=HTMX)
    message.refresh_from_db()
    assert message.status == MessageStatus.UNCERTAIN
    page = host.get(url(party), headers=HTMX).content.decode()
    assert "It has arrived" in page
    answer = host.post(url(party, "arrived"), {"message": message.pk}, headers=HTMX)
    assert answer.status_code == 200
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_a_failed_message_is_marked_and_sent_again_by_name(
    host: Client, party: Reservation
) -> None:
    message = fails(party)
    line = host.get(url(party), headers=HTMX).context["talk"].lines[0]
    assert (line.delivery.sign, line.delivery.tone) == ("!", "bad")
    assert (line.delivery.word, line.delivery.why) == (
        "Could not be sent",
        "The provider says: 30003",
    )
    assert host.post(url(party, "again"), {"message": message.pk}, headers=HTMX).status_code == 200
    refused = host.post(url(party, "again"), {"message": message.pk}, headers=HTMX)
    assert refused.status_code == 409
    assert "This message does not wait for anybody any more" in refused.content.decode()


def test_a_channel_that_took_over_is_named(host: Client, party: Reservation) -> None:
    message = Message.objects.get(reservation=party, kind=Kind.CONFIRMED)
    for number, channel in enumerate(("email", "sms"), start=1):
        MessageAttempt.objects.create(
            message=message,
            number=number,
            channel=channel,
            provider="twilio",
            address=PHONE,
            started_at=NOW,
        )
    assert host.get(url(party), headers=HTMX).context["talk"].lines[0].channel == "SMS"


@pytest.mark.parametrize("act", ["again", "arrived"])
@pytest.mark.parametrize("wanted", ["x", "٣", "9" * 30, "other"])
def test_messages_of_other_parties_are_not_found(
    host: Client, house: Restaurant, party: Reservation, act: str, wanted: str
) -> None:
    other = book(house, guest_name="Bram", guest_email="bram@example.com", guest_phone="")
    number = str(fails(other).pk) if wanted == "other" else wanted
    assert host.post(url(party, act), {"message": number}, headers=HTMX).status_code == 404


# --- Who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reads", "acts"),
    [
        ("owner", 200, 200),
        ("manager", 200, 200),
        ("host", 200, 200),
        ("viewer", 403, 403),
        ("marketing", 403, 403),
    ],
)
def test_only_who_sees_contact_data_reads_and_only_who_edits_answers(
    house: Restaurant, party: Reservation, role: str, reads: int, acts: int
) -> None:
    says()
    client = logged_in(house, role)
    assert client.get(url(party), headers=HTMX).status_code == reads
    assert client.post(url(party, "reply"), {"text": "Yes"}, headers=HTMX).status_code == acts
    seen = client.post(url(party, "seen"), headers=HTMX).status_code
    assert seen == (204 if reads == 200 else reads)
    message = fails(party, MessageStatus.UNCERTAIN)
    settled = client.post(url(party, "arrived"), {"message": message.pk}, headers=HTMX)
    assert settled.status_code == acts
    assert client.post(url(party, "again"), headers=HTMX).status_code == acts
    is_untouched = ConversationEntry.objects.filter(seen_at=None).count() == 1
    assert is_untouched == (acts != 200)


def test_a_viewer_learns_nothing_of_what_guests_write(
    house: Restaurant, party: Reservation
) -> None:
    says()
    fails(party)
    client = logged_in(house, Role.VIEWER)
    assert 'class="badge-count"' not in alerts(client, house, part="badge")
    page = alerts(client, house, date=party.service_date.isoformat())
    assert "Anna" not in page
    panel = reverse("staff:reservation-panel", args=[house.slug, party.pk])
    assert b"data-talk" not in client.get(panel, headers=HTMX).content


def test_strangers_find_nothing(house: Restaurant, party: Reservation) -> None:
    stranger, anonymous = Client(), Client()
    stranger.force_login(make_user())
    elsewhere = make_house(name="Elsewhere", slug="elsewhere")
    owner = logged_in(elsewhere, Role.OWNER)
    for client, code in ((stranger, 404), (owner, 404), (anonymous, 302)):
        assert client.get(url(party)).status_code == code
        for act in ACTS:
            assert client.post(url(party, act), {"text": "Hi"}).status_code == code
    # Through their own door to a reservation of others.
    for name in ("messages", *(f"messages-{act}" for act in ACTS)):
        address = reverse(f"staff:{name}", args=[elsewhere.slug, party.pk])
        ask = owner.get if name == "messages" else owner.post
        assert ask(address, headers=HTMX).status_code == 404
    assert not ConversationEntry.objects.exists()


def test_on_a_shared_tablet_the_person_before_it_answers(
    house: Restaurant, party: Reservation
) -> None:
    manager = make_member(house, Role.MANAGER, name="Max Manager")
    viewer = make_member(house, Role.VIEWER, name="Vera Viewer")
    host = make_member(house, Role.HOST, name="Hanna Host")
    for one, pin in ((manager, "2580"), (viewer, "1470"), (host, "3690")):
        pin_set(user=one, pin=pin, actor=SYSTEM, now=NOW)
    tablet = Client()
    tablet.force_login(manager)
    switch = reverse("staff:switch", args=[house.slug])
    assert tablet.post(f"{switch}share/").status_code == 303
    tablet.post(switch, {"person": viewer.pk, "pin": "1470"})
    assert tablet.get(url(party), headers=HTMX).status_code == 403
    tablet.post(switch, {"person": host.pk, "pin": "3690"})
    answer = tablet.post(url(party, "reply"), {"text": "Yes"}, headers=HTMX)
    assert answer.status_code == 200
    assert ConversationEntry.objects.get(direction="out").author == host
    tablet.post(f"{switch}lock/")
    assert tablet.get(url(party), headers=HTMX).has_header("HX-Redirect")
