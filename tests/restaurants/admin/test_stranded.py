from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_create
from reservehub.core.models import AuditEntry
from restaurants.models import (
    Restaurant,
    ServicePeriod,
    SpecialDay,
    TurnTimeRule,
)
from tests.factories import (
    FRIDAY,
    GUEST,
    NOW,
    a_request,
)
from tests.restaurants.admin.world import (
    management,
    url,
)

pytestmark = pytest.mark.django_db


def closing_day(restaurant: Restaurant, **fields: Any) -> dict[str, Any]:
    return {
        "restaurant": restaurant.pk,
        "name": "Private party",
        "date_from": FRIDAY.isoformat(),
        "date_to": FRIDAY.isoformat(),
        "is_closed": "on",
        "note": "See you tomorrow",
        **management("periods"),
        "_save": "Save",
        **fields,
    }


def test_stranded_bookings_are_listed_before_anything_is_saved(
    client: Client, restaurant: Restaurant
) -> None:
    reservation = reservation_create(
        request=a_request(restaurant), actor=GUEST, now=NOW
    ).reservation

    asked = client.post(url(SpecialDay, "add"), closing_day(restaurant))

    text = asked.content.decode()
    assert asked.status_code == 200
    assert reservation.reference in text
    assert "Save anyway" in text
    assert not SpecialDay.objects.exists()
    assert not LogEntry.objects.exists()
    assert not AuditEntry.objects.filter(action="restaurants.specialday.created").exists()

    typed = dict(asked.context["typed"])
    assert typed["note"] == "See you tomorrow"
    back = client.post(url(SpecialDay, "add"), {**typed, "_back": "1"})
    assert "See you tomorrow" in back.content.decode()
    assert "Nothing has been saved yet" in back.content.decode()
    assert not SpecialDay.objects.exists()

    saved = client.post(url(SpecialDay, "add"), {**typed, "_save_anyway": "1"})
    assert saved.status_code == 302
    assert SpecialDay.objects.get().note == "See you tomorrow"
    assert Reservation.objects.get().status == "confirmed"


def test_a_change_that_strands_nobody_is_not_questioned(
    client: Client, restaurant: Restaurant
) -> None:
    assert client.post(url(SpecialDay, "add"), closing_day(restaurant)).status_code == 302


@pytest.mark.parametrize("way", ["page", "action"])
def test_deleting_hours_under_bookings_is_questioned_too(
    client: Client, restaurant: Restaurant, way: str
) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    period = restaurant.service_periods.get()
    path = url(ServicePeriod, "delete", period.pk)
    form: dict[str, Any] = {"post": "yes"}
    if way == "action":
        path = url(ServicePeriod, "changelist")
        form |= {"action": "delete_selected", "_selected_action": period.pk}

    asked = client.post(path, form)
    assert "Delete anyway" in asked.content.decode()
    assert restaurant.service_periods.exists()
    assert not LogEntry.objects.exists()

    client.post(path, {**form, "_back": "1"})
    assert restaurant.service_periods.exists()
    client.post(path, {**form, "_save_anyway": "1"})
    assert not restaurant.service_periods.exists()


def test_what_cannot_be_deleted_says_why(client: Client, restaurant: Restaurant) -> None:
    rule = restaurant.turn_times.get()

    answer = client.post(url(TurnTimeRule, "delete", rule.pk), {"post": "yes"}, follow=True)

    assert "without conditions is needed" in answer.content.decode()
    assert restaurant.turn_times.exists()
