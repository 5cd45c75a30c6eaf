"""What all pages share: language, errors, weight, policy."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from restaurants.models import Restaurant
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db

STATIC = Path(settings.BASE_DIR) / "static"


def weight(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_scripts_weigh_at_most_20_kilobytes() -> None:
    assert weight("js/htmx.min.js", "js/site.js") <= 20 * 1024


def test_the_first_load_weighs_at_most_60_kilobytes(client: Client, restaurant: Restaurant) -> None:
    page = len(gzip.compress(client.get("/r/bistro-anna/").content, 6))
    fonts = sum(
        (STATIC / f"fonts/reservehub-serif-{s}.woff2").stat().st_size for s in ("latin", "cyrillic")
    )
    total = page + fonts + weight("js/htmx.min.js", "js/site.js", "css/site.css", "icon.svg")
    assert total <= 60 * 1024


def test_a_link_switches_the_language_and_is_remembered(client: Client) -> None:
    assert '<html lang="en"' in text_of(client.get("/"))
    assert '<html lang="ru"' in text_of(client.get("/", {"lang": "ru"}))
    assert '<html lang="ru"' in text_of(client.get("/"))
    assert '<html lang="en"' in text_of(client.get("/", {"lang": "en"}))


def test_the_browser_is_asked_for_its_language(client: Client) -> None:
    page = text_of(client.get("/", headers={"Accept-Language": "ru-RU,ru;q=0.9"}))
    assert '<html lang="ru"' in page
    assert "English" in page


@pytest.mark.parametrize("lang", ["xx", "../etc", "", "ru'"])
def test_an_unknown_language_is_ignored(client: Client, lang: str) -> None:
    assert '<html lang="en"' in text_of(client.get("/", {"lang": lang}))


def test_the_switch_keeps_what_was_chosen(client: Client, restaurant: Restaurant) -> None:
    page = text_of(client.get("/r/bistro-anna/", {"guests": "4"}))
    assert 'href="?guests=4&amp;lang=ru"' in page


def test_an_unknown_address_is_a_friendly_page(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "Find a table" in text_of(response)


def test_nothing_inline_escapes_the_policy(client: Client, restaurant: Restaurant) -> None:
    response = client.get("/r/bistro-anna/", {"slot": "2026-06-05T19:00"})
    page = text_of(response)
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert "http://" not in re.sub(r"http://(testserver|www\.w3\.org)", "", page)


def test_a_crash_shows_a_page_that_needs_nothing(client: Client, settings: Any) -> None:
    text = (Path(settings.BASE_DIR) / "templates" / "500.html").read_text()
    assert "{{" not in text
    assert set(re.findall(r"{% (\w+)", text)) == {"load", "static"}
