"""The settings page of deposits: the account, rules in plain words, and trying them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from bookings.models import DepositRule
from guests.models import Tag
from payments.models import PaymentAccount
from reservehub.core.models import AuditEntry
from restaurants.models import Area, Restaurant, Role, ServicePeriod
from staff.presenters.deposits import rule_words
from tests.factories import FRIDAY, NOW, make_member, make_restaurant

pytestmark = pytest.mark.django_db

URL = "/staff/bistro-anna/settings/deposits/"
RULE: dict[str, Any] = {
    "name": "Large parties",
    "is_active": "on",
    "kind": "deposit",
    "amount": "10",
    "is_per_person": "on",
    "percent": "100",
    "min_party": "6",
    "late_cancel_percent": "100",
    "no_show_percent": "100",
}


def a_rule(restaurant: Restaurant, **fields: Any) -> DepositRule:
    values = {"name": "Large parties", "kind": "deposit", "amount_minor": 1000, "min_party": 6}
    return DepositRule.objects.create(
        restaurant=restaurant, created_at=NOW, updated_at=NOW, **{**values, **fields}
    )


def test_a_rule_with_every_condition_is_made(office: Client, restaurant: Restaurant) -> None:
    terrace = Area.objects.create(restaurant=restaurant, name="Terrace")
    dinner = restaurant.service_periods.get()
    tag = Tag.objects.create(organisation=restaurant.organisation, name="Regular", created_at=NOW)
    sent = RULE | {
        "amount": "12,50",
        "max_party": "12",
        "weekdays": ["4", "5", "6"],
        "valid_from": "2026-12-01",
        "valid_until": "2026-12-31",
        "service_period": dinner.pk,
        "area": terrace.pk,
        "sources": ["web", "phone"],
        "min_no_shows": "2",
        "tag": tag.pk,
        "cutoff_hours": "36",
        "late_cancel_percent": "50",
    }
    answer = office.post(f"{URL}rules/add/", sent)
    assert answer.status_code == 303
    rule = DepositRule.objects.get()
    assert (rule.amount_minor, rule.is_per_person, rule.weekdays) == (1250, True, [5, 6, 7])
    assert (rule.valid_from, rule.valid_until) == (date(2026, 12, 1), date(2026, 12, 31))
    assert (rule.service_period, rule.area, rule.tag) == (dinner, terrace, tag)
    assert (rule.sources, rule.min_no_shows) == (["web", "phone"], 2)
    assert (rule.cutoff_minutes, rule.late_cancel_percent, rule.no_show_percent) == (2160, 50, 100)
    assert AuditEntry.objects.filter(action="restaurants.depositrule.created").exists()
    page = office.get(f"{URL}rules/{rule.pk}/")
    shown = {name: page.context["form"][name].value() for name in ("amount", "cutoff_hours")}
    assert {name: str(value) for name, value in shown.items()} == {
        "amount": "12.50",
        "cutoff_hours": "36",
    }


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"amount": ""}, "amount", "above zero"),
        ({"amount": "0"}, "amount", "above zero"),
        ({"amount": "9.999"}, "amount", "smallest coin"),
        ({"amount": "ten"}, "amount", "number"),
        ({"amount": "-1"}, "amount", "greater than or equal"),
        ({"max_party": "5"}, "max_party", "at least as many"),
        (
            {"valid_from": "2026-12-02", "valid_until": "2026-12-01"},
            "valid_until",
            "not before the first",
        ),
        ({"kind": "percentage", "percent": ""}, "percent", "which share"),
        ({"kind": ""}, "kind", "required"),
        ({"late_cancel_percent": "101"}, "late_cancel_percent", "less than or equal"),
        ({"sources": ["pigeon"]}, "sources", "valid choice"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_typed_is_lost(
    office: Client, wrong: dict[str, Any], field: str, words: str
) -> None:
    answer = office.post(f"{URL}rules/add/", RULE | {"name": "Sunday lunch"} | wrong)
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert b'value="Sunday lunch"' in answer.content
    assert b"Constraint" not in answer.content
    assert not DepositRule.objects.exists()


def test_what_belongs_to_others_cannot_be_chosen(office: Client) -> None:
    other = make_restaurant()
    for name, row in (
        ("area", other.areas.get()),
        ("service_period", other.service_periods.get()),
        (
            "tag",
            Tag.objects.create(organisation=other.organisation, name="Theirs", created_at=NOW),
        ),
    ):
        answer = office.post(f"{URL}rules/add/", RULE | {name: row.pk})
        assert answer.status_code == 422
        assert name in answer.context["form"].errors
    theirs = a_rule(other)
    assert office.get(f"{URL}rules/{theirs.pk}/").status_code == 404
    assert office.post(f"{URL}rules/{theirs.pk}/delete/").status_code == 404
    assert office.post(f"{URL}rules/{theirs.pk}/switch/", {"on": "0"}).status_code == 404


def test_an_exempt_rule_needs_no_amount(office: Client) -> None:
    sent = RULE | {"kind": "exempt", "amount": ""}
    assert office.post(f"{URL}rules/add/", sent).status_code == 303
    assert DepositRule.objects.get().amount_minor == 0


def test_an_amount_in_yen_has_no_decimals(office: Client, restaurant: Restaurant) -> None:
    restaurant.currency = "JPY"
    restaurant.save()
    assert office.post(f"{URL}rules/add/", RULE | {"amount": "10.5"}).status_code == 422
    assert office.post(f"{URL}rules/add/", RULE | {"amount": "1500"}).status_code == 303
    assert DepositRule.objects.get().amount_minor == 1500


def test_a_rule_is_switched_off_and_deleted(office: Client, restaurant: Restaurant) -> None:
    rule = a_rule(restaurant)
    for _tap in range(2):
        assert office.post(f"{URL}rules/{rule.pk}/switch/", {"on": "0"}).status_code == 303
        rule.refresh_from_db()
        assert not rule.is_active
    assert b"not in use" in office.get(URL).content
    assert office.post(f"{URL}rules/{rule.pk}/delete/").status_code == 303
    assert not DepositRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"weekdays": [5, 6, 7], "cutoff_minutes": 1440},
            "From 6 guests, Fri–Sun: €10.00 per person; kept when cancelled less than 24 h before",
        ),
        (
            {"min_party": None, "kind": "exempt", "amount_minor": 0, "sources": ["phone"]},
            "Booked through: Phone: nothing to pay",
        ),
        (
            {"min_party": None, "kind": "guarantee", "is_per_person": False},
            (
                "Every booking of guests: a card is saved, and charged up to €10.00 per party;"
                " charged when cancelled after free cancellation has ended"
            ),
        ),
        (
            {"kind": "percentage", "percent": 20, "max_party": 8, "no_show_percent": 80},
            (
                "6–8 guests: 20 % of an estimated bill of €10.00 per person;"
                " kept when cancelled after free cancellation has ended; 80 % kept if nobody comes"
            ),
        ),
        (
            {"kind": "prepayment", "weekdays": [1, 3], "late_cancel_percent": 0},
            (
                "From 6 guests, Mon, Wed: all of it in advance: €10.00 per person;"
                " given back when cancelled; 100 % kept if nobody comes"
            ),
        ),
        (
            {"kind": "authorisation", "min_party": 2, "max_party": 2, "min_no_shows": 1},
            (
                "2 guests, guests who stayed away at least once: €10.00 per person held on the"
                " card; kept when cancelled after free cancellation has ended"
            ),
        ),
    ],
)
def test_a_rule_reads_like_a_sentence(
    restaurant: Restaurant, fields: dict[str, Any], words: str
) -> None:
    with translation.override("en"):
        assert rule_words(a_rule(restaurant, **fields), restaurant) == words


def test_the_page_costs_the_same_queries_for_many_rules(
    office: Client, restaurant: Restaurant
) -> None:
    def queries(count: int) -> int:
        for number in range(count):
            a_rule(
                restaurant,
                name=f"Rule {number}",
                area=restaurant.areas.get(),
                service_period=restaurant.service_periods.get(),
            )
        with CaptureQueriesContext(connection) as counted:
            assert office.get(URL).status_code == 200
        return len(counted)

    assert queries(1) == queries(8)


# --- Trying ---------------------------------------------------------------------------------------

ASK = {"date": FRIDAY.isoformat(), "time": "19:00", "guests": "6", "source": "web", "area": ""}


def test_trying_says_what_it_costs_and_why(office: Client, restaurant: Restaurant) -> None:
    a_rule(restaurant)
    a_rule(restaurant, name="Everybody", min_party=None, kind="guarantee")
    a_rule(restaurant, name="Mondays", weekdays=[1], min_party=None)
    a_rule(restaurant, name="Off", min_party=None, is_active=False)
    trial = office.get(URL, ASK).context["trial"]
    assert trial.answer == "€60.00 is paid when booking."
    assert [(one.row.name, one.counts, one.why) for one in trial.verdicts] == [
        ("Large parties", True, "it holds"),
        ("Everybody", False, "it would hold, but another is stricter"),
        ("Mondays", False, "another day of the week"),
    ]
    called = office.get(URL, ASK | {"source": "phone"})
    assert called.context["trial"].answer == "€60.00 is paid when booking."
    assert b"Only if you tick" in called.content
    free = office.get(URL, ASK | {"source": "thefork"}).context["trial"]
    assert free.answer == "Nothing: this booking is free."
    assert {one.why for one in free.verdicts} >= {"another channel"}


def test_trying_tells_that_an_exemption_beats_the_rest(
    office: Client, restaurant: Restaurant
) -> None:
    a_rule(restaurant)
    a_rule(restaurant, name="Lunch", kind="exempt", amount_minor=0)
    trial = office.get(URL, ASK).context["trial"]
    assert trial.answer == "Nothing: this booking is free."
    assert [one.why for one in trial.verdicts] == [
        "it holds, and exempts from all others",
        "it would hold, but another exempts",
    ]


def test_trying_knows_the_hours(office: Client, restaurant: Restaurant) -> None:
    lunch = ServicePeriod.objects.create(
        restaurant=restaurant,
        name="Lunch",
        weekdays=[0, 1, 2, 3, 4, 5, 6],
        first_seating="12:00",
        last_seating="14:00",
        closes="15:00",
    )
    a_rule(restaurant, service_period=lunch)
    assert office.get(URL, ASK).context["trial"].counts is None
    assert office.get(URL, ASK | {"time": "12:30"}).context["trial"].counts is not None
    closed = office.get(URL, ASK | {"time": "04:00"})
    assert b"No service begins then" in closed.content


def test_trying_keeps_what_was_typed_wrong(office: Client) -> None:
    answer = office.get(URL, ASK | {"guests": "0", "time": "20:15"})
    assert answer.status_code == 422
    assert b'value="20:15"' in answer.content
    assert "guests" in answer.context["form"].errors


# --- The account ----------------------------------------------------------------------------------


def test_an_account_is_set_up(office: Client, restaurant: Restaurant) -> None:
    assert b"No account yet" in office.get(URL).content
    sent = {"provider": "simulator", "account": "", "is_active": "on"}
    assert office.post(f"{URL}account/", sent).status_code == 303
    account = PaymentAccount.objects.get()
    assert (account.restaurant, account.provider, account.is_active) == (
        restaurant,
        "simulator",
        True,
    )
    assert b"No account yet" not in office.get(URL).content


def test_a_provider_without_keys_says_which_variable_is_missing(
    office: Client, account: PaymentAccount
) -> None:
    account.provider = "stripe"
    account.save()
    assert b"Set STRIPE_SECRET_KEY." in office.get(URL).content
    assert b"Set ADYEN_SECRET_KEY." in office.get(f"{URL}account/").content


def test_an_account_is_switched_off(office: Client, account: PaymentAccount) -> None:
    sent = {"provider": "simulator", "account": ""}
    assert office.post(f"{URL}account/", sent).status_code == 303
    account.refresh_from_db()
    assert not account.is_active
    assert b"nobody is asked for money" in office.get(URL).content


def test_only_those_who_configure_come_in(restaurant: Restaurant) -> None:
    for role, status in ((Role.HOST, 403), (Role.VIEWER, 403), (Role.OWNER, 200)):
        client = Client()
        client.force_login(make_member(restaurant, role))
        assert client.get(URL).status_code == status
        assert client.get(f"{URL}account/").status_code == status
        assert client.get(f"{URL}rules/add/").status_code == status
