from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from guests.conditions import SUGGESTIONS
from guests.models import Guest, GuestFigures, GuestTag, Segment, Tag
from guests.services.segments import segment_delete, segment_save
from guests.services.tags import (
    TagInUse,
    tag_delete,
    tag_give,
    tag_save,
    tag_take,
    tags_apply,
    tags_suggested_take,
)
from guests.tasks import apply_tags
from reservehub.core import clock
from reservehub.core.errors import NotFound, ValidationFailed
from reservehub.core.models import AuditEntry
from restaurants.models import Organisation
from tests.factories import NOW, STAFF
from tests.guests.people import make_guest, make_organisation
from tests.races import run_together

pytestmark = pytest.mark.django_db

REGULAR = [{"field": "visits", "op": "gte", "value": 5}]


@pytest.fixture
def house() -> Organisation:
    return make_organisation()


def make_tag(house: Organisation, name: str = "Regular", rule: Any = None, **fields: Any) -> Tag:
    return tag_save(
        tag=Tag(organisation=house, name=name, rule=rule, **fields), actor=STAFF, now=NOW
    )


def carried(guest: Guest) -> dict[str, bool]:
    """Tags of a guest, and whether a rule gave them."""
    links = GuestTag.objects.filter(guest=guest)
    return dict(links.values_list("tag__name", "is_automatic"))


def came(guest: Guest, visits: int) -> None:
    GuestFigures.objects.update_or_create(
        guest=guest, defaults={"visits": visits, "counted_at": NOW}
    )


def test_a_new_rule_looks_at_everybody_at_once(house: Organisation) -> None:
    regular = make_guest(house, visits=5)
    other = make_guest(house, visits=4)
    make_tag(house, rule=REGULAR)
    assert carried(regular) == {"Regular": True}
    assert carried(other) == {}


def test_a_rule_gives_and_takes_as_the_figures_change(house: Organisation) -> None:
    guest = make_guest(house, visits=4)
    make_tag(house, rule=REGULAR)
    came(guest, 5)
    assert tags_apply(guest_ids=[guest.pk], now=NOW) == (1, 0)
    assert carried(guest) == {"Regular": True}
    assert tags_apply(guest_ids=[guest.pk], now=NOW) == (0, 0)
    came(guest, 4)
    assert tags_apply(guest_ids=[guest.pk], now=NOW) == (0, 1)
    assert carried(guest) == {}


def test_what_was_given_by_hand_no_rule_takes(house: Organisation) -> None:
    guest = make_guest(house, visits=1)
    tag = make_tag(house, rule=REGULAR)
    tag_give(guest=guest, tag=tag, actor=STAFF, now=NOW)
    tags_apply(guest_ids=[guest.pk], now=NOW)
    assert carried(guest) == {"Regular": False}
    came(guest, 9)
    tags_apply(guest_ids=[guest.pk], now=NOW)
    came(guest, 1)
    tags_apply(guest_ids=[guest.pk], now=NOW)
    assert carried(guest) == {"Regular": False}


def test_an_automatic_tag_given_by_hand_stays(house: Organisation) -> None:
    guest = make_guest(house, visits=5)
    tag = make_tag(house, rule=REGULAR)
    tag_give(guest=guest, tag=tag, actor=STAFF, now=NOW)
    came(guest, 0)
    tags_apply(guest_ids=[guest.pk], now=NOW)
    assert carried(guest) == {"Regular": False}


def test_what_was_taken_by_hand_no_rule_gives_again(house: Organisation) -> None:
    guest = make_guest(house, visits=5)
    tag = make_tag(house, rule=REGULAR)
    tag_take(guest=guest, tag=tag, actor=STAFF, now=NOW)
    assert tags_apply(guest_ids=[guest.pk], now=NOW) == (0, 0)
    assert carried(guest) == {}
    tag_give(guest=guest, tag=tag, actor=STAFF, now=NOW)
    tag_take(guest=guest, tag=tag, actor=STAFF, now=NOW)
    tags_apply(guest_ids=[guest.pk], now=NOW)
    assert carried(guest) == {}


def test_without_its_rule_a_tag_stays_where_hands_gave_it(house: Organisation) -> None:
    automatic, by_hand = make_guest(house, visits=5), make_guest(house)
    tag = make_tag(house, rule=REGULAR)
    tag_give(guest=by_hand, tag=tag, actor=STAFF, now=NOW)
    tag.rule = None
    tag_save(tag=tag, actor=STAFF, now=NOW)
    assert carried(automatic) == {}
    assert carried(by_hand) == {"Regular": False}


def test_rules_touch_neither_merged_records_nor_other_houses(house: Organisation) -> None:
    kept = make_guest(house, visits=5)
    merged = make_guest(house, visits=5)
    stranger = make_guest(make_organisation(), visits=5)
    make_tag(house, rule=REGULAR)
    Guest.objects.filter(pk=merged.pk).update(merged_into=kept)
    tags_apply(guest_ids=[kept.pk, merged.pk, stranger.pk], now=NOW)
    assert carried(kept) == {"Regular": True}
    assert carried(merged) == carried(stranger) == {}


def test_applying_takes_the_same_two_queries_for_one_and_for_many(house: Organisation) -> None:
    for suggestion in SUGGESTIONS:
        make_tag(house, str(suggestion.name), suggestion.as_rule())
    guests = [make_guest(house, visits=5, no_shows=2).pk for _number in range(12)]
    counts = []
    for ids in (guests[:1], guests):
        with CaptureQueriesContext(connection) as queries:
            tags_apply(guest_ids=ids, now=NOW)
        counts.append(len([q for q in queries if "SAVEPOINT" not in q["sql"]]))
    assert counts == [2, 2]
    assert GuestTag.objects.filter(tag__name="Risk").count() == 12


def test_nobody_is_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert tags_apply.__wrapped__(guest_ids=[], now=NOW) == (0, 0)  # type: ignore[attr-defined]


def test_days_pass_and_the_night_gives_the_tag(house: Organisation) -> None:
    guest = make_guest(house, visits=1, last_visit_on=NOW.date() - timedelta(days=179))
    make_tag(house, "Lapsed", [{"field": "last_visit_days", "op": "gte", "value": 180}])
    with clock.freeze(NOW):
        assert apply_tags() == 0
    with clock.freeze(NOW + timedelta(days=1)):
        assert apply_tags() == 1
    assert carried(guest) == {"Lapsed": True}


def test_a_rule_nobody_understands_any_more_is_left_out(house: Organisation) -> None:
    guest = make_guest(house, visits=5)
    make_tag(house, rule=REGULAR)
    Tag.objects.create(
        organisation=house, name="Old", created_at=NOW,
        rule=[{"field": "shoes", "op": "eq", "value": 1}],
    )  # fmt: skip
    tags_apply(guest_ids=[guest.pk], now=NOW)
    assert carried(guest) == {"Regular": True}


def test_suggestions_are_taken_only_where_wanted_and_once(house: Organisation) -> None:
    keys = ["regular", "lapsed"]
    taken = tags_suggested_take(organisation_id=house.pk, keys=keys, actor=STAFF, now=NOW)
    assert [tag.name for tag in taken] == ["Regular", "Lapsed"]
    assert not tags_suggested_take(organisation_id=house.pk, keys=keys, actor=STAFF, now=NOW)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "regular"}, "/name"),
        ({"name": "x" * 61}, "/name"),
        ({"name": "A", "colour": "#fff"}, "/colour"),
        ({"name": "A", "rule": []}, "/rule"),
        ({"name": "A", "rule": [{"field": "visits", "op": "gte", "value": "x"}]}, "/rule/0/value"),
    ],
)
def test_a_tag_at_fault_is_refused(house: Organisation, fields: Any, pointer: str) -> None:
    make_tag(house)
    with pytest.raises(ValidationFailed) as refused:
        make_tag(house, **fields)
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_a_tag_is_not_given_to_guests_of_another_house(house: Organisation) -> None:
    tag = make_tag(house)
    with pytest.raises(NotFound):
        tag_give(guest=make_guest(make_organisation()), tag=tag, actor=STAFF, now=NOW)


def test_a_tag_that_a_segment_asks_for_stays(house: Organisation) -> None:
    tag = make_tag(house)
    asks = [{"field": "tag", "op": "has", "value": tag.pk}]
    segment = Segment(organisation=house, name="Friends", conditions=asks)
    segment_save(segment=segment, actor=STAFF, now=NOW)
    with pytest.raises(TagInUse, match="Friends"):
        tag_delete(tag_id=tag.pk, actor=STAFF, now=NOW)
    segment_delete(segment_id=segment.pk, actor=STAFF, now=NOW)
    tag_delete(tag_id=tag.pk, actor=STAFF, now=NOW)
    assert not Tag.objects.exists()


def test_a_segment_asks_only_for_tags_of_its_house(house: Organisation) -> None:
    strange = make_tag(make_organisation())
    segment = Segment(
        organisation=house,
        name="A",
        conditions=[{"field": "tag", "op": "has", "value": strange.pk}],
    )
    with pytest.raises(ValidationFailed) as refused:
        segment_save(segment=segment, actor=STAFF, now=NOW)
    assert refused.value.errors[0].pointer == "/conditions/0/value"


def test_deeds_by_hand_are_audited_once(house: Organisation) -> None:
    guest, tag = make_guest(house), make_tag(house)
    for _time in range(2):
        tag_give(guest=guest, tag=tag, actor=STAFF, now=NOW)
    for _time in range(2):
        tag_take(guest=guest, tag=tag, actor=STAFF, now=NOW)
    actions = AuditEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["guests.tag.created", "guests.tag.given", "guests.tag.taken"]


@pytest.mark.django_db(transaction=True)
def test_rules_that_run_at_the_same_time_give_each_tag_once() -> None:
    house = make_organisation()
    guests = [make_guest(house, visits=5, no_shows=3).pk for _number in range(30)]
    for name, rule in (
        ("Regular", REGULAR),
        ("Risk", [{"field": "no_shows", "op": "gte", "value": 2}]),
    ):
        Tag.objects.create(organisation=house, name=name, rule=rule, created_at=NOW)
    runs = [
        partial(tags_apply, guest_ids=guests if number % 2 else guests[::-1], now=NOW)
        for number in range(6)
    ]
    results = run_together(*runs)
    assert not [result for result in results if isinstance(result, Exception)]
    assert GuestTag.objects.count() == 60
