"""A restaurant's own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from notifications.kinds import Kind
from notifications.models import MessageText
from notifications.rendering import PLACEHOLDERS, preview
from notifications.services.texts import message_text_delete, message_text_save
from reservehub.core import clock
from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.factories import NOW, STAFF
from tests.notifications.rendering.support import Page, bella, book, rendered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
def restaurant() -> Restaurant:
    return bella()


def save(restaurant: Restaurant, **parts: str) -> MessageText:
    arguments: dict[str, Any] = {
        "restaurant": restaurant,
        "kind": Kind.CONFIRMED,
        "language": "en",
        "subject": "",
        "opening": "",
        "short": "",
        "actor": STAFF,
        "now": NOW,
        **parts,
    }
    return message_text_save(**arguments)


def test_own_words_take_the_place_of_ours(restaurant: Restaurant) -> None:
    save(
        restaurant,
        subject="See you {day}, {first_name}!",
        opening="Dear {name},\nyour table for {party} is ready on {date} at {time}.",
        short="{restaurant}: see you {day} {time}",
    )
    reservation = book(restaurant)
    content = rendered(reservation)
    assert content.subject == "See you Friday, Anna!"
    for shape in (content.text, Page(content.html).text):
        assert "Dear Anna de Vries," in shape
        assert "your table for 2 guests is ready on 5 June at 19:00." in shape
        assert "Hello" not in shape
    assert content.short.startswith("Bella Vista: see you Friday 19:00 http://testserver/b/")


def test_empty_parts_keep_ours(restaurant: Restaurant) -> None:
    plain = rendered(book(restaurant))
    save(restaurant, subject="Hurrah")
    content = rendered(book(restaurant))
    assert content.subject == "Hurrah"
    assert "We look forward to seeing you" in content.text
    assert content.short[:20] == plain.short[:20]


def test_words_are_for_one_kind_and_language(restaurant: Restaurant) -> None:
    save(restaurant, subject="Hurrah")
    reservation = book(restaurant)
    assert rendered(reservation, language="ru").subject != "Hurrah"
    assert rendered(reservation, Kind.CHANGED).subject != "Hurrah"


def test_a_link_of_their_own_is_not_doubled(restaurant: Restaurant) -> None:
    save(restaurant, short="Here: {link} See you!")
    assert rendered(book(restaurant)).short.count("http") == 1


def test_every_placeholder_is_filled(restaurant: Restaurant) -> None:
    save(restaurant, opening=" ".join(f"[{{{name}}}]" for name in PLACEHOLDERS))
    text = rendered(book(restaurant)).text
    assert "[]" not in text
    assert "{" not in text
    assert "[1]" in text  # the table


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hi {nmae}", "{nmae}"),
        ("{name.__class__}", "{name.__class__}"),
        ("{name!r}", "{name!r}"),
        ("{name:>99}", "{name:>99}"),
        ("{}", "{}"),
        ("{0}", "{0}"),
    ],
)
def test_only_known_names_are_filled_in(restaurant: Restaurant, text: str, told: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        save(restaurant, opening=text)
    (error,) = refusal.value.errors
    assert (error.pointer, error.code) == ("/opening", "unknown_placeholder")
    assert told in error.detail
    assert not MessageText.objects.exists()


@pytest.mark.parametrize("text", ["Hi {name", "Hi name}", "{{name}}", "{na{me}"])
def test_braces_come_in_pairs(restaurant: Restaurant, text: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        save(restaurant, subject=text)
    assert "unbalanced_brace" in {error.code for error in refusal.value.errors}


def test_a_language_without_messages_is_refused(restaurant: Restaurant) -> None:
    with pytest.raises(ValidationFailed):
        save(restaurant, language="xx")


def test_a_text_that_is_too_long_is_refused(restaurant: Restaurant) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        save(restaurant, subject="x" * 151)
    assert refusal.value.errors[0].pointer == "/subject"


def test_saving_twice_changes_one_row_and_is_audited(restaurant: Restaurant) -> None:
    save(restaurant, subject="One")
    text = save(restaurant, subject="Two\r\nthree")
    assert MessageText.objects.get() == text
    assert text.subject == "Two three"
    entries = AuditEntry.objects.filter(object_type="notifications.messagetext").order_by("pk")
    assert [entry.action for entry in entries] == [
        "notifications.text.add",
        "notifications.text.change",
    ]
    assert entries[1].restaurant_id == restaurant.pk
    message_text_delete(text=text, actor=STAFF, now=NOW)
    assert not MessageText.objects.exists()


def test_a_text_can_be_tried_before_it_is_saved(restaurant: Restaurant) -> None:
    text = MessageText(
        restaurant=restaurant, kind=Kind.REMINDER_DAY, language="en", subject="Until {time}"
    )
    content = preview(restaurant=restaurant, kind=Kind.REMINDER_DAY, language="en", text=text)
    assert content.subject == "Until 19:30"
    assert not MessageText.objects.exists()


def test_a_stored_text_with_an_unknown_word_is_sent_as_it_is(restaurant: Restaurant) -> None:
    """Written before the word was withdrawn: better odd than silent."""
    MessageText.objects.create(
        restaurant=restaurant, kind=Kind.CONFIRMED, language="en", subject="Hi {gone} {name"
    )
    assert rendered(book(restaurant)).subject == "Hi {gone} {name"
