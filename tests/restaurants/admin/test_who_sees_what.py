from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from bookings.services import reservation_create
from restaurants.models import (
    Area,
    Restaurant,
    Role,
    Table,
)
from tests.factories import (
    GUEST,
    NOW,
    a_request,
    make_member,
    make_restaurant,
    make_table,
    make_user,
)
from tests.restaurants.admin.world import (
    MOST_QUERIES,
    full_restaurant,
    logged_in,
    pages,
    row_of,
    staff,
    table_form,
    url,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.HOST, Role.VIEWER, Role.MARKETING])
def test_nobody_sees_a_row_of_another_tenant(role: str) -> None:
    mine, theirs = full_restaurant("Mine"), full_restaurant("Theirs")
    make_member(mine, Role.OWNER)
    make_member(theirs, Role.OWNER)
    client = logged_in(staff(mine, role))

    for model in pages():
        listed = client.get(url(model, "changelist"))
        assert listed.status_code in (200, 403), model
        text = listed.content.decode()
        for secret in ("Theirs", theirs.slug, theirs.organisation.name):
            assert secret not in text, model
        row = row_of(model, theirs)
        for what in ("change", "delete", "history"):
            answer = client.get(url(model, what, row.pk))
            assert answer.status_code in (302, 403), (model, what)
            posted = client.post(url(model, what, row.pk), {"post": "yes", "name": "Taken"})
            assert posted.status_code in (302, 403, 405), (model, what)
        assert model._base_manager.filter(pk=row.pk).exists()
    assert not LogEntry.objects.exists()


def test_strangers_and_customers_do_not_get_in() -> None:
    restaurant = full_restaurant("Mine")
    make_member(restaurant, Role.OWNER)
    no_role = logged_in(make_user(is_staff=True))
    customer = logged_in(make_user())

    for model in pages():
        path = url(model, "changelist")
        assert no_role.get(path).status_code == 403, model
        assert customer.get(path).status_code == 302, model
        assert Client().get(path).status_code == 302, model
        answer = no_role.get(url(model, "change", row_of(model, restaurant).pk))
        assert answer.status_code in (302, 403), model


ROLE_PAGES: dict[str, tuple[set[str], set[str]]] = {
    # The lists that open, and those with an "add" or "change" of their own.
    Role.OWNER: (
        {
            "area", "bookingpolicy", "combination", "invitation", "membership", "organisation",
            "restaurant", "serviceperiod", "slotoverride", "specialday", "table", "turntimerule",
            "guest", "mergecandidate", "reservation", "hold", "occupancy", "tableblock",
            "floorplan", "depositrule",
        },
        {
            "area", "bookingpolicy", "combination", "floorplan", "membership", "restaurant",
            "serviceperiod", "slotoverride", "specialday", "table", "turntimerule", "guest",
            "reservation", "depositrule",
        },
    ),
    Role.HOST: (
        {
            "area", "bookingpolicy", "combination", "restaurant", "serviceperiod", "slotoverride",
            "specialday", "table", "turntimerule", "guest", "mergecandidate", "reservation", "hold",
            "occupancy", "tableblock", "floorplan", "depositrule",
        },
        {"guest", "reservation"},
    ),
    Role.VIEWER: (
        {
            "area", "bookingpolicy", "combination", "restaurant", "serviceperiod", "slotoverride",
            "specialday", "table", "turntimerule", "reservation", "hold", "occupancy", "tableblock",
            "floorplan", "depositrule",
        },
        set(),
    ),
    Role.MARKETING: ({"guest", "mergecandidate"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLE_PAGES)
def test_each_role_opens_and_changes_exactly_its_pages(role: str) -> None:
    restaurant = full_restaurant("Mine")
    make_member(restaurant, Role.OWNER)
    client = logged_in(staff(restaurant, role))
    opened, changed = set(), set()

    for model in pages():
        if client.get(url(model, "changelist")).status_code != 200:
            continue
        name = str(model._meta.model_name)
        opened.add(name)
        page = client.get(url(model, "change", row_of(model, restaurant).pk))
        assert page.status_code == 200, model
        if 'name="_save"' in page.content.decode():
            changed.add(name)

    assert opened == ROLE_PAGES[role][0]
    assert changed == ROLE_PAGES[role][1]


def test_pages_stay_within_fifteen_queries() -> None:
    restaurant = full_restaurant("Mine")
    for number in range(10, 30):
        make_table(restaurant, number=str(number), seats=4)
        reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    client = logged_in(staff(restaurant, Role.OWNER))
    too_many = {}

    for model in pages():
        paths = [url(model, "changelist"), url(model, "change", row_of(model, restaurant).pk)]
        if client.get(url(model, "add")).status_code == 200:
            paths.append(url(model, "add"))
        for path in paths:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200, path
            if len(queries) > MOST_QUERIES:
                too_many[path] = len(queries)

    assert not too_many


def test_platform_admins_see_every_tenant() -> None:
    full_restaurant("Mine")
    full_restaurant("Theirs")
    root = User.objects.create_superuser("root@example.com", "secret-enough-1")

    text = logged_in(root).get(url(Restaurant, "changelist")).content.decode()

    assert "Mine" in text
    assert "Theirs" in text


def test_choices_offer_only_what_belongs_to_the_restaurant() -> None:
    mine, theirs = make_restaurant(), make_restaurant()
    sister = make_restaurant(organisation=mine.organisation)
    for restaurant in (mine, theirs, sister):
        Area.objects.create(restaurant=restaurant, name=f"Terrace of {restaurant.slug}")
    client = logged_in(staff(mine, Role.MANAGER))

    page = client.get(url(Table, "change", mine.tables.get(number="1").pk)).content.decode()

    assert f"Terrace of {mine.slug}" in page
    assert f"Terrace of {theirs.slug}" not in page
    assert f"Terrace of {sister.slug}" not in page


def test_a_foreign_area_is_refused_however_it_is_sent() -> None:
    mine, theirs = make_restaurant(), make_restaurant()
    client = logged_in(staff(mine, Role.OWNER))
    table = mine.tables.get(number="1")

    answer = client.post(
        url(Table, "change", table.pk), table_form(table, area=theirs.areas.get().pk)
    )

    assert answer.status_code == 200
    table.refresh_from_db()
    assert table.area == mine.areas.get()
