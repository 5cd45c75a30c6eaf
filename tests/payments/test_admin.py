"""The admin pages of money: read by those who may, scoped, and rewritten by nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from bookings.models import DepositRule, Reservation
from bookings.services import reservation_create
from payments.facts import FactKind
from payments.models import (
    Difference,
    Dispute,
    Instruction,
    LedgerEntry,
    Payment,
    PaymentAccount,
    Reconciliation,
    WebhookReceipt,
)
from restaurants.models import Restaurant, Role
from tests.factories import GUEST, NOW, a_request, make_member, make_restaurant
from tests.payments.till import note, paid

pytestmark = pytest.mark.django_db

FACTS: tuple[type[Model], ...] = (Payment, LedgerEntry, Instruction, Dispute, Reconciliation)
CLOSED: tuple[type[Model], ...] = (*FACTS, PaymentAccount)
SETTINGS: tuple[type[Model], ...] = (PaymentAccount, DepositRule)
MOST_QUERIES = 15


def a_house(name: str) -> dict[type[Model], Model]:
    """A restaurant with one row of everything."""
    restaurant = make_restaurant(name=name, tables=(2, 4))
    account = PaymentAccount.objects.create(
        restaurant=restaurant,
        provider="simulator",
        account=f"acct {name}",
        created_at=NOW,
        updated_at=NOW,
    )
    made = reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    reservation = Reservation.objects.select_related("restaurant").get(pk=made.reservation.pk)
    payment = paid(reservation)
    Payment.objects.filter(pk=payment.pk).update(account=account)
    order = Instruction.objects.create(
        payment=payment,
        kind="refund",
        amount_minor=500,
        key=f"key-{name}",
        reason=f"Reason of {name}",
        next_attempt_at=NOW,
        created_at=NOW,
    )
    dispute = Dispute.objects.create(
        payment=payment,
        provider_id=f"dp_{name}",
        status="needs_response",
        amount_minor=4000,
        currency="EUR",
        opened_at=NOW,
        told_at=NOW,
    )
    comparison = Reconciliation.objects.create(
        account=account, since=NOW, until=NOW, compared=3, run_at=NOW
    )
    Difference.objects.create(
        reconciliation=comparison,
        payment=payment,
        kind="amount",
        fact_kind="captured",
        provider_id="x",
        ours_minor=4000,
        theirs_minor=3900,
        currency="EUR",
    )
    rule = DepositRule.objects.create(
        restaurant=restaurant,
        name=f"Rule of {name}",
        kind="deposit",
        amount_minor=1000,
        created_at=NOW,
        updated_at=NOW,
    )
    entry = payment.entries.get()
    rows = (restaurant, account, payment, order, dispute, comparison, rule, entry)
    return {type(row): row for row in rows}


def url(model: type[Model], what: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def person(house: dict[type[Model], Any], role: str) -> Client:
    client = Client()
    client.force_login(make_member(house[Restaurant], role, is_staff=True))
    return client


def test_managers_read_every_page_and_write_only_settings() -> None:
    mine = a_house("Mine")
    client = person(mine, Role.MANAGER)
    for model in (*FACTS, *SETTINGS):
        listed = client.get(url(model, "changelist"))
        assert listed.status_code == 200, model
        page = client.get(url(model, "change", mine[model].pk))
        assert page.status_code == 200, model
        assert ('name="_save"' in page.content.decode()) == (model in SETTINGS), model
    text = client.get(url(Payment, "change", mine[Payment].pk)).content.decode()
    for words in ("Timeline", "€40.00", "Reason of Mine", "dp_Mine"):
        assert words in text
    comparison = client.get(url(Reconciliation, "change", mine[Reconciliation].pk))
    assert "€39.00" in comparison.content.decode()


def test_nobody_sees_or_touches_the_money_of_another_house() -> None:
    mine, theirs = a_house("Mine"), a_house("Theirs")
    client = person(mine, Role.OWNER)
    for model in (*FACTS, *SETTINGS):
        text = client.get(url(model, "changelist")).content.decode()
        assert "Theirs" not in text, model
        for what in ("change", "delete", "history"):
            answer = client.get(url(model, what, theirs[model].pk))
            assert answer.status_code in (302, 403), (model, what)
            posted = client.post(url(model, what, theirs[model].pk), {"post": "yes"})
            assert posted.status_code in (302, 403, 405), (model, what)
        assert model._base_manager.filter(pk=theirs[model].pk).exists()


@pytest.mark.parametrize("role", [Role.HOST, Role.VIEWER, Role.MARKETING])
def test_who_may_not_charge_does_not_read_the_books(role: str) -> None:
    mine = a_house("Mine")
    client = person(mine, role)
    for model in CLOSED:
        assert client.get(url(model, "changelist")).status_code == 403, model
        assert client.get(url(model, "change", mine[model].pk)).status_code == 403, model


def test_nobody_rewrites_a_fact_not_even_the_platform() -> None:
    mine = a_house("Mine")
    client = Client()
    client.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    every: tuple[type[Model], ...] = (*FACTS, WebhookReceipt)
    for model in every:
        assert client.get(url(model, "add")).status_code == 403, model
        assert b"delete_selected" not in client.get(url(model, "changelist")).content, model
    for model in FACTS:
        for what in ("change", "delete"):
            sent = {"amount_minor": "1", "status": "refunded", "post": "yes"}
            answer = client.post(url(model, what, mine[model].pk), sent)
            assert answer.status_code in (302, 403), (model, what)
        assert model._base_manager.filter(pk=mine[model].pk).exists()
    payment = Payment.objects.get()
    assert (payment.captured_minor, payment.entries.get().amount_minor) == (4000, 4000)


def test_webhooks_are_for_the_platform() -> None:
    mine = a_house("Mine")
    receipt = WebhookReceipt.objects.create(
        provider="stripe",
        event_id="evt_1",
        kind="charge.succeeded",
        received_at=NOW,
        next_attempt_at=NOW,
    )
    owner = person(mine, Role.OWNER)
    assert owner.get(url(WebhookReceipt, "changelist")).status_code == 403
    root = Client()
    root.force_login(User.objects.create_superuser("root@example.com", "secret-enough-1"))
    assert root.get(url(WebhookReceipt, "changelist")).status_code == 200
    assert root.get(url(WebhookReceipt, "change", receipt.pk)).status_code == 200


def test_pages_cost_a_fixed_number_of_queries() -> None:
    mine = a_house("Mine")
    for _number in range(12):
        note(mine[Payment], FactKind.FEE, 10)  # type: ignore[arg-type]
    client = person(mine, Role.OWNER)
    too_many = {}
    for model in (*FACTS, *SETTINGS):
        for path in (url(model, "changelist"), url(model, "change", mine[model].pk)):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            if len(queries) > MOST_QUERIES:
                too_many[path] = len(queries)
    assert not too_many


def test_payments_are_exported_by_those_who_may() -> None:
    mine = a_house("Mine")
    a_house("Theirs")
    path = reverse("admin:payments_payment_export")
    sent = {"format": "0", "resource": "0", "export_items": []}
    answer = person(mine, Role.OWNER).post(path, sent)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "40.00" in text
    assert "Theirs" not in text


def test_a_rule_is_made_here_through_its_service() -> None:
    mine = a_house("Mine")
    client = person(mine, Role.OWNER)
    sent = {
        "restaurant": mine[Restaurant].pk,
        "name": "From the admin",
        "is_active": "on",
        "kind": "deposit",
        "amount_minor": "1500",
        "is_per_person": "on",
        "percent": "100",
        "weekdays": ["5"],
        "sources": ["web"],
        "late_cancel_percent": "100",
        "no_show_percent": "100",
    }
    answer = client.post(url(DepositRule, "add"), sent | {"amount_minor": "0"})
    assert answer.status_code == 200
    assert "above zero" in answer.content.decode()
    assert client.post(url(DepositRule, "add"), sent).status_code == 302
    rule = DepositRule.objects.get(name="From the admin")
    assert (rule.weekdays, rule.sources, rule.created_at is not None) == ([5], ["web"], True)
