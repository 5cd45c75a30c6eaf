from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import User
from bookings.services import reservation_create
from reservehub.core.models import AuditEntry
from restaurants.models import (
    Area,
    BookingPolicy,
    Combination,
    CombinationMember,
    Restaurant,
    Table,
    TurnTimeRule,
)
from tests.factories import (
    GUEST,
    NOW,
    a_request,
    make_combination,
    make_restaurant,
)
from tests.restaurants.admin.world import (
    logged_in,
    management,
    table_form,
    url,
)

pytestmark = pytest.mark.django_db


def test_a_change_goes_through_the_service(client: Client, restaurant: Restaurant) -> None:
    table = restaurant.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, features="window, quiet", name="Nook")
    )

    assert answer.status_code == 302, answer.context["errors"]
    table.refresh_from_db()
    assert (table.name, table.features) == ("Nook", ["window", "quiet"])
    entry = AuditEntry.objects.get(action="restaurants.table.changed")
    assert entry.channel == "admin"
    assert LogEntry.objects.count() == 1
    history = client.get(url(Table, "history", table.pk)).content.decode()
    assert "restaurants.table.changed" in history


def test_a_new_table_is_created(client: Client, restaurant: Restaurant) -> None:
    new = Table(
        restaurant=restaurant, area=restaurant.areas.get(), number="77", seats=4, max_party=4
    )

    answer = client.post(url(Table, "add"), table_form(new))

    assert answer.status_code == 302, answer.context["errors"]
    assert restaurant.tables.get(number="77").seats == 4


def test_a_refusal_is_shown_beside_what_was_typed(client: Client, restaurant: Restaurant) -> None:
    make_combination(restaurant, *restaurant.tables.all())
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace")
    table = restaurant.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, area=terrace.pk, notes="Typed before")
    )

    text = answer.content.decode()
    assert "stand in different areas" in text
    assert "Typed before" in text
    assert not LogEntry.objects.exists()


def test_a_table_under_bookings_is_not_switched_off(client: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    table = restaurant.tables.get(number="1")
    form = table_form(table)
    del form["is_active"]

    answer = client.post(url(Table, "change", table.pk), form)

    assert "bookings ahead" in answer.content.decode()
    assert "Anna de Vries" in answer.content.decode()
    answer = client.post(
        url(Table, "changelist"), {"action": "archive", "_selected_action": table.pk}, follow=True
    )
    assert "bookings ahead" in answer.content.decode()
    table.refresh_from_db()
    assert table.is_active


def test_combinations_are_saved_with_their_tables(client: Client, restaurant: Restaurant) -> None:
    one, two = restaurant.tables.order_by("number")
    form = {
        "restaurant": restaurant.pk,
        "name": "1+2",
        "priority": 0,
        "min_party": 5,
        "max_party": 6,
        "is_active": "on",
        **management("members", total=1),
        "members-0-table": one.pk,
        "members-0-position": 0,
        "_save": "Save",
    }

    refused = client.post(url(Combination, "add"), form)
    assert "at least two tables" in refused.content.decode()
    assert not Combination.objects.exists()

    form |= {"members-TOTAL_FORMS": 2, "members-1-table": two.pk, "members-1-position": 1}
    assert client.post(url(Combination, "add"), form).status_code == 302
    assert CombinationMember.objects.filter(combination__name="1+2").count() == 2


def test_a_new_restaurant_is_ready_for_use() -> None:
    root = User.objects.create_superuser("root@example.com", "secret-enough-1")
    organisation = make_restaurant().organisation
    form = {
        "organisation": organisation.pk,
        "name": "New place",
        "slug": "new-place",
        "kind": "bar",
        "price_range": 2,
        "country": "NL",
        "timezone": "Europe/Amsterdam",
        "business_day_cut": "05:00",
        "currency": "EUR",
        "language": "en",
        "languages": ["en"],
        "is_active": "on",
        **management("policy"),
        **management("areas"),
        **management("gallery"),
        "_save": "Save",
    }

    answer = logged_in(root).post(url(Restaurant, "add"), form)

    assert answer.status_code == 302, answer.context["errors"]
    made = Restaurant.objects.get(slug="new-place")
    assert made.policy
    assert made.areas.exists()
    assert made.turn_times.exists()


def test_turn_times_are_written_as_a_sentence(client: Client, restaurant: Restaurant) -> None:
    rule = restaurant.turn_times.get()
    form = {"restaurant": restaurant.pk, "name": "Default", "_save": "Save"}

    answer = client.post(
        url(TurnTimeRule, "change", rule.pk), {**form, "bands": "2: 60, 4: 75, +: 90"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    rule.refresh_from_db()
    assert rule.bands[-1] == {"up_to": None, "minutes": 90}

    for bad in ("2: 60", "2: 60, 1: 75, +: 90", "two: 60", "+ 60"):
        answer = client.post(url(TurnTimeRule, "change", rule.pk), {**form, "bands": bad})
        assert answer.status_code == 200, bad


def test_the_policy_of_another_restaurant_is_out_of_reach(client: Client) -> None:
    other = make_restaurant()

    client.post(url(BookingPolicy, "change", other.pk), {"min_party": 5, "_save": "Save"})

    assert BookingPolicy.objects.get(pk=other.pk).min_party == 1
