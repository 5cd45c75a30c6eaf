"""Floor plans for their pages: drawings that stand still, and what the editor needs to know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from restaurants.drafts import Change, Draft, DraftTable, Problem
from restaurants.models import Area, FloorPlan, TableShape, TableType
from restaurants.selectors import Place, draft_table
from restaurants.services import problem_words
from staff.presenters.drawing import Chair, chairs_of, outline


@dataclass(frozen=True, kw_only=True)
class StillTable:
    """A table of a drawing nobody can touch."""

    number: str
    x: int
    y: int
    rotation: int
    middle: tuple[float, float]
    outline: str
    chairs: tuple[Chair, ...]


@dataclass(frozen=True, kw_only=True)
class StillPlan:
    name: str
    width: int
    height: int
    background_url: str
    tables: tuple[StillTable, ...]


def still_plan(plan: FloorPlan, draft: Draft) -> StillPlan:
    """A plan as its draft has it."""
    return StillPlan(
        name=plan.name,
        width=draft.width,
        height=draft.height,
        background_url=background_url(plan),
        tables=tuple(map(_still, draft.tables)),
    )


def background_url(plan: FloorPlan) -> str:
    return plan.background.url if plan.background else ""


def _still(one: DraftTable) -> StillTable:
    spot = one.spot
    return StillTable(
        number=one.number,
        x=one.x,
        y=one.y,
        rotation=one.rotation,
        middle=(one.width / 2, one.height / 2),
        outline=outline(spot),
        chairs=tuple(chairs_of(spot, min(one.seats, 40))),
    )


def about_of(
    areas: Iterable[Area], numbers: Iterable[str], unplaced: Iterable[Place]
) -> dict[str, Any]:
    """What the editor cannot see in the document.

    :param numbers: of all tables of the restaurant, archived ones included
    :param unplaced: tables that stand on no plan yet, where they would stand
    """
    return {
        "areas": [{"id": area.pk, "name": area.name} for area in areas],
        "numbers": list(numbers),
        "unplaced": [vars(draft_table(one.table, one.spot)) for one in unplaced],
    }


def faults_of(problems: Iterable[Problem], warnings: Iterable[Problem]) -> dict[str, Any]:
    """For the list below the plan; each entry leads to its tables."""
    return {"problems": _told(problems), "warnings": _told(warnings)}


def _told(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "keys": list(one.keys), "text": problem_words(one)} for one in problems
    ]


@dataclass(frozen=True)
class Line:
    """One change, in words."""

    sign: str
    text: str
    details: tuple[str, ...] = ()


SIGNS: Mapping[str, str] = {"added": "+", "removed": "−", "joined": "+", "parted": "−"}


def change_lines(changes: Sequence[Change], areas: Mapping[int, str]) -> list[Line]:
    """What would change; moved tables in one line, as there may be many."""
    moved = [one.name for one in changes if one.kind == "moved"]
    lines = [
        Line(
            SIGNS.get(one.kind, "✎"),
            _sentence(one),
            tuple(_detail(name, old, new, areas) for name, old, new in one.details),
        )
        for one in changes
        if one.kind != "moved"
    ]
    if moved:
        shown = ", ".join(moved[:30]) + (" …" if len(moved) > 30 else "")
        lines.append(Line("↔", _("Tables in another place: %(names)s") % {"names": shown}))
    return lines


def _sentence(change: Change) -> str:
    sentences = {
        "added": _("New table %(name)s"),
        "removed": _("Table %(name)s goes; its history is kept"),
        "changed": _("Table %(name)s"),
        "joined": _("New combination %(name)s"),
        "parted": _("Combination %(name)s goes"),
        "rejoined": _("Combination %(name)s changes"),
        "canvas": _("The size of the plan"),
    }
    return sentences[change.kind] % {"name": change.name}


def _detail(name: str, old: Any, new: Any, areas: Mapping[int, str]) -> str:
    names = {
        "number": _("number"),
        "name": pgettext("of a table", "name"),
        "area": _("area"),
        "min_party": _("smallest party"),
        "seats": _("seats"),
        "max_party": _("largest party"),
        "type": _("type"),
        "features": _("features"),
        "size": _("size"),
    }
    return f"{names[name]}: {_value(name, old, areas)} → {_value(name, new, areas)}"


def _value(name: str, value: Any, areas: Mapping[int, str]) -> str:
    if name == "area":
        return areas.get(value, str(value))
    if name == "type":
        return str(TableType(value).label)
    if name == "features":
        return ", ".join(value) or "–"
    return str(value) or "–"


def editor_words() -> dict[str, str]:
    """Everything the editor says; braces are filled in by it."""
    return {
        "table": _("Table {number}, {seats} seats, {x} from the left, {y} from the top"),
        "at": _("Table {number}: {x} from the left, {y} from the top."),
        "several": _("{count} tables selected"),
        "titleOne": _("Table {number}"),
        "titleNone": _("No table selected"),
        "moved": _("Move"),
        "changed": _("Change"),
        "added": _("Table {number} added."),
        "duplicated": _("Duplicate"),
        "pasted": _("Paste"),
        "removed": _("Table {number} removed. Undo brings it back."),
        "combined": _("Combine"),
        "parted": _("Take apart"),
        "nowCombined": _("{name} combined. Check how many guests they take together."),
        "nowParted": _("{name} taken apart."),
        "otherAreas": _("Only tables of one area can be combined."),
        "copied": _("{count} tables copied."),
        "grabbed": _(
            "Table {number} grabbed. Arrows move it, with Shift ten steps. Enter drops it,"
            " Escape puts it back."
        ),
        "dropped": _("Dropped."),
        "cancelled": _("Put back."),
        "edge": _("The plan ends here."),
        "atStart": _("Where it was."),
        "left": _("{count} left"),
        "right": _("{count} right"),
        "up": _("{count} up"),
        "down": _("{count} down"),
        "turned": _("Turned to {degrees} degrees."),
        "set": _("Table {number}: {field} changed."),
        "undone": _("Undone."),
        "redone": _("Done again."),
        "nothingToUndo": _("Nothing to undo."),
        "nothingToRedo": _("Nothing to do again."),
        "mainArea": _("Main room"),
        "unsaved": _("Not saved yet"),
        "saving": _("Saving …"),
        "offline": _("No connection: not saved, trying again"),
        "conflict": _("Not saved: somebody else was faster"),
        "refused": _("Not saved"),
    }


def choices() -> dict[str, Any]:
    return {"shapes": TableShape.choices, "types": TableType.choices}
