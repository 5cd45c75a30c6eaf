"""Who reads the messages of a reservation and who answers."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from accounts.services import pin_set
from bookings.models import Reservation
from notifications.models import ConversationEntry, MessageStatus
from reservehub.core.actors import SYSTEM
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_user
from tests.notifications.world import make_house
from tests.staff.messages.talk import HTMX, alerts, fails, logged_in, says, url

pytestmark = pytest.mark.django_db

ACTS = ("reply", "seen", "again", "arrived")


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
