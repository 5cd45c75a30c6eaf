from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client

from bookings.models import Reservation
from bookings.services import reservation_create
from guests.models import Guest
from reservehub.core.models import AuditEntry
from restaurants.models import (
    Area,
    Restaurant,
    Role,
    ServicePeriod,
    Table,
)
from tests.factories import (
    GUEST,
    NOW,
    a_request,
    make_restaurant,
)
from tests.restaurants.admin.world import (
    full_restaurant,
    logged_in,
    staff,
    url,
)

pytestmark = pytest.mark.django_db


def imported(client: Client, model: type[Model], text: str, *, confirm: bool = True) -> Any:
    page = client.post(
        url(model, "import"),
        {"format": "0", "import_file": SimpleUploadedFile("rows.csv", text.encode())},
    )
    form = page.context.get("confirm_form")
    if form is None or not confirm:
        return page
    return client.post(url(model, "process_import"), form.initial, follow=True)


TABLES = "restaurant,number,name,area,min_party,seats,max_party,features,access,is_active\n"


def test_an_import_shows_differences_and_then_saves(client: Client, restaurant: Restaurant) -> None:
    rows = (
        f'{restaurant.slug},1,Nook,Main room,1,2,3,"window,quiet",online,1\n'
        f"{restaurant.slug},50,New,Main room,1,4,4,,in_house,1\n"
    )

    shown = imported(client, Table, TABLES + rows, confirm=False)
    assert "Nook" in shown.content.decode()
    assert not restaurant.tables.filter(number="50").exists()

    imported(client, Table, TABLES + rows)
    assert restaurant.tables.get(number="1").features == ["window", "quiet"]
    assert restaurant.tables.get(number="50").access == "in_house"
    assert AuditEntry.objects.filter(action="restaurants.table.created").count() == 1


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{theirs},1,Taken,Main room,1,2,2,,online,1\n", "no restaurant"),
        ("{mine},9,New,Cellar,1,2,2,,online,1\n", "no area"),
        ("{mine},9,New,Main room,5,2,2,,online,1\n", "Capacity must grow"),
    ],
)
def test_an_import_refuses_rows_with_a_reason(
    client: Client, restaurant: Restaurant, row: str, message: str
) -> None:
    theirs = make_restaurant()

    page = imported(client, Table, TABLES + row.format(mine=restaurant.slug, theirs=theirs.slug))

    assert message in page.content.decode()
    assert not Table.objects.filter(name__in=["Taken", "New"]).exists()


def test_an_import_warns_of_stranded_bookings(client: Client, restaurant: Restaurant) -> None:
    reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW)
    rows = f"{restaurant.slug},1,,Main room,1,2,2,,walk_in,1\n"

    page = imported(client, Table, TABLES + rows, confirm=False)

    assert "would strand 1 booking" in page.content.decode()


def test_guests_are_imported_by_their_phone(client: Client, restaurant: Restaurant) -> None:
    slug = restaurant.organisation.slug
    head = "organisation,name,phone,email,language,is_vip\n"

    imported(client, Guest, f"{head}{slug},Anna,06 12345678,Anna@Example.com,en,0\n")
    guest = Guest.objects.get()
    assert (str(guest.phone), guest.email) == ("+31612345678", "anna@example.com")

    imported(client, Guest, f"{head}{slug},Anna de Vries,+31612345678,anna@example.com,en,1\n")
    guest.refresh_from_db()
    assert (guest.name, guest.is_vip) == ("Anna de Vries", True)

    page = imported(client, Guest, f"{head}{slug},Boris,12,,en,0\n")
    assert "phone number" in page.content.decode()
    foreign = make_restaurant().organisation.slug
    page = imported(client, Guest, f"{head}{foreign},Boris,,b@example.com,en,0\n")
    assert "no organisation" in page.content.decode()
    assert Guest.objects.count() == 1


EXPORTS: list[type[Model]] = [Table, Area, ServicePeriod, Guest, Reservation]


@pytest.mark.parametrize("model", EXPORTS)
def test_an_export_holds_the_own_rows_only(model: type[Model]) -> None:
    mine, theirs = full_restaurant("Mine"), full_restaurant("Theirs")
    client = logged_in(staff(mine, Role.MANAGER))

    text = exported(client, model)

    assert text.count("\n") == model._base_manager.count() // 2 + 1
    for secret in ("Theirs", theirs.slug, theirs.organisation.slug):
        assert secret not in text


def exported(client: Client, model: type[Model]) -> str:
    """The CSV with all columns."""
    page = client.get(url(model, "export"))
    columns = set(page.context["form"].fields) - {"format", "resource", "export_items"}
    answer = client.post(
        url(model, "export"), {**dict.fromkeys(columns, "on"), "format": "0", "resource": "0"}
    )
    assert answer["Content-Type"] == "text/csv", answer.context["errors"]
    return answer.content.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("role", [Role.HOST, Role.VIEWER])
def test_who_may_not_export_cannot(role: str) -> None:
    restaurant = full_restaurant("Mine")
    client = logged_in(staff(restaurant, role))

    for model in EXPORTS:
        assert client.get(url(model, "export")).status_code == 403
    for model in (Table, Area, ServicePeriod):
        assert client.get(url(model, "import")).status_code == 403
