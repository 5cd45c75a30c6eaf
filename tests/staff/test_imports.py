"""Importing guests: four pages, for owners and managers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guests.models import Guest, GuestImport, ImportStatus
from guests.services.importing import import_run
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant

pytestmark = pytest.mark.django_db

BOOK = "Имя;Телефон;Цвет\nАнна;020 123 4567;red\n;12;=cmd()\n"


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def manager(client: Client, restaurant: Restaurant) -> Client:
    client.force_login(make_member(restaurant, Role.MANAGER))
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def upload(client: Client, restaurant: Restaurant, data: str = BOOK) -> Any:
    file = SimpleUploadedFile("book.csv", data.encode())
    return client.post(f"/staff/{restaurant.slug}/imports/", {"file": file})


def checked(client: Client, restaurant: Restaurant) -> str:
    url: str = upload(client, restaurant)["Location"]
    client.post(url, {"name": "0", "phone": "1"})
    return url


def test_a_file_is_read_mapped_looked_at_and_imported(
    manager: Client, restaurant: Restaurant
) -> None:
    response = upload(manager, restaurant)
    assert response.status_code == 303
    url = response["Location"]
    page = text_of(manager.get(url))
    assert "Анна" in page
    assert re.search(r'<select name="name".*?<option value="0" selected', page), "guessed"

    assert manager.post(url, {"name": "0", "phone": "1"}).status_code == 303
    page = text_of(manager.get(url))
    assert "Row 3, Name" in page
    assert not Guest.objects.exists()

    manager.post(f"{url}start/")
    assert GuestImport.objects.get().status == ImportStatus.CHECKED, "rows with errors stop it"
    manager.post(f"{url}start/", {"leave_out": "yes"})
    found = GuestImport.objects.get()
    if found.status == ImportStatus.RUNNING:
        assert "Being imported" in text_of(manager.get(f"{url}progress/"))
        import_run(import_id=found.pk, now=NOW)
    page = text_of(manager.get(url))
    assert "Imported." in page
    assert Guest.objects.get().name == "Анна"


def test_what_is_wrong_can_be_taken_along_without_formulas(
    manager: Client, restaurant: Restaurant
) -> None:
    url = upload(manager, restaurant, "Имя;Почта\nA;=cmd()\n")["Location"]
    manager.post(url, {"name": "0", "email": "1"})
    lines = manager.get(f"{url}errors/").content.decode()

    assert "2,E-mail,'=cmd()," in lines


def test_a_file_can_be_forgotten(manager: Client, restaurant: Restaurant) -> None:
    url = checked(manager, restaurant)
    assert manager.post(f"{url}discard/").status_code == 303

    assert GuestImport.objects.get().rows == []
    assert "Nothing was imported" in text_of(manager.get(url))


def test_no_file_or_a_strange_one_is_told(manager: Client, restaurant: Restaurant) -> None:
    url = f"/staff/{restaurant.slug}/imports/"
    assert "Choose a file" in text_of(manager.post(url))
    response = upload(manager, restaurant, "only a header")
    assert response.status_code == 422
    assert not GuestImport.objects.exists()


def test_missing_columns_lead_to_their_field(manager: Client, restaurant: Restaurant) -> None:
    url = upload(manager, restaurant)["Location"]
    response = manager.post(url, {"name": "", "phone": "1"})

    assert response.status_code == 422
    assert 'href="#id_name"' in text_of(response)


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.OWNER, 200), (Role.HOST, 403), (Role.VIEWER, 403), (Role.MARKETING, 403)],
)
def test_only_owners_and_managers_import(
    client: Client, restaurant: Restaurant, role: str, status: int
) -> None:
    client.force_login(make_member(restaurant, role))
    assert client.get(f"/staff/{restaurant.slug}/imports/").status_code == status


def test_another_house_does_not_see_it(manager: Client, restaurant: Restaurant) -> None:
    url = checked(manager, restaurant)
    pk = GuestImport.objects.get().pk
    stranger = make_restaurant()
    other = Client()
    other.force_login(make_member(stranger, Role.OWNER))

    assert other.get(url).status_code == 404
    for path in ("", "start/", "discard/", "progress/", "errors/"):
        address = f"/staff/{stranger.slug}/imports/{pk}/{path}"
        assert other.post(address).status_code in (404, 405)
        assert other.get(address).status_code in (404, 405)
