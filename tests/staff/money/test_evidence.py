"""The evidence of a dispute: complete, readable in every script, for those who may refund."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from bookings.models import Reservation
from bookings.services import reservation_no_show
from notifications.models import ConversationEntry, Message, MessageAttempt
from payments.facts import Fact, FactKind
from payments.gateways import registry
from payments.gateways.base import Answer, DisputeNews
from payments.models import Dispute, LedgerSource
from payments.services import payment_note
from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from staff.evidence import Pack, document, pack_of
from staff.evidence.document import printable
from tests.bookings.deposits.bank import Bank, work
from tests.bookings.deposits.people import make_house, make_rule, paid_booking, payment_for, seen
from tests.factories import NOW, STAFF, make_member, make_user

pytestmark = pytest.mark.django_db

AT = NOW + timedelta(days=5)
NAME = "Анна Смирнова 山田 שלום"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    found = Bank()
    monkeypatch.setattr(registry, "gateway_named", lambda _provider: found)
    return found


@pytest.fixture
def house(bank: Bank) -> Restaurant:
    return make_house(name="Bistro Anna", email="bistro@example.com")


@pytest.fixture
def reservation(bank: Bank, house: Restaurant) -> Reservation:
    """Paid, written to, and never came."""
    make_rule(house)
    made = paid_booking(
        bank,
        house,
        guest_name=NAME,
        guest_email="anna@example.com",
        special_requests="I have diabetes",
        dietary_restrictions=("nut_allergy",),
        has_health_consent=True,
    )
    Reservation.objects.filter(pk=made.pk).update(ip_address="203.0.113.9")
    late = made.starts_at + timedelta(hours=1)
    with clock.freeze(late):
        reservation_no_show(reservation_id=made.pk, actor=STAFF, now=late)
        work(late)
    message = Message.objects.get(kind="confirmed")
    message.content = {"subject": "Your table is booked", "text": "We look forward to you, Анна"}
    message.sent_at = NOW
    message.save()
    MessageAttempt.objects.create(
        message=message,
        number=1,
        channel="email",
        provider="sendgrid",
        provider_id="receipt-77",
        address="anna@example.com",
        outcome="delivered",
        started_at=NOW,
    )
    ConversationEntry.objects.create(
        restaurant=house,
        reservation=made,
        direction="in",
        channel="sms",
        text="We will not come",
        sender="+31612345678",
        at=NOW,
    )
    return seen(made)


@pytest.fixture
def dispute(reservation: Reservation) -> Dispute:
    return disputed(reservation)


def disputed(reservation: Reservation) -> Dispute:
    payment = payment_for(reservation)
    news = DisputeNews(
        provider_id="dp_77",
        status="needs_response",
        reason="fraudulent",
        amount_minor=4000,
        currency="EUR",
        opened_at=AT,
        told_at=AT,
        respond_by=AT + timedelta(days=9),
    )
    fact = Fact(
        kind=FactKind.DISPUTED,
        provider_id="dp_77",
        amount_minor=4000,
        currency="EUR",
        occurred_at=AT,
    )
    payment_note(
        payment_id=payment.pk,
        answer=Answer(facts=(fact,), disputes=(news,)),
        source=LedgerSource.WEBHOOK,
        now=AT,
    )
    return Dispute.objects.select_related("payment__method").get()


def pack(dispute: Dispute, reservation: Reservation, now: datetime = AT) -> Pack:
    return pack_of(dispute, reservation, now=now)


def texts(found: Pack) -> str:
    return repr(found)


def url(house: Restaurant, dispute: Dispute) -> str:
    return f"/staff/{house.slug}/payments/disputes/{dispute.pk}/evidence.pdf"


# --- What is in it ------------------------------------------------------------------------------


def test_it_has_all_that_a_bank_asks_for(dispute: Dispute, reservation: Reservation) -> None:
    found = pack(dispute, reservation)
    said = texts(found)
    for word in (
        *("dp_77", "fraudulent", "EUR 40.00", reservation.reference, NAME, "anna@example.com"),
        *("203.0.113.9", "Website", "2026-06-05 19:00:00 +0200", "No-show"),
        *("receipt-77", "sendgrid", "We look forward to you, Анна", "We will not come"),
        *("Taken", "Taken back by the bank", "Webhook", str(dispute.payment.public_id)),
    ):
        assert word in said, word
    steps = [row[1] for row in found.steps.rows]
    assert steps[0] == "Created"
    assert "No show" in steps


def test_it_tells_nothing_about_health_or_of_staff(
    dispute: Dispute, reservation: Reservation
) -> None:
    Reservation.objects.filter(pk=reservation.pk).update(internal_notes="Loud people")
    said = texts(pack(dispute, seen(reservation))).lower()
    for word in ("diabetes", "allergy", "loud"):
        assert word not in said


def test_messages_to_staff_are_not_in_it(dispute: Dispute, reservation: Reservation) -> None:
    work(AT)
    assert Message.objects.filter(kind="staff_dispute").exists()
    titles = [letter.title for letter in pack(dispute, reservation).letters]
    assert not any("Staff" in title for title in titles)
    assert "To the guest: Confirmed" in titles


def test_the_policy_has_the_fingerprint_of_that_day(
    dispute: Dispute, reservation: Reservation
) -> None:
    found = pack(dispute, reservation)
    assert found.is_unchanged
    assert found.hashes[0][1] == found.hashes[1][1] == reservation.policy_hash
    assert "If nobody comes, it keeps €40." in found.policy


def test_a_policy_that_was_changed_is_told(dispute: Dispute, reservation: Reservation) -> None:
    reservation.policy_snapshot["deposit"]["limit_minor"] += 1
    found = pack(dispute, reservation)
    assert not found.is_unchanged
    assert "do not match" in drawn(document(found, now=AT))


# --- On paper -----------------------------------------------------------------------------------


def drawn(made: bytes) -> str:
    """The text of all pages."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)


def test_every_script_is_drawn(dispute: Dispute, reservation: Reservation) -> None:
    text = drawn(document(pack(dispute, reservation), now=AT))
    assert "Evidence for dispute dp_77" in text
    assert "Анна Смирнова 山田" in text
    assert "שלום" in text
    assert "The fingerprints match" in text
    assert reservation.policy_hash in text
    assert "receipt-77" in text
    assert "We look forward to you, Анна" in text


def test_what_no_font_has_is_named_and_not_lost() -> None:
    assert printable("Anna \N{SPARKLES} नम") == "Anna [U+2728] [U+0928][U+092E]"
    assert printable("a\tb\u202e\x07c") == "a    bc"
    assert printable("Anna שלום") == "Anna םולש"  # drawn from the left, read from the right


def test_long_conversations_go_on_over_pages(dispute: Dispute, reservation: Reservation) -> None:
    for number in range(60):
        ConversationEntry.objects.create(
            restaurant=reservation.restaurant,
            reservation=reservation,
            direction="in",
            channel="sms",
            text=f"Line {number} " + "and so on " * 60,
            at=AT,
        )
    made = document(pack(dispute, reservation), now=AT)
    text = drawn(made)
    assert len(PdfReader(BytesIO(made)).pages) > 5
    assert all(f"Line {number} " in text for number in range(60))


def test_the_same_pack_is_the_same_paper(dispute: Dispute, reservation: Reservation) -> None:
    found = pack(dispute, reservation)
    assert document(found, now=AT) == document(found, now=AT)


# --- For whom -----------------------------------------------------------------------------------


def made_by(client: Client, house: Restaurant, dispute: Dispute) -> Any:
    with clock.freeze(AT):
        return client.post(url(house, dispute))


def test_one_click_makes_it_and_the_audit_knows(
    client: Client, house: Restaurant, dispute: Dispute
) -> None:
    manager = make_member(house, Role.MANAGER)
    client.force_login(manager)
    response = made_by(client, house, dispute)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert response.content.startswith(b"%PDF-")
    dispute.refresh_from_db()
    assert dispute.evidence_made_at == AT
    entry = AuditEntry.objects.get(action="dispute.evidence_made")
    assert (entry.actor_user_id, entry.restaurant_id) == (manager.pk, house.pk)


def test_looking_makes_nothing(client: Client, house: Restaurant, dispute: Dispute) -> None:
    client.force_login(make_member(house, Role.MANAGER))
    assert client.get(url(house, dispute)).status_code == 405


@pytest.mark.parametrize("role", [Role.HOST, Role.MARKETING, Role.VIEWER])
def test_who_may_not_refund_gets_none(
    client: Client, house: Restaurant, dispute: Dispute, role: str
) -> None:
    client.force_login(make_member(house, role))
    assert made_by(client, house, dispute).status_code == 403
    dispute.refresh_from_db()
    assert dispute.evidence_made_at is None


def test_strangers_learn_of_no_dispute(client: Client, house: Restaurant, dispute: Dispute) -> None:
    assert made_by(client, house, dispute).status_code == 302
    client.force_login(make_user())
    assert made_by(client, house, dispute).status_code == 404
    other = make_house()
    client.force_login(make_member(other, Role.OWNER))
    assert made_by(client, other, dispute).status_code == 404
