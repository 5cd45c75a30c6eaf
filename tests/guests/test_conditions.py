from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from guests.conditions import FIELDS, OPS, SUGGESTIONS, BadConditions, Kind, parse
from guests.models import GuestTag, Segment, Tag
from guests.selectors.segments import guests_in_segment, segment_count
from restaurants.models import Organisation
from tests.factories import NOW
from tests.guests.people import make_guest, make_organisation

TODAY = NOW.date()


def one(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def names(organisation: Organisation, *conditions: dict[str, Any]) -> set[str]:
    segment = Segment(organisation=organisation, conditions=list(conditions))
    return set(guests_in_segment(segment, now=NOW).values_list("name", flat=True))


@pytest.mark.parametrize(
    ("raw", "member", "remedy"),
    [
        (one("shoe_size", "gte", 1), "field", "visits"),
        (one("visits", "has", 1), "op", "gte, lte, eq"),
        (one("visits", "gte", -1), "value", "whole number"),
        (one("visits", "gte", "5"), "value", "whole number"),
        (one("visits", "gte", value=True), "value", "whole number"),
        (one("last_visit_days", "gte", 40_000), "value", "36500"),
        (one("usual_weekday", "in", [7]), "value", "Monday"),
        (one("usual_weekday", "in", []), "value", "at least one weekday"),
        (one("language", "in", ["xx"]), "value", "en, ru"),
        (one("language", "in", [{}]), "value", "language"),
        (one("tag", "has", "vip"), "value", "tag"),
        (one("vip", "is", 1), "value", "yes or no"),
        (one("vip", "is", None), "value", "yes or no"),
        ({"field": "visits"}, "", "an op and a value"),
        ("visits", "", "an op and a value"),
    ],
)
def test_a_condition_at_fault_is_named_with_the_remedy(raw: Any, member: str, remedy: str) -> None:
    with pytest.raises(BadConditions) as refused:
        parse([one("visits", "gte", 1), raw], languages=["en", "ru"])
    (problem,) = refused.value.problems
    assert (problem.index, problem.member) == (1, member)
    assert problem.pointer.startswith("/1")
    assert remedy in problem.detail


def test_every_condition_at_fault_is_named() -> None:
    with pytest.raises(BadConditions) as refused:
        parse([one("a", "b", 1), one("vip", "is", value=True), one("visits", "gte", None)])
    assert [problem.index for problem in refused.value.problems] == [0, 2]


def test_too_many_conditions_and_no_list_are_refused() -> None:
    for raw in ([one("vip", "is", value=True)] * 13, {"field": "vip"}, None):
        with pytest.raises(BadConditions):
            parse(raw)


def test_a_rule_asks_for_something_but_never_for_tags() -> None:
    for raw in ([], [one("tag", "has", 1)]):
        with pytest.raises(BadConditions):
            parse(raw, for_rule=True)


def test_what_is_suggested_can_be_asked() -> None:
    for suggestion in SUGGESTIONS:
        raw = [condition.as_dict() for condition in suggestion.rule]
        assert parse(raw, for_rule=True) == suggestion.rule


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "field": st.sampled_from(sorted(FIELDS)) | anything,
                "op": st.sampled_from(sorted({op for ops in OPS.values() for op in ops}))
                | anything,
                "value": anything,
            }
        )
        | anything,
        max_size=4,
    )
)
def test_whatever_comes_is_read_or_refused_and_reads_the_same_again(raw: Any) -> None:
    try:
        found = parse(raw)
    except BadConditions:
        return
    stored = [condition.as_dict() for condition in found]
    assert parse(stored) == found


@pytest.mark.django_db
def test_a_guest_meets_all_conditions_or_is_not_in_it() -> None:
    house = make_organisation()
    make_guest(house, name="Often", visits=6, spend_minor=90_000)
    make_guest(house, name="Rich", visits=2, spend_minor=200_000)
    make_guest(house, name="Both", visits=5, spend_minor=100_000)
    often, rich = one("visits", "gte", 5), one("spend_minor", "gte", 100_000)
    assert names(house, often) == {"Often", "Both"}
    assert names(house, rich) == {"Rich", "Both"}
    assert names(house, often, rich) == {"Both"}
    assert names(house, one("visits", "eq", 2)) == {"Rich"}


@pytest.mark.django_db
def test_who_never_booked_counts_nothing() -> None:
    house = make_organisation()
    make_guest(house, name="Stranger")
    make_guest(house, name="Once", visits=1)
    assert names(house, one("visits", "lte", 0)) == {"Stranger"}
    assert names(house, one("visits", "gte", 0)) == {"Stranger", "Once"}
    assert names(house, one("visits", "eq", 0)) == {"Stranger"}
    assert names(house, one("no_shows", "eq", 0)) == {"Stranger", "Once"}
    assert names(house, one("usual_party", "lte", 99)) == set()


@pytest.mark.django_db
def test_days_are_counted_from_the_visit_to_today() -> None:
    house = make_organisation()
    make_guest(
        house,
        name="Lapsed",
        last_visit_on=TODAY - timedelta(days=180),
        first_visit_on=TODAY - timedelta(days=700),
    )
    make_guest(
        house,
        name="Recent",
        last_visit_on=TODAY - timedelta(days=179),
        first_visit_on=TODAY - timedelta(days=179),
        next_visit_on=TODAY + timedelta(days=3),
    )
    make_guest(house, name="Never", created_at=NOW - timedelta(days=2))
    assert names(house, one("last_visit_days", "gte", 180)) == {"Lapsed"}
    assert names(house, one("last_visit_days", "lte", 179)) == {"Recent"}
    assert names(house, one("first_visit_days", "lte", 200)) == {"Recent"}
    assert names(house, one("next_visit_days", "lte", 3)) == {"Recent"}
    assert names(house, one("next_visit_days", "lte", 2)) == set()
    assert names(house, one("known_days", "lte", 2)) == {"Never"}
    assert names(house, one("known_days", "lte", 1)) == set()
    assert names(house, one("known_days", "gte", 2)) == {"Lapsed", "Recent", "Never"}
    assert names(house, one("known_days", "gte", 3)) == {"Lapsed", "Recent"}


@pytest.mark.django_db
def test_habits_language_marks_and_consent_are_asked() -> None:
    house = make_organisation()
    make_guest(
        house, name="Anna", language="ru", is_vip=True, usual_weekday=4, usual_party_size=4,
        usual_hour=19, lead_hours=400,
    )  # fmt: skip
    make_guest(house, name="Ben", language="en", has_marketing_consent=True, usual_weekday=0)
    assert names(house, one("language", "in", ["ru", "nl"])) == {"Anna"}
    assert names(house, one("vip", "is", value=True)) == {"Anna"}
    assert names(house, one("vip", "is", value=False)) == {"Ben"}
    assert names(house, one("usual_weekday", "in", [4, 5])) == {"Anna"}
    assert names(house, one("usual_party", "eq", 4)) == {"Anna"}
    assert names(house, one("usual_hour", "gte", 19)) == {"Anna"}
    assert names(house, one("lead_hours", "gte", 336)) == {"Anna"}
    assert names(house, one("marketing_consent", "is", value=True)) == {"Ben"}


@pytest.mark.django_db
def test_tags_are_asked_for_and_against() -> None:
    house = make_organisation()
    tag = Tag.objects.create(organisation=house, name="Press", created_at=NOW)
    anna = make_guest(house, name="Anna")
    make_guest(house, name="Ben")
    GuestTag.objects.create(guest=anna, tag=tag, created_at=NOW)
    assert names(house, one("tag", "has", tag.pk)) == {"Anna"}
    assert names(house, one("tag", "has_not", tag.pk)) == {"Ben"}


@pytest.mark.django_db
def test_blocked_merged_and_anonymous_records_are_no_audience() -> None:
    house = make_organisation()
    kept = make_guest(house, name="Kept", visits=1)
    make_guest(house, name="Blocked", visits=1, is_blocked=True)
    make_guest(house, name="Merged", visits=1, merged_into=kept)
    make_guest(house, name="Forgotten", visits=1, anonymised_at=NOW)
    make_guest(make_organisation(), name="Elsewhere", visits=1)
    assert names(house) == {"Kept"}
    assert names(house, one("visits", "gte", 1)) == {"Kept"}
    assert names(house, one("blocked", "is", value=True)) == {"Blocked"}
    assert names(house, one("blocked", "is", value=False)) == {"Kept"}


@pytest.mark.django_db
def test_every_field_and_op_is_a_question_the_database_can_answer() -> None:
    house = make_organisation()
    values: dict[Kind, Any] = {Kind.WEEKDAYS: [1], Kind.LANGUAGES: ["en"], Kind.YES_NO: True}
    asked = [
        one(field, op, values.get(kind, 3)) for field, kind in FIELDS.items() for op in OPS[kind]
    ]
    for condition in asked:
        assert names(house, condition) == set()


@pytest.mark.django_db
def test_counting_is_one_query_that_reads_no_other_house() -> None:
    house = make_organisation()
    _crowd(house, 40)
    for _house in range(3):
        _crowd(make_organisation(), 2_000)
    segment = Segment(
        organisation=house,
        conditions=[one("visits", "gte", 5), one("last_visit_days", "gte", 30)],
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE guests_guest, guests_guestfigures")
    with CaptureQueriesContext(connection) as queries:
        assert segment_count(segment, now=NOW) == 20
    assert len(queries) == 1
    plan = guests_in_segment(segment, now=NOW).order_by().explain()
    assert "Seq Scan on guests_guest " not in plan, plan


def _crowd(house: Organisation, size: int) -> None:
    """Guests by the thousand, in two statements; every second one came nine times."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO guests_guest (organisation_id, name, email, language, is_vip, is_blocked,"
            " block_reason, has_marketing_consent, keeps_health_notes, created_at)"
            " SELECT %s, 'Guest ' || n, 'crowd-' || n || '@example.com', 'en', false, false, '',"
            " false, false, %s FROM generate_series(1, %s) AS n",
            [house.pk, NOW, size],
        )
        cursor.execute(
            "INSERT INTO guests_guestfigures (guest_id, bookings, visits, no_shows, cancellations,"
            " late_cancellations, upcoming, covers, spend_minor, billed_visits, last_visit_on,"
            " counted_at)"
            " SELECT id, 9, CASE WHEN id %% 2 = 0 THEN 9 ELSE 1 END, 0, 0, 0, 0, 0, 0, 0, %s, %s"
            " FROM guests_guest WHERE organisation_id = %s",
            [TODAY - timedelta(days=60), NOW, house.pk],
        )
