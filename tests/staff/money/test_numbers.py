"""What payments add up to, on the page and in a file."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tablib import Dataset

from payments.facts import FactKind
from payments.models import PaymentAccount
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.bookings.deposits.bank import Bank
from tests.bookings.deposits.people import make_rule, paid_booking, payment_for
from tests.factories import NOW, make_member
from tests.payments.till import note

pytestmark = pytest.mark.django_db

URL = "/staff/bistro-anna/payments/"


@pytest.fixture
def house(restaurant: Restaurant, account: PaymentAccount) -> Restaurant:
    assert account.restaurant_id == restaurant.pk
    make_rule(restaurant, name="=Large parties")
    return restaurant


def rows(lines: Any) -> list[tuple[str, str, str]]:
    """Label, taken and left."""
    return [(line.label, line.amounts[0], line.amounts[-1]) for line in lines]


def test_sums_by_day_and_by_rule(office: Client, house: Restaurant, bank: Bank) -> None:
    payment = payment_for(paid_booking(bank, house))
    note(payment, FactKind.FEE, 100, at=NOW + timedelta(days=1))
    page = office.get(f"{URL}numbers/", {"until": "2026-06-02"})
    (block,) = page.context["blocks"]
    assert rows(block.days) == [
        ("Tue 2 Jun", "€0.00", "-€1.00"),
        ("Mon 1 Jun", "€40.00", "€40.00"),
    ]
    assert rows(block.rules) == [("=Large parties", "€40.00", "€39.00")]
    assert dict(block.total)["Fees"] == "€1.00"
    visit = office.get(f"{URL}numbers/", {"until": "2026-06-05", "by": "visit"})
    assert rows(visit.context["blocks"][0].days) == [("Fri 5 Jun", "€40.00", "€39.00")]


def test_nothing_moved_is_said(office: Client, house: Restaurant) -> None:
    assert house.pk
    page = office.get(f"{URL}numbers/")
    assert page.context["blocks"] == []
    assert b"No money moved" in page.content


def test_a_wrong_range_is_said_beside_its_field(office: Client, house: Restaurant) -> None:
    assert house.pk
    page = office.get(f"{URL}numbers/", {"since": "2026-06-02", "until": "2026-06-01"})
    assert page.status_code == 422
    assert "until" in page.context["form"].errors


def test_the_numbers_cost_the_same_queries_for_many(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as counted:
            assert office.get(f"{URL}numbers/").status_code == 200
        return len(counted)

    paid_booking(bank, house)
    few = queries()
    for _more in range(3):
        note(payment_for(paid_booking(bank, house)), FactKind.REFUNDED, 100)
    assert queries() == few


def test_a_file_holds_the_same_and_no_formula(
    office: Client, house: Restaurant, bank: Bank
) -> None:
    paid_booking(bank, house)
    answer = office.post(f"{URL}export/?since=2026-06-01&until=2026-06-30", {"format": "csv"})
    assert answer["Content-Disposition"] == (
        'attachment; filename="payments-bistro-anna-2026-06-01-2026-06-30.csv"'
    )
    lines = answer.content.decode().splitlines()
    assert lines[0] == "by,day,rule,currency,taken,refunded,disputed,kept,fees,net"
    assert lines[1] == "day,2026-06-01,,EUR,40.00,0.00,0.00,0.00,0.00,40.00"
    assert lines[2].startswith("rule,,Large parties,EUR,40.00"), "no cell begins with ="
    entry = AuditEntry.objects.get(action="payments.exported")
    assert entry.after == {"since": "2026-06-01", "until": "2026-06-30", "rows": 2}
    sheet = office.post(f"{URL}export/?since=2026-06-01", {"format": "xlsx"})
    cells = Dataset().load(sheet.content, format="xlsx")
    assert cells.headers[:4] == ["by", "day", "rule", "currency"]


def test_files_are_for_those_who_may_charge_and_export(house: Restaurant) -> None:
    for role, status in ((Role.MARKETING, 403), (Role.HOST, 403), (Role.OWNER, 200)):
        client = Client()
        client.force_login(make_member(house, role))
        assert client.post(f"{URL}export/", {"format": "csv"}).status_code == status
    assert client.post(f"{URL}export/", {"format": "exe"}).status_code == 404
    assert client.get(f"{URL}export/").status_code == 405
