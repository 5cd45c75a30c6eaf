"""Finding guests by what staff remember of them."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.db.models import QuerySet

from guests.models import Guest, GuestTag, Tag
from guests.selectors.search import Search, guest_position, guests_found, guests_page
from restaurants.models import Organisation
from tests.factories import NOW
from tests.guests.people import make_guest, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> Organisation:
    return make_organisation()


def names(house: Organisation, text: str = "", **fields: object) -> list[str]:
    search = Search(text=text, **fields)  # type: ignore[arg-type]
    return [guest.name for guest in guests_found([house.pk], search).guests]


# --- What is found --------------------------------------------------------------------------------


@pytest.fixture
def people(house: Organisation) -> dict[str, Guest]:
    make_guest(make_organisation(), name="Anna of another house", phone="+31612345678")
    return {
        "anna": make_guest(house, name="Anna de Vries", phone="+31612345678"),
        "bram": make_guest(house, name="Bram Jansen", email="bram.j@brouwerij.example"),
        "olga": make_guest(house, name="Ольга Петрова", phone="+79161234567"),
    }


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Anna de Vries", "Bram Jansen", "Ольга Петрова"]),
        ("vries anna", ["Anna de Vries"]),
        ("VRIES", ["Anna de Vries"]),
        ("br", ["Bram Jansen"]),
        ("5678", ["Anna de Vries"]),
        ("06 1234-5678", ["Anna de Vries"]),
        ("+31 6 12345678", ["Anna de Vries"]),
        ("34567", ["Ольга Петрова"]),
        ("anna 678", ["Anna de Vries"]),
        ("78", []),
        ("brouwerij.example", []),
        ("j@brouwerij", ["Bram Jansen"]),
        ("BRAM.J@Brouwerij.example", ["Bram Jansen"]),
        ("петр", ["Ольга Петрова"]),
        ("%", []),
        ("nobody at all", []),
    ],
)
def test_every_word_must_fit_a_name_the_end_of_a_number_or_an_address(
    house: Organisation, text: str, found: list[str]
) -> None:
    assert names(house, text) == found


@pytest.mark.usefixtures("people")
def test_a_slip_of_the_pen_is_forgiven_and_told(house: Organisation) -> None:
    found = guests_found([house.pk], Search(text="janson"))
    assert found.is_close
    assert [guest.name for guest in found.guests] == ["Bram Jansen"]
    assert not guests_found([house.pk], Search(text="jansen")).is_close


@pytest.mark.parametrize(
    "typed",
    ["Wihlelmina", "Wihlelmina Postma", "Wilhelmina Potsma", "wilhelmina Q Posma", "Posma"],
)
def test_one_slip_is_forgiven_in_short_and_long_words(house: Organisation, typed: str) -> None:
    make_guest(house, name="Wilhelmina Q. Postma")
    make_guest(house, name="Willem Pos")
    found = guests_found([house.pk], Search(text=typed))
    assert "Wilhelmina Q. Postma" in [guest.name for guest in found.guests]


def test_a_merged_record_is_found_by_its_old_contacts_as_the_one_kept(
    house: Organisation, people: dict[str, Guest]
) -> None:
    make_guest(
        house, name="A. Vries", phone="+31687654321", email="old@x.org", merged_into=people["anna"]
    )
    assert names(house, "4321") == ["Anna de Vries"]
    assert names(house, "old@x.org") == ["Anna de Vries"]
    assert names(house, "a. vries") == ["Anna de Vries"]


def test_the_erased_are_not_found(house: Organisation) -> None:
    make_guest(house, name="", anonymised_at=NOW)
    assert names(house) == []


def test_a_tag_vip_and_the_block_list_narrow_what_is_found(
    house: Organisation, people: dict[str, Guest]
) -> None:
    tag = Tag.objects.create(organisation=house, name="Wine", created_at=NOW)
    for key in ("anna", "bram"):
        GuestTag.objects.create(guest=people[key], tag=tag, created_at=NOW)
    Guest.objects.filter(pk=people["bram"].pk).update(is_vip=True, is_blocked=True)
    assert names(house, tag_id=tag.pk) == ["Anna de Vries", "Bram Jansen"]
    assert names(house, "anna", tag_id=tag.pk) == ["Anna de Vries"]
    assert names(house, "anna", is_vip=True) == []
    assert names(house, is_vip=True) == names(house, is_blocked=True) == ["Bram Jansen"]


def test_pages_follow_each_other_without_a_gap_among_namesakes(house: Organisation) -> None:
    made = {make_guest(house, name=name).pk for name in ["Jan", "Jan", "Jan", "Jo", "Kim"]}
    seen: list[int] = []
    position = None
    while True:
        found = guests_found([house.pk], Search()).guests
        page, position = guests_page(found, after=position, size=2)
        seen += [guest.pk for guest in page]
        if position is None:
            break
        assert guest_position(found, position.pk) == position
    assert set(seen) == made
    assert len(seen) == len(made)


# --- How it is found ------------------------------------------------------------------------------

_MANY = """
    INSERT INTO guests_guest (organisation_id, name, phone, email, language, is_vip, is_blocked,
                              block_reason, created_at)
    SELECT %s, 'Guest ' || md5(n::text), '+316' || (10000000 + n), 'g' || n || '@mail.example',
           'en', false, false, '', %s
    FROM generate_series(1, 20000) AS n
"""


@pytest.fixture
def full_house(house: Organisation) -> Organisation:
    with connection.cursor() as cursor:
        cursor.execute(_MANY, [house.pk, NOW])
        # As vacuuming does: rows just written wait in a list that makes the index look dear.
        for index in ("guests_by_name_parts", "guests_by_email_parts"):
            cursor.execute("SELECT gin_clean_pending_list(%s)", [index])
        cursor.execute("ANALYZE guests_guest")
    return house


def plan(query: QuerySet[Guest]) -> str:
    return json.dumps(json.loads(query.explain(format="json")))


def test_each_question_is_answered_by_an_index_of_its_own(full_house: Organisation) -> None:
    asked = {
        "": "guests_in_order_of_names",
        "c4ca4238": "guests_by_name_parts",
        "19999": "guests_by_phone_tail",
        "0619999": "guests_by_phone_tail",
        "g19999@mail": "guests_by_email_parts",
    }
    for text, index in asked.items():
        found = guests_found([full_house.pk], Search(text=text)).guests
        told = plan(found[:31])
        assert index in told, text
        assert '"Seq Scan"' not in told, text
    # What some are called may stand at the end of the book, which is not read up to there.
    some = plan(guests_found([full_house.pk], Search(text="ff")).guests[:31])
    assert "guests_in_order_of_names" not in some
    page = guests_found([full_house.pk], Search()).guests.filter(name__gte="Guest f")
    assert "guests_in_order_of_names" in plan(page[:31])
