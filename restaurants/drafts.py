"""The document an editor of floor plans works on: its shape, its problems, its differences. Pure.

    {"width": 1200, "height": 800,
     "tables": [{"key": "t7", "id": 7, "number": "7", "name": "", "area": 3, "min_party": 1,
                 "seats": 4, "max_party": 5, "type": "standard", "features": ["window"],
                 "x": 40, "y": 40, "width": 90, "height": 90, "rotation": 0, "shape": "square"}],
     "combinations": [{"id": 2, "name": "7 + 8", "tables": ["t7", "t8"], "min_party": 5,
                       "max_party": 8, "is_row": false}]}

`key` tells tables of the document apart; `id` is null for what is not stored yet; `area` is the
key of a stored area or the name of one to be made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from itertools import combinations
from typing import Any

from restaurants.layout import Box, Spot, box_of

CANVAS = (200, 4000)
SIDE = (30, 800)
SHAPES = ("round", "square", "rectangle", "bar", "booth")
TYPES = ("standard", "bar", "high_top", "booth", "outdoor", "private")
MOST_TABLES = 300
MOST_COMBINATIONS = 100


@dataclass(frozen=True, kw_only=True)
class DraftTable:
    key: str
    id: int | None
    number: str
    name: str
    area: int | str
    min_party: int
    seats: int
    max_party: int
    type: str
    features: tuple[str, ...]
    x: int
    y: int
    width: int
    height: int
    rotation: int
    shape: str

    @property
    def spot(self) -> Spot:
        return Spot(
            x=self.x,
            y=self.y,
            width=self.width,
            height=self.height,
            rotation=self.rotation,
            shape=self.shape,
        )


@dataclass(frozen=True, kw_only=True)
class DraftCombination:
    id: int | None
    name: str
    tables: tuple[str, ...]
    min_party: int
    max_party: int
    is_row: bool


@dataclass(frozen=True, kw_only=True)
class Draft:
    width: int
    height: int
    tables: tuple[DraftTable, ...] = ()
    combinations: tuple[DraftCombination, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As `parse` takes it: plain lists and dicts."""
        plain: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return plain


@dataclass(frozen=True)
class Problem:
    """Something that keeps a draft from being published; a warning does not.

    :param code: `number_missing`, `number_twice`, `outside`, `capacity`, `area_missing`,
        `combination_small`, `combination_area`, `combination_capacity`, `combination_name`,
        `combination_twice`, and of warnings `overlap`
    :param keys: the tables concerned
    :param names: their numbers, or the name of the combination
    """

    code: str
    keys: tuple[str, ...]
    names: tuple[str, ...]


class BadDraft(ValueError):
    """The document is not of this shape. `pointer` says where."""

    def __init__(self, pointer: str) -> None:
        super().__init__(pointer)
        self.pointer = pointer


def parse(document: Any) -> Draft:
    """A draft from JSON that a client sent; numbers may be wrong, the shape may not.

    :raises BadDraft: with a pointer to the first member at fault
    """
    root = _object(document, "", {"width", "height", "tables", "combinations"})
    tables = _list(root["tables"], "/tables", MOST_TABLES)
    found = tuple(_table(one, f"/tables/{index}") for index, one in enumerate(tables))
    keys = Counter(one.key for one in found)
    ids = Counter(one.id for one in found if one.id is not None)
    for index, one in enumerate(found):
        if keys[one.key] > 1:
            raise BadDraft(f"/tables/{index}/key")
        if one.id is not None and ids[one.id] > 1:
            raise BadDraft(f"/tables/{index}/id")
    joined = _list(root["combinations"], "/combinations", MOST_COMBINATIONS)
    return Draft(
        width=_whole(root["width"], "/width", *CANVAS),
        height=_whole(root["height"], "/height", *CANVAS),
        tables=found,
        combinations=tuple(
            _combination(one, f"/combinations/{index}", keys) for index, one in enumerate(joined)
        ),
    )


def _table(value: Any, at: str) -> DraftTable:
    one = _object(value, at, {field.name for field in fields(DraftTable)})
    area = one["area"]
    if isinstance(area, bool) or not isinstance(area, int | str):
        raise BadDraft(f"{at}/area")
    return DraftTable(
        key=_text(one["key"], f"{at}/key", 40),
        id=_key(one["id"], f"{at}/id"),
        number=_text(one["number"], f"{at}/number", 20),
        name=_text(one["name"], f"{at}/name", 60),
        area=_text(area, f"{at}/area", 60) if isinstance(area, str) else area,
        min_party=_whole(one["min_party"], f"{at}/min_party", 0, 500),
        seats=_whole(one["seats"], f"{at}/seats", 0, 500),
        max_party=_whole(one["max_party"], f"{at}/max_party", 0, 500),
        type=_one_of(one["type"], f"{at}/type", TYPES),
        features=tuple(
            _text(word, f"{at}/features/{index}", 40)
            for index, word in enumerate(_list(one["features"], f"{at}/features", 30))
        ),
        x=_whole(one["x"], f"{at}/x", 0, CANVAS[1]),
        y=_whole(one["y"], f"{at}/y", 0, CANVAS[1]),
        width=_whole(one["width"], f"{at}/width", *SIDE),
        height=_whole(one["height"], f"{at}/height", *SIDE),
        rotation=_whole(one["rotation"], f"{at}/rotation", 0, 359),
        shape=_one_of(one["shape"], f"{at}/shape", SHAPES),
    )


def _combination(value: Any, at: str, keys: Mapping[str, int]) -> DraftCombination:
    one = _object(value, at, {field.name for field in fields(DraftCombination)})
    members = tuple(_list(one["tables"], f"{at}/tables", MOST_TABLES))
    if len(set(map(str, members))) < len(members) or any(m not in keys for m in members):
        raise BadDraft(f"{at}/tables")
    if not isinstance(one["is_row"], bool):
        raise BadDraft(f"{at}/is_row")
    return DraftCombination(
        id=_key(one["id"], f"{at}/id"),
        name=_text(one["name"], f"{at}/name", 60),
        tables=members,
        min_party=_whole(one["min_party"], f"{at}/min_party", 0, 500),
        max_party=_whole(one["max_party"], f"{at}/max_party", 0, 500),
        is_row=one["is_row"],
    )


def _object(value: Any, at: str, names: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadDraft(at)
    for name in sorted(names ^ set(value)):
        raise BadDraft(f"{at}/{name}")
    return value


def _list(value: Any, at: str, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise BadDraft(at)
    return value


def _text(value: Any, at: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        raise BadDraft(at)
    return value.strip()


def _whole(value: Any, at: str, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise BadDraft(at)
    return value


def _key(value: Any, at: str) -> int | None:
    return None if value is None else _whole(value, at, 1, 2**63 - 1)


def _one_of(value: Any, at: str, choices: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise BadDraft(at)
    return value


# --- What is wrong with it --------------------------------------------------------------------


def problems_of(draft: Draft) -> list[Problem]:
    """What has to be put right before the draft can be published."""
    return [*_table_problems(draft), *_combination_problems(draft)]


def _table_problems(draft: Draft) -> Iterator[Problem]:
    numbers = Counter(one.number.casefold() for one in draft.tables)
    for one in draft.tables:
        names = (one.number or one.key,)
        if not one.number:
            yield Problem("number_missing", (one.key,), names)
        elif numbers[one.number.casefold()] > 1:
            yield Problem("number_twice", (one.key,), names)
        if one.area == "":
            yield Problem("area_missing", (one.key,), names)
        if not 1 <= one.min_party <= one.seats <= one.max_party:
            yield Problem("capacity", (one.key,), names)
        box = box_of(one.spot)
        if not _inside(box, draft):
            yield Problem("outside", (one.key,), names)


def _inside(box: Box, draft: Draft) -> bool:
    return (
        box.left >= -0.5
        and box.top >= -0.5
        and box.right <= draft.width + 0.5
        and box.bottom <= draft.height + 0.5
    )


def _combination_problems(draft: Draft) -> Iterator[Problem]:
    tables = {one.key: one for one in draft.tables}
    names = Counter(one.name.casefold() for one in draft.combinations)
    sets = Counter(frozenset(one.tables) for one in draft.combinations)
    for one in draft.combinations:
        members = [tables[key] for key in one.tables]
        told = (one.name or " + ".join(member.number for member in members),)
        if len(members) < 2:
            yield Problem("combination_small", one.tables, told)
        if len({member.area for member in members}) > 1:
            yield Problem("combination_area", one.tables, told)
        most = 2 * sum(member.max_party for member in members)
        if not 1 <= one.min_party <= one.max_party <= most:
            yield Problem("combination_capacity", one.tables, told)
        if not one.name or names[one.name.casefold()] > 1:
            yield Problem("combination_name", one.tables, told)
        if sets[frozenset(one.tables)] > 1:
            yield Problem("combination_twice", one.tables, told)


def warnings_of(draft: Draft) -> list[Problem]:
    """What looks like a mistake but is allowed: tables that stand in each other."""
    boxes = [(one, box_of(one.spot)) for one in draft.tables]
    return [
        Problem("overlap", (a.key, b.key), (a.number, b.number))
        for (a, first), (b, second) in combinations(boxes, 2)
        if _overlap(first, second)
    ]


def _overlap(a: Box, b: Box) -> bool:
    slack = 0.5
    return (
        a.left < b.right - slack
        and b.left < a.right - slack
        and a.top < b.bottom - slack
        and b.top < a.bottom - slack
    )


# --- What it would change ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Change:
    """One line of what publishing would do.

    :param kind: `added`, `removed`, `changed`, `moved`, `joined`, `parted`, `rejoined` or `canvas`
    :param name: number of the table or name of the combination
    :param details: field, before, after
    """

    kind: str
    name: str
    details: tuple[tuple[str, Any, Any], ...] = ()


SETTINGS = ("number", "name", "area", "min_party", "seats", "max_party", "type", "features")
GEOMETRY = ("x", "y", "width", "height", "rotation", "shape")


def changes_between(old: Draft, new: Draft) -> list[Change]:
    """What a person would say changed from one document to the other."""
    found = list(_table_changes(old, new))
    found.extend(_combination_changes(old, new))
    if (old.width, old.height) != (new.width, new.height):
        size = (f"{old.width} × {old.height}", f"{new.width} × {new.height}")
        found.append(Change(kind="canvas", name="", details=(("size", *size),)))
    return found


def _table_changes(old: Draft, new: Draft) -> Iterator[Change]:
    before = {one.id: one for one in old.tables if one.id is not None}
    after = {one.id for one in new.tables}
    for one in new.tables:
        known = before.get(one.id) if one.id is not None else None
        if known is None:
            yield Change(kind="added", name=one.number)
            continue
        details = _differences(known, one, SETTINGS)
        if details:
            yield Change(kind="changed", name=known.number, details=details)
        if _differences(known, one, GEOMETRY):
            yield Change(kind="moved", name=one.number)
    for key, gone in before.items():
        if key not in after:
            yield Change(kind="removed", name=gone.number)


def _combination_changes(old: Draft, new: Draft) -> Iterator[Change]:
    before = {one.id: one for one in old.combinations if one.id is not None}
    after = {one.id for one in new.combinations}
    for one in new.combinations:
        known = before.get(one.id) if one.id is not None else None
        if known is None:
            yield Change(kind="joined", name=one.name)
        elif replace(known, tables=one.tables) != one or known.tables != one.tables:
            yield Change(kind="rejoined", name=one.name)
    for key, gone in before.items():
        if key not in after:
            yield Change(kind="parted", name=gone.name)


def _differences(
    old: DraftTable, new: DraftTable, names: Iterable[str]
) -> tuple[tuple[str, Any, Any], ...]:
    return tuple(
        (name, getattr(old, name), getattr(new, name))
        for name in names
        if getattr(old, name) != getattr(new, name)
    )
