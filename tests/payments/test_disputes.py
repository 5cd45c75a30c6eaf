"""Disputes, as providers tell them and staff answer them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.signals import pre_save

from payments.events import DisputeChanged
from payments.gateways.base import Answer, DisputeNews
from payments.models import Dispute, Instruction, InstructionKind, Payment
from payments.services import payment_refund
from payments.services.evidence import dispute_evidence_made
from reservehub.core.models import OutboxEvent
from tests.factories import NOW, STAFF
from tests.payments.people import hear, make_given
from tests.payments.provider import TestGateway

pytestmark = pytest.mark.django_db


def news(status: str, day: int, number: str = "dp_1") -> DisputeNews:
    return DisputeNews(
        provider_id=number,
        status=status,
        reason="fraudulent",
        amount_minor=50_00,
        currency="EUR",
        opened_at=NOW,
        told_at=NOW + timedelta(days=day),
        respond_by=NOW + timedelta(days=7),
    )


def test_of_a_dispute_the_provider_s_latest_word_holds(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    for one in (news("needs_response", 0), news("lost", 9), news("under_review", 2)):
        hear(payment, Answer(disputes=(one,)))
    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.closed_at) == ("lost", NOW + timedelta(days=9))
    told_of = OutboxEvent.objects.filter(name=DisputeChanged.name).order_by("pk")
    assert [(one.payload["status"], one.payload["is_new"]) for one in told_of] == [
        ("needs_response", True),
        ("lost", False),
    ]


def test_of_two_states_of_one_second_the_later_one_holds(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    for told_first in ("needs_response", "won"):
        for other in ("needs_response", "won"):
            Dispute.objects.all().delete()
            hear(payment, Answer(disputes=(news(told_first, 0), news(other, 0))))
            expected = "won" if "won" in (told_first, other) else "needs_response"
            assert Dispute.objects.get().status == expected


def test_a_payment_may_be_disputed_more_than_once(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    hear(payment, Answer(disputes=(news("won", 0, "dp_1"), news("needs_response", 9, "dp_2"))))
    assert Dispute.objects.count() == 2


def test_what_the_bank_took_back_cannot_be_refunded(gateway: TestGateway) -> None:
    payment = make_given(gateway)
    hear(payment, gateway.disputes("obj_1", 50_00))
    assert (
        payment_refund(payment_id=payment.pk, amount=None, reason="", actor=STAFF, now=NOW) is None
    )
    assert Payment.objects.get().disputed_minor == 50_00
    assert not Instruction.objects.filter(kind=InstructionKind.REFUND).exists()


def test_evidence_made_while_the_provider_tells_is_not_forgotten(gateway: TestGateway) -> None:
    """The provider's news are read, somebody makes the evidence, the news are written."""
    payment = make_given(gateway)
    hear(payment, Answer(disputes=(news("needs_response", 0),)))

    def in_between(instance: Dispute, update_fields: Any, **_more: Any) -> None:
        if update_fields is None or "status" in update_fields:
            dispute_evidence_made(dispute_id=instance.pk, actor=STAFF, now=NOW)

    pre_save.connect(in_between, sender=Dispute)
    try:
        hear(payment, Answer(disputes=(news("under_review", 2),)))
    finally:
        pre_save.disconnect(in_between, sender=Dispute)
    dispute = Dispute.objects.get()
    assert (dispute.status, dispute.evidence_made_at) == ("under_review", NOW)
