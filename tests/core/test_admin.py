from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from reservehub.core import audit
from reservehub.core.actors import SYSTEM
from reservehub.core.models import Delivery, DeliveryStatus, OutboxEvent
from tests.core.samples import NOW

pytestmark = pytest.mark.django_db

DELIVERIES = "admin:core_delivery_changelist"


@pytest.fixture
def dead() -> Delivery:
    event = OutboxEvent.objects.create(name="tests.x", payload={"a": "<b>"}, occurred_at=NOW)
    return Delivery.objects.create(
        event=event,
        handler="tests.h",
        status=DeliveryStatus.DEAD,
        attempts=10,
        next_attempt_at=NOW,
        finished_at=NOW,
        last_error="RuntimeError: out of ice",
    )


@pytest.fixture
def watcher(client: Client) -> Client:
    """Staff who may look and not touch."""
    user = get_user_model().objects.create(email="watcher@example.com", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client.force_login(user)
    return client


def retry(client: Client, delivery: Delivery) -> None:
    client.post(reverse(DELIVERIES), {"action": "retry", "_selected_action": [delivery.pk]})
    delivery.refresh_from_db()


def test_a_dead_delivery_can_be_tried_again(admin_client: Client, dead: Delivery) -> None:
    page = admin_client.get(reverse(DELIVERIES), {"status__exact": "dead"})
    assert b"tests.h" in page.content
    retry(admin_client, dead)
    assert (dead.status, dead.attempts) == (DeliveryStatus.PENDING, 0)


def test_a_finished_delivery_cannot(admin_client: Client, dead: Delivery) -> None:
    Delivery.objects.update(status=DeliveryStatus.DONE)
    retry(admin_client, dead)
    assert dead.status == DeliveryStatus.DONE


def test_who_may_only_look_cannot_retry(watcher: Client, dead: Delivery) -> None:
    assert watcher.get(reverse(DELIVERIES)).status_code == 200
    retry(watcher, dead)
    assert dead.status == DeliveryStatus.DEAD


def test_the_error_and_the_payload_are_shown(admin_client: Client, dead: Delivery) -> None:
    page = admin_client.get(reverse("admin:core_delivery_change", args=[dead.pk]))
    assert b"out of ice" in page.content
    assert b"&lt;b&gt;" in page.content


def test_the_audit_can_be_read_and_nothing_else(admin_client: Client) -> None:
    audit.record(actor=SYSTEM, action="tests.change", obj=OutboxEvent(pk=7), now=NOW)
    page = admin_client.get(reverse("admin:core_auditentry_changelist"), {"q": "tests.change"})
    assert b"tests.change" in page.content
    assert admin_client.get(reverse("admin:core_auditentry_add")).status_code == 403
    assert b"delete_selected" not in page.content


def test_long_lists_cost_no_more_queries(
    admin_client: Client, dead: Delivery, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        Delivery.objects.create(event=dead.event, handler=f"tests.{number}", next_attempt_at=NOW)
    with django_assert_max_num_queries(10):
        admin_client.get(reverse(DELIVERIES))


def test_strangers_see_nothing(client: Client) -> None:
    assert client.get(reverse(DELIVERIES)).status_code == 302
