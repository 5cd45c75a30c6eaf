"""Tables from a line of text: `4x2, 3x4 terrace, bar 10`. Pure.

The text is cut at commas, semicolons and line ends. A part is

- `4x2`: four tables for two; also `4×2`, `4 х 2` (Cyrillic), `4 tables for 2`, `4 стола по 2`;
- `T1-T5 x4`: these numbers, four seats each; also `T1-5 x4`, `12-15 x2`, `T9 x6`;
- either with the name of an area before or after it: `3x4 terrace`, `Garden: 2x6`;
- `bar 10`: ten single seats at the bar.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from restaurants.layout import natural_key

MOST_TABLES = 200
MOST_SEATS = 50
LONGEST_NUMBER = 20
LONGEST_AREA = 60

BAR_WORDS = frozenset({"bar", "counter", "бар", "стойка", "барная стойка", "theke", "barra"})
OUTDOOR_WORDS = frozenset(
    {
        "terrace", "patio", "garden", "courtyard", "sidewalk", "outside", "rooftop", "deck",
        "терраса", "веранда", "двор", "дворик", "сад", "улица", "крыша", "terras", "terrasse",
    }
)  # fmt: skip

_TIMES = r"(?:[x×хX✕*Х]|\b(?:for|of|по|на)\b)"
_TABLES = r"(?:tables?|стол(?:а|ов|ик|ика|иков)?)?"
_RANGE = re.compile(
    rf"(?P<first>[^\W\d_]*\d+)(?:\s*[-–—]\s*(?P<last>[^\W\d_]*\d+))?\s*{_TIMES}\s*(?P<seats>\d+)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?<![\w-])(?P<count>\d+)\s*{_TABLES}\s*{_TIMES}\s*(?P<seats>\d+)\b", re.IGNORECASE
)
_SINGLE_SEATS = re.compile(r"(?P<area>[^\d,;]*[^\W\d_])\s*:?\s*(?P<count>\d+)")
_NUMBER = re.compile(r"(?P<prefix>\D*)(?P<digits>\d+)")


@dataclass(frozen=True)
class Problem:
    """A part that was not understood: `code` is `unclear`, `which_seats`, `too_many`,
    `too_many_seats`, `no_seats`, `backwards`, `twice`, `taken`, `long_area` or `empty`."""

    part: str
    code: str


class NotUnderstood(Exception):
    """Some parts of the text were not understood; nothing shall be made of the others."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(", ".join(f"{one.part}: {one.code}" for one in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Tables that differ only in their numbers. `numbers` is empty where they shall continue those
    that are there; `area` as it was typed, empty for the main one."""

    part: str
    count: int
    seats: int
    area: str = ""
    numbers: tuple[str, ...] = ()
    is_bar: bool = False


@dataclass(frozen=True, kw_only=True)
class Known:
    """A table that is there already, archived ones included: their numbers are taken."""

    number: str
    area: str


@dataclass(frozen=True, kw_only=True)
class NewTable:
    """A table to be made. `area` is the name of a known area, or of one to be made."""

    number: str
    seats: int
    area: str
    table_type: str
    is_outdoor: bool


def parse_groups(text: str) -> list[Group]:
    """What the text asks for, part by part.

    :raises NotUnderstood: with every part at fault, not only the first
    """
    groups: list[Group] = []
    problems: list[Problem] = []
    for part in filter(None, map(str.strip, re.split(r"[,;\n]+", text))):
        found = _group(" ".join(part.split()))
        if isinstance(found, Group):
            groups.append(found)
        else:
            problems.append(found)
    if not groups and not problems:
        problems.append(Problem(text.strip(), "empty"))
    if sum(group.count for group in groups) > MOST_TABLES:
        problems.append(Problem(groups[-1].part, "too_many"))
    if problems:
        raise NotUnderstood(problems)
    return groups


def _group(part: str) -> Group | Problem:
    match, build = _found(part)
    if match is not None:
        before, after = _area(part[: match.start()]), _area(part[match.end() :])
        if (before and after) or any(sign.isdigit() for sign in before + after):
            return Problem(part, "unclear")
        if len(before or after) > LONGEST_AREA:
            return Problem(part, "long_area")
        return build(part, match, before or after)
    single = _SINGLE_SEATS.fullmatch(part)
    if single is None:
        return Problem(part, "unclear")
    area = _area(single["area"])
    if area.casefold() not in BAR_WORDS:
        return Problem(part, "which_seats")
    return _checked(Group(part=part, count=_int(single["count"]), seats=1, area=area, is_bar=True))


def _found(part: str) -> tuple[re.Match[str] | None, Callable[..., Group | Problem]]:
    """Numbers are named by a range or a letter; figures alone say how many tables."""
    named = _RANGE.search(part)
    if named is not None and (named["last"] or not named["first"].isdigit()):
        return named, _numbered
    return _COUNT.search(part), _counted


def _counted(part: str, match: re.Match[str], area: str) -> Group | Problem:
    group = Group(
        part=part,
        count=_int(match["count"]),
        seats=_int(match["seats"]),
        area=area,
        is_bar=area.casefold() in BAR_WORDS,
    )
    return _checked(group)


def _numbered(part: str, match: re.Match[str], area: str) -> Group | Problem:
    numbers = _numbers(match["first"], match["last"] or match["first"])
    if numbers is None:
        return Problem(part, "backwards")
    group = Group(
        part=part,
        count=len(numbers),
        seats=_int(match["seats"]),
        area=area,
        numbers=numbers,
        is_bar=area.casefold() in BAR_WORDS,
    )
    return _checked(group)


def _numbers(first: str, last: str) -> tuple[str, ...] | None:
    """T1 to T5, or to 5; None where the end lies before the beginning or is of another kind."""
    start, end = _NUMBER.fullmatch(first), _NUMBER.fullmatch(last)
    if start is None or end is None:
        return None
    prefix = start["prefix"]
    if end["prefix"].casefold() not in {"", prefix.casefold()}:
        return None
    low, high = _int(start["digits"]), _int(end["digits"])
    if high < low:
        return None
    digits = len(start["digits"]) if start["digits"].startswith("0") else 0
    # One more than allowed is enough to be told "too many".
    return tuple(
        f"{prefix}{number:0{digits}d}" for number in range(low, min(high, low + MOST_TABLES) + 1)
    )


def _checked(group: Group) -> Group | Problem:
    if group.count < 1 or group.seats < 1:
        return Problem(group.part, "no_seats")
    if group.count > MOST_TABLES or any(len(n) > LONGEST_NUMBER for n in group.numbers):
        return Problem(group.part, "too_many")
    if group.seats > MOST_SEATS:
        return Problem(group.part, "too_many_seats")
    return group


def _int(digits: str) -> int:
    """Huge numbers are only said to be too large."""
    return int(digits) if len(digits) < 7 else 10**6


def _area(text: str) -> str:
    return text.strip(" :()[]–—-.").strip()


def tables_wanted(
    groups: Iterable[Group],
    *,
    known: Sequence[Known],
    areas: Mapping[str, bool],
    main_area: str,
) -> list[NewTable]:
    """Give every table its number and area.

    Numbers continue those of the area: after T6 comes T7. A new area takes its first letter.

    :param areas: the names of the areas that exist, and whether they are outdoors
    :param main_area: where tables without an area go
    :raises NotUnderstood: a number was given twice or is taken
    """
    names = {name.casefold(): name for name in (main_area, *areas)}
    taken = {one.number.casefold() for one in known}
    numbered = [(one.number, one.area) for one in known]
    made: list[NewTable] = []
    problems: list[Problem] = []
    for group in groups:
        typed = group.area or main_area
        area = names.setdefault(typed.casefold(), typed[:1].upper() + typed[1:])
        is_outdoor = areas.get(area, area.casefold() in OUTDOOR_WORDS)
        kind = "bar" if group.is_bar else "outdoor" if is_outdoor else "standard"
        for number in group.numbers or _continued(group.count, area, main_area, numbered, taken):
            if number.casefold() in taken:
                was_made = any(one.number.casefold() == number.casefold() for one in made)
                problems.append(Problem(number, "twice" if was_made else "taken"))
            taken.add(number.casefold())
            numbered.append((number, area))
            made.append(
                NewTable(
                    number=number,
                    seats=group.seats,
                    area=area,
                    table_type=kind,
                    is_outdoor=is_outdoor,
                )
            )
    if problems:
        raise NotUnderstood(problems)
    return made


def _continued(
    count: int,
    area: str,
    main_area: str,
    numbered: Sequence[tuple[str, str]],
    taken: set[str],
) -> list[str]:
    """The next free numbers of an area."""
    matches = [(match, at) for number, at in numbered if (match := _NUMBER.fullmatch(number))]
    prefixes = Counter(match["prefix"] for match, at in matches if at == area)
    if prefixes:
        prefix = min(prefixes, key=lambda p: (-prefixes[p], natural_key(p)))
    else:
        prefix = "" if area == main_area else area[:1].upper()
    used = [_int(m["digits"]) for m, _at in matches if m["prefix"].casefold() == prefix.casefold()]
    found: list[str] = []
    number = max(used, default=0)
    while len(found) < count:
        number += 1
        if f"{prefix}{number}".casefold() not in taken:
            found.append(f"{prefix}{number}")
    return found
