from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restaurants.drafts import (
    BadDraft,
    Change,
    Draft,
    DraftCombination,
    DraftTable,
    changes_between,
    parse,
    problems_of,
    warnings_of,
)


def a_table(key: str = "t1", **values: Any) -> DraftTable:
    number = key.removeprefix("t")
    return DraftTable(
        **{
            "key": key,
            "id": int(number) if number.isdigit() else None,
            "number": number,
            "name": "",
            "area": 1,
            "min_party": 1,
            "seats": 4,
            "max_party": 4,
            "type": "standard",
            "features": (),
            "x": 100 * int(number) if number.isdigit() else 0,
            "y": 100,
            "width": 90,
            "height": 90,
            "rotation": 0,
            "shape": "square",
            **values,
        }
    )


def a_draft(*tables: DraftTable, **values: Any) -> Draft:
    return Draft(**{"width": 1200, "height": 800, "tables": tables, **values})


def together(*keys: str, **values: Any) -> DraftCombination:
    return DraftCombination(
        **{
            "id": 1,
            "name": "Long",
            "tables": keys,
            "min_party": 5,
            "max_party": 8,
            "is_row": False,
            **values,
        }
    )


def codes(draft: Draft) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.code, one.keys) for one in problems_of(draft)]


FULL = a_draft(a_table("t1"), a_table("t2"), combinations=(together("t1", "t2"),))


def test_a_document_survives_the_way_to_the_browser_and_back() -> None:
    assert parse(json.loads(json.dumps(FULL.as_json()))) == FULL


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (lambda d: d.pop("width"), "/width"),
        (lambda d: d.update(depth=1), "/depth"),
        (lambda d: d.update(width=True), "/width"),
        (lambda d: d["tables"][1].update(x=-1), "/tables/1/x"),
        (lambda d: d["tables"][1].update(x=1.5), "/tables/1/x"),
        (lambda d: d["tables"][0].update(shape="star"), "/tables/0/shape"),
        (lambda d: d["tables"][0].update(rotation=360), "/tables/0/rotation"),
        (lambda d: d["tables"][0].update(features="window"), "/tables/0/features"),
        (lambda d: d["tables"][1].update(key="t1"), "/tables/0/key"),
        (lambda d: d["tables"][1].update(id=1), "/tables/0/id"),
        (lambda d: d["combinations"][0].update(tables=["t1", "t9"]), "/combinations/0/tables"),
        (lambda d: d["combinations"][0].update(tables=["t1", "t1"]), "/combinations/0/tables"),
    ],
)
def test_what_is_malformed_is_pointed_at(change: Any, pointer: str) -> None:
    document = json.loads(json.dumps(FULL.as_json()))
    change(document)
    with pytest.raises(BadDraft) as caught:
        parse(document)
    assert caught.value.pointer == pointer


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(JSON, st.sampled_from([*FULL.as_json()["tables"][0]]))
def test_any_json_is_a_draft_or_refused(value: Any, name: str) -> None:
    document = FULL.as_json() | {"tables": [a_table("t1").__dict__ | {name: value}]}
    for one in (value, document):
        try:
            parse(one)
        except BadDraft:
            continue


def test_a_sound_draft_has_no_problem() -> None:
    assert problems_of(FULL) == []


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"number": ""}, "number_missing"),
        ({"number": "2"}, "number_twice"),
        ({"area": ""}, "area_missing"),
        ({"min_party": 5}, "capacity"),
        ({"max_party": 3}, "capacity"),
        ({"seats": 0, "min_party": 0}, "capacity"),
        ({"x": 1150}, "outside"),
        ({"y": 0, "width": 200, "height": 40, "rotation": 90}, "outside"),
    ],
)
def test_a_table_at_fault_is_named(values: dict[str, Any], code: str) -> None:
    found = codes(a_draft(a_table("t1", **values), a_table("t2")))
    assert (code, ("t1",)) in found


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"tables": ("t1",)}, "combination_small"),
        ({"min_party": 9}, "combination_capacity"),
        ({"max_party": 17}, "combination_capacity"),
        ({"name": ""}, "combination_name"),
    ],
)
def test_a_combination_at_fault_is_named(values: dict[str, Any], code: str) -> None:
    draft = replace(FULL, combinations=(together("t1", "t2", **values),))
    assert code in [one.code for one in problems_of(draft)]


def test_tables_of_two_areas_are_not_combined() -> None:
    draft = replace(FULL, tables=(a_table("t1"), a_table("t2", area=2)))
    assert codes(draft) == [("combination_area", ("t1", "t2"))]


def test_tables_in_each_other_are_a_warning() -> None:
    touching = a_draft(a_table("t1", x=100), a_table("t2", x=190))
    inside = a_draft(a_table("t1", x=100), a_table("t2", x=180))
    assert warnings_of(touching) == []
    assert [one.keys for one in warnings_of(inside)] == [("t1", "t2")]
    assert problems_of(inside) == []


def test_changes_are_told_as_people_would() -> None:
    old = a_draft(a_table("t1"), a_table("t2"), a_table("t3"), combinations=(together("t1", "t2"),))
    new = a_draft(
        a_table("t1", seats=6, max_party=6),
        a_table("t2", x=500),
        a_table("n1", number="9"),
        height=900,
    )
    assert changes_between(old, new) == [
        Change(kind="changed", name="1", details=(("seats", 4, 6), ("max_party", 4, 6))),
        Change(kind="moved", name="2"),
        Change(kind="added", name="9"),
        Change(kind="removed", name="3"),
        Change(kind="parted", name="Long"),
        Change(kind="canvas", name="", details=(("size", "1200 × 800", "1200 × 900"),)),
    ]
    assert changes_between(old, old) == []
