"""In Russian every word of every message is Russian."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from notifications.channels.base import Content
from notifications.kinds import Kind
from notifications.rendering import preview
from notifications.rendering.facts import party_text
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.factories import NOW
from tests.notifications.rendering.support import Page, bella

pytestmark = pytest.mark.django_db

NOT_WORDS = re.compile(r"https?://\S+|RES-[\d-]+|UTC[+-]\d\d:\d\d|MSK|ReserveHub|\+7[\d -]+")


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return bella(
        name="Дым",
        city="Москва",
        address_line1="Тверская, 1",
        postal_code="125009",
        country="RU",
        phone="+74951234567",
        zone="Europe/Moscow",
        language="ru",
        policy={"cancellation_policy": "Предупредите нас, пожалуйста."},
    )


def foreign_words(content: Content) -> list[str]:
    labels = [action.label for action in content.actions]
    shapes = [content.subject, content.text, Page(content.html).text, content.short, *labels]
    return [
        word
        for shape in (*shapes, *content.parameters)
        for word in re.findall(r"[A-Za-z]{2,}", NOT_WORDS.sub("", shape))
    ]


@pytest.mark.parametrize("kind", Kind)
def test_no_word_is_left_in_english(restaurant: Restaurant, kind: Kind) -> None:
    content = preview(restaurant=restaurant, kind=kind, language="ru")
    assert foreign_words(content) == []


def test_the_search_for_english_finds_it(restaurant: Restaurant) -> None:
    content = preview(restaurant=restaurant, kind=Kind.CONFIRMED, language="en")
    assert {"Hello", "table"} <= set(foreign_words(content))


@pytest.mark.parametrize(
    ("count", "guests", "party"),
    [
        (1, "1 гость", "на 1 гостя"),
        (2, "2 гостя", "на 2 гостей"),
        (5, "5 гостей", "на 5 гостей"),
        (11, "11 гостей", "на 11 гостей"),
        (21, "21 гость", "на 21 гостя"),
        (22, "22 гостя", "на 22 гостей"),
    ],
)
def test_guests_are_counted_in_three_forms(count: int, guests: str, party: str) -> None:
    with translation.override("ru"):
        found = ngettext("%(count)s guest", "%(count)s guests", count) % {"count": count}
        assert (found, party_text(count)) == (guests, party)


def test_weekdays_are_small_inside_sentences(restaurant: Restaurant) -> None:
    content = preview(restaurant=restaurant, kind=Kind.CONFIRMED, language="ru")
    assert content.subject == "Дым: столик забронирован, чт, 4 июня, 19:30"
    assert "Ждём вас: четверг, 4 июня, 19:30, столик на 2 гостей." in content.text
    assert "Когда: Четверг, 4 июня, 19:30" in content.text
