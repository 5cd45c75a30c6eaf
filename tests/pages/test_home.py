"""The list of restaurants."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import make_restaurant
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db


def test_public_restaurants_are_listed_and_others_are_not(client: Client) -> None:
    make_restaurant(name="Open House")
    make_restaurant(name="Hidden House", is_public=False)
    make_restaurant(name="Closed House", is_active=False)
    page = text_of(client.get("/"))
    assert "Open House" in page
    assert "Hidden House" not in page
    assert "Closed House" not in page


@pytest.mark.parametrize("query", ["lumière", "LYON", "french", "lyon french"])
def test_search_finds_by_name_city_and_cuisine(client: Client, query: str) -> None:
    make_restaurant(name="Bistro Lumière", city="Lyon", cuisine="French")
    make_restaurant(name="Osteria", city="Rome", cuisine="Italian")
    page = text_of(client.get("/", {"q": query}))
    assert "Bistro Lumière" in page
    assert "Osteria" not in page


def test_a_search_without_results_says_how_to_go_on(client: Client) -> None:
    page = text_of(client.get("/", {"q": "nothing like this"}))
    assert "Nothing found" in page
    assert "Show all restaurants" in page


def test_pages_of_twelve_keep_the_search(client: Client) -> None:
    for number in range(14):
        make_restaurant(name=f"Trattoria {number:02d}", city="Siena")
    first = text_of(client.get("/", {"q": "siena"}))
    assert "Page 1 of 2" in first
    assert "q=siena&amp;page=2" in first
    second = text_of(client.get("/", {"q": "siena", "page": "2"}))
    assert "Trattoria 13" in second
    assert "Trattoria 00" not in second


@pytest.mark.parametrize("page", ["0", "-3", "x", "999", ""])
def test_a_wrong_page_number_stops_nobody(client: Client, page: str) -> None:
    make_restaurant(name="Only One")
    assert "Only One" in text_of(client.get("/", {"page": page}))


def test_the_list_costs_two_queries_however_long(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        make_restaurant()
    client.get("/")
    with django_assert_num_queries(2):
        client.get("/")


def test_a_search_with_a_nul_byte_is_harmless(client: Client) -> None:
    assert client.get("/", {"q": "a\x00b"}).status_code == 200
