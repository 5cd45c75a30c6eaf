"""Guests from files: all of them or none, and the same file twice changes nothing."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

import openpyxl  # type: ignore[import-untyped]  # has no stubs
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.importing.mapping import guess
from guests.importing.reading import UnreadableFile, decode, delimiter_of, read_table
from guests.importing.rows import escaped
from guests.models import (
    ConsentEntry,
    ConsentPurpose,
    Guest,
    GuestImport,
    GuestNote,
    ImportStatus,
    MergeCandidate,
)
from guests.services import consent_record
from guests.services.importing import (
    ImportMoved,
    import_check,
    import_discard,
    import_progress,
    import_read,
    import_run,
    import_start,
    imports_tidy,
)
from reservehub.core.errors import ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, STAFF, make_restaurant
from tests.guests.people import make_guest

pytestmark = pytest.mark.django_db

BOOK = """Имя;Фамилия;Телефон;Почта;VIP;Примечание;Согласие на рассылку;Визиты;Последний визит;Сумма
Анна;Смирнова;020 123 4567;Anna@Example.com;да;Любит окно;да;12;31.12.2025;1 234,50
Пётр;Иванов;;petr@example.com;;;;;;
"""


@pytest.fixture
def restaurant() -> Restaurant:
    cache.clear()
    return make_restaurant(currency="EUR")


def read(restaurant: Restaurant, text: str | bytes, name: str = "book.csv") -> GuestImport:
    data = text.encode() if isinstance(text, str) else text
    return import_read(
        organisation_id=restaurant.organisation_id,
        data=data,
        file_name=name,
        actor=STAFF,
        now=NOW,
    )


def check(found: GuestImport, **mapping: int) -> GuestImport:
    return import_check(import_id=found.pk, mapping=mapping or found.mapping, now=NOW)


def bring(restaurant: Restaurant, text: str | bytes, **start: Any) -> GuestImport:
    found = check(read(restaurant, text))
    import_start(
        import_id=found.pk, actor=STAFF, now=NOW, **{"leaves_out_bad_rows": False, **start}
    )
    import_run(import_id=found.pk, now=NOW)
    found.refresh_from_db()
    return found


class TestReading:
    def test_a_spreadsheet_and_a_text_file_say_the_same(self) -> None:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["Name", "Phone", "Last visit", None])
        sheet.append(["Anna", 31201234567.0, date(2025, 12, 31), None])
        sheet.append([None, None, None, None])
        file = io.BytesIO()
        book.save(file)

        table = read_table(file.getvalue())

        assert table == read_table(b"Name,Phone,Last visit\nAnna,31201234567,2025-12-31\n\n")

    @pytest.mark.parametrize(
        ("data", "text"),
        [
            ("Имя, é".encode(), "Имя, é"),
            ("\ufeffName".encode(), "Name"),
            ("Имя".encode("cp1251"), "Имя"),
            ("André, Zoë".encode("cp1252"), "André, Zoë"),
            ("Имя".encode("utf-16"), "Имя"),
        ],
    )
    def test_the_encoding_is_recognised(self, data: bytes, text: str) -> None:
        assert decode(data) == text

    @pytest.mark.parametrize(
        ("line", "sign"),
        [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ('"a,b,c";d;e', ";"), ("a", ",")],
    )
    def test_the_delimiter_is_recognised(self, line: str, sign: str) -> None:
        assert delimiter_of(line) == sign

    @pytest.mark.parametrize("data", [b"", b"Name\n", b"PK\x03\x04nonsense", b"x" * 11_000_000])
    def test_what_is_no_book_of_guests_is_refused(self, data: bytes) -> None:
        with pytest.raises(UnreadableFile):
            read_table(data)

    def test_headers_are_understood_in_both_languages(self) -> None:
        english = guess(["Full name", "Mobile phone", "E-mail", "VIP", "Total spend", "Shoe size"])
        assert english == {"name": 0, "phone": 1, "email": 2, "is_vip": 3, "spend": 4}
        russian = guess(["ФИО", "Номер телефона", "Эл. почта", "Дата визита", "Статус"])
        assert russian == {"name": 0, "phone": 1, "email": 2, "visit_date": 3, "status": 4}
        assert guess(["Имя", "Тел"])["name"] == 0

    @pytest.mark.parametrize("cell", ["=1+1", "+31", "-5", "@x", "\tx"])
    def test_formulas_are_disarmed(self, cell: str) -> None:
        assert escaped(cell) == f"'{cell}"
        assert escaped("Anna") == "Anna"


def test_guests_come_with_all_that_the_file_tells(restaurant: Restaurant) -> None:
    found = bring(restaurant, BOOK)

    assert found.status == ImportStatus.DONE
    assert (found.result["new"], found.result["changed"]) == (2, 0)
    anna = Guest.objects.get(email="anna@example.com")
    assert (anna.name, str(anna.phone), anna.is_vip) == ("Анна Смирнова", "+31201234567", True)
    assert anna.imported_from == found
    assert set(anna.notes.values_list("text", flat=True)) == {
        "Любит окно",
        "Before, as another system says: 12 visits, last on 2025-12-31, spent 1234.50 EUR.",
    }
    entry = ConsentEntry.objects.get()
    assert (entry.guest, entry.source) == (anna, "import")
    assert entry.wording == "Согласие на рассылку (book.csv)"
    assert anna.has_marketing_consent


def test_nothing_of_the_file_is_left_lying(restaurant: Restaurant) -> None:
    found = bring(restaurant, BOOK)

    assert (found.rows, found.columns, found.mapping) == ([], [], {})
    told = list(AuditEntry.objects.values_list("action", flat=True).order_by("pk"))
    assert told == ["guests.import.read", "guests.import.started", "guests.import.done"]
    assert "anna" not in str(list(AuditEntry.objects.values("before", "after"))).casefold()


def test_the_same_file_twice_changes_nothing(restaurant: Restaurant) -> None:
    bring(restaurant, BOOK)
    before = [list(model.objects.values()) for model in (Guest, GuestNote, ConsentEntry)]

    again = check(read(restaurant, BOOK))
    assert (again.result["new"], again.result["changed"], again.result["unchanged"]) == (0, 0, 2)
    bring(restaurant, BOOK)

    assert [list(model.objects.values()) for model in (Guest, GuestNote, ConsentEntry)] == before


def test_looking_changes_nothing_of_the_book(restaurant: Restaurant) -> None:
    found = check(read(restaurant, BOOK))

    assert found.result["new"] == 2
    assert not Guest.objects.exists()


def test_known_guests_learn_and_nothing_of_theirs_is_overwritten(restaurant: Restaurant) -> None:
    known = make_guest(
        restaurant.organisation, name="Anna S", phone="+31201234567", email=None, preferences="Tea"
    )
    kept = make_guest(restaurant.organisation, name="Kept", email="kept@example.com")
    make_guest(restaurant.organisation, name="Pjotr", email="petr@example.com", merged_into=kept)
    found = bring(restaurant, BOOK)

    assert (found.result["new"], found.result["changed"]) == (0, 2)
    known.refresh_from_db()
    assert (known.name, known.email, known.is_vip) == ("Anna S", "anna@example.com", True)
    assert known.preferences == "Tea"
    candidates = MergeCandidate.objects.values_list("guest__name", "name")
    assert set(candidates) == {("Anna S", "Анна Смирнова"), ("Kept", "Пётр Иванов")}


def test_an_old_list_does_not_overrule_what_the_guest_said_here(restaurant: Restaurant) -> None:
    known = make_guest(restaurant.organisation, phone="+31201234567")
    for is_given in (True, False):
        consent_record(
            guest_id=known.pk,
            purpose=ConsentPurpose.MARKETING,
            is_given=is_given,
            wording="",
            source="own_page",
            actor=GUEST,
            now=NOW,
        )
    bring(restaurant, BOOK)

    known.refresh_from_db()
    assert not known.has_marketing_consent


def test_one_row_for_each_visit_adds_up(restaurant: Restaurant) -> None:
    text = (
        "Guest,Phone,Date,Party size,Status,Bill\n"
        "Anna,020 123 4567,2025-01-05,2,completed,80\n"
        "Anna,0201234567,2025-03-09,4,completed,120.5\n"
        "Anna,+31201234567,2025-04-01,2,no-show,\n"
        "Anna,+31201234567,2025-05-01,2,cancelled,\n"
    )
    found = bring(restaurant, text)

    assert found.result["new"] == 1
    assert GuestNote.objects.get().text == (
        "Before, as another system says: 2 visits, 6 guests in all, 1 no-show,"
        " last on 2025-03-09, spent 200.50 EUR."
    )


def test_wrong_rows_are_told_with_field_and_remedy_and_stop_everything(
    restaurant: Restaurant,
) -> None:
    text = (
        "Name,Phone,E-mail,Last visit,VIP\n"
        "Good,,good@example.com,,\n"
        ",020 123 4567,,,\n"
        "Short,12,,,\n"
        "Nobody,,,,\n"
        "Future,,f@example.com,2031-01-01,maybe\n"
    )
    found = check(read(restaurant, text))

    told = [(line, field) for line, field, _value, _remedy in found.result["errors"]]
    assert told == [(3, "name"), (4, "phone"), (5, "phone"), (6, "is_vip"), (6, "last_visit")]
    assert found.result["bad_rows"] == 4
    assert all(remedy for *_rest, remedy in found.result["errors"])

    with pytest.raises(ValidationFailed):
        import_start(import_id=found.pk, leaves_out_bad_rows=False, actor=STAFF, now=NOW)
    assert not Guest.objects.exists()

    bring(restaurant, text, leaves_out_bad_rows=True)
    assert Guest.objects.get().name == "Good"


def test_a_failure_in_the_middle_leaves_nothing_behind(
    restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guests.services.importing._BATCH", 1)
    found = check(read(restaurant, BOOK))
    import_start(import_id=found.pk, leaves_out_bad_rows=False, actor=STAFF, now=NOW)
    with connection.cursor() as cursor:  # the second row breaks a rule of the database
        cursor.execute(
            "ALTER TABLE guests_guest ADD CONSTRAINT no_petr CHECK (email <> 'petr@example.com')"
        )

    assert not import_run(import_id=found.pk, now=NOW)

    found.refresh_from_db()
    assert found.status == ImportStatus.FAILED
    assert found.rows, "so that it can be tried again"
    assert not Guest.objects.exists()
    assert not GuestNote.objects.exists()


def test_ten_thousand_guests_would_take_few_questions(
    restaurant: Restaurant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten batches, as ten thousand guests are; smaller ones, as nobody wants to wait for it."""
    monkeypatch.setattr("guests.services.importing._BATCH", 30)
    rows = "".join(
        f"Guest {n},+3161{n:07},g{n}@example.com,Note {n},2\n" for n in range(1000000, 1000300)
    )
    found = check(read(restaurant, "Name,Phone,Mail,Note,Visits\n" + rows))
    assert found.result["new"] == 300
    import_start(import_id=found.pk, leaves_out_bad_rows=False, actor=STAFF, now=NOW)

    with CaptureQueriesContext(connection) as queries:
        assert import_run(import_id=found.pk, now=NOW)

    assert Guest.objects.count() == 300
    assert len(queries) < 200
    assert import_progress(found).done == 300


def test_a_file_that_nobody_imports_is_forgotten_after_a_day(restaurant: Restaurant) -> None:
    found = read(restaurant, BOOK)
    assert imports_tidy(now=NOW + timedelta(hours=23)) == 0
    assert imports_tidy(now=NOW + timedelta(hours=25)) == 1

    found.refresh_from_db()
    assert (found.status, found.rows) == (ImportStatus.DISCARDED, [])


def test_what_no_worker_took_is_done_by_the_sweep(restaurant: Restaurant) -> None:
    found = check(read(restaurant, BOOK))
    import_start(import_id=found.pk, leaves_out_bad_rows=False, actor=STAFF, now=NOW)
    imports_tidy(now=NOW)

    assert Guest.objects.count() == 2


def test_an_import_that_is_over_is_not_done_again(restaurant: Restaurant) -> None:
    found = bring(restaurant, BOOK)

    assert not import_run(import_id=found.pk, now=NOW)
    with pytest.raises(ImportMoved):
        import_discard(import_id=found.pk, actor=STAFF, now=NOW)


def test_a_name_and_a_contact_have_to_be_chosen(restaurant: Restaurant) -> None:
    found = read(restaurant, "One,Two\nAnna,a@example.com\n")
    with pytest.raises(ValidationFailed):
        check(found, email=1)
    with pytest.raises(ValidationFailed):
        check(found, name=0)
    assert check(found, name=0, email=1).result["new"] == 1
