"""What a segment or the rule of a tag asks of a guest: a small vocabulary, checked. Pure.

Conditions are a list of ``{"field", "op", "value"}``; a guest has to meet all of them.

==================  =================  =================================================
fields              ops                value
==================  =================  =================================================
counts              eq, gte, lte       a whole number; a guest without bookings counts 0
`spend_minor`       gte, lte           money in minor units of the currency
`*_days`            gte, lte           days since or until; nobody without such a date
`usual_*`, lead     eq, gte, lte       a whole number; nobody without a usual one
`usual_weekday`     in                 list of 0 (Monday) to 6
`language`          in                 list of codes such as "en"
`tag`               has, has_not       the id of a tag; not in rules of tags
`vip` ...           is                 true or false
==================  =================  =================================================

Blocked guests are in a segment only where it asks for `blocked`. Records that were merged or made
anonymous are never in one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

MOST = 12
"""More conditions than anybody understands are a mistake."""
_LARGEST = 2_000_000_000
_LARGEST_MONEY = 10**15


class Kind(StrEnum):
    """What the values of a field are."""

    COUNT = "count"
    MONEY = "money"
    DAYS = "days"
    NUMBER = "number"
    WEEKDAYS = "weekdays"
    LANGUAGES = "languages"
    TAG = "tag"
    YES_NO = "yes_no"


OPS: Mapping[Kind, tuple[str, ...]] = {
    Kind.COUNT: ("gte", "lte", "eq"),
    Kind.MONEY: ("gte", "lte"),
    Kind.DAYS: ("gte", "lte"),
    Kind.NUMBER: ("gte", "lte", "eq"),
    Kind.WEEKDAYS: ("in",),
    Kind.LANGUAGES: ("in",),
    Kind.TAG: ("has", "has_not"),
    Kind.YES_NO: ("is",),
}

FIELDS: Mapping[str, Kind] = {
    "visits": Kind.COUNT,
    "no_shows": Kind.COUNT,
    "late_cancellations": Kind.COUNT,
    "cancellations": Kind.COUNT,
    "bookings": Kind.COUNT,
    "upcoming": Kind.COUNT,
    "spend_minor": Kind.MONEY,
    "last_visit_days": Kind.DAYS,
    "first_visit_days": Kind.DAYS,
    "next_visit_days": Kind.DAYS,
    "known_days": Kind.DAYS,
    "usual_party": Kind.NUMBER,
    "usual_hour": Kind.NUMBER,
    "lead_hours": Kind.NUMBER,
    "usual_weekday": Kind.WEEKDAYS,
    "language": Kind.LANGUAGES,
    "tag": Kind.TAG,
    "vip": Kind.YES_NO,
    "blocked": Kind.YES_NO,
    "marketing_consent": Kind.YES_NO,
}

#: What people read; the field alone is for programs.
FIELD_LABELS: Mapping[str, Any] = {
    "visits": gettext_lazy("Visits"),
    "no_shows": gettext_lazy("No-shows"),
    "late_cancellations": gettext_lazy("Late cancellations"),
    "cancellations": gettext_lazy("Cancellations"),
    "bookings": gettext_lazy("Bookings"),
    "upcoming": gettext_lazy("Bookings to come"),
    "spend_minor": gettext_lazy("Money spent"),
    "last_visit_days": gettext_lazy("Days since the last visit"),
    "first_visit_days": gettext_lazy("Days since the first visit"),
    "next_visit_days": gettext_lazy("Days until the next visit"),
    "known_days": gettext_lazy("Days in the guest book"),
    "usual_party": gettext_lazy("Usual party size"),
    "usual_hour": gettext_lazy("Usual hour (0 to 23)"),
    "lead_hours": gettext_lazy("Books ahead, hours"),
    "usual_weekday": gettext_lazy("Usual weekday"),
    "language": gettext_lazy("Language"),
    "tag": gettext_lazy("Tag"),
    "vip": gettext_lazy("VIP"),
    "blocked": gettext_lazy("Blocked"),
    "marketing_consent": gettext_lazy("Agreed to offers and news"),
}
OP_LABELS: Mapping[str, Any] = {
    "gte": gettext_lazy("at least"),
    "lte": gettext_lazy("at most"),
    "eq": gettext_lazy("exactly"),
    "in": gettext_lazy("one of"),
    "is": gettext_lazy("is"),
    "has": gettext_lazy("carries"),
    "has_not": gettext_lazy("does not carry"),
}


@dataclass(frozen=True)
class Condition:
    """One checked condition; `value` has the type its field asks for."""

    field: str
    op: str
    value: Any

    def as_dict(self) -> dict[str, Any]:
        """As it is stored and answered."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "op": self.op, "value": value}


@dataclass(frozen=True)
class Problem:
    """What is wrong with one condition, and the remedy.

    :param index: its place in the list, from 0; None for the list as a whole
    :param member: `field`, `op` or `value`; empty for the condition as a whole
    """

    index: int | None
    member: str
    code: str
    detail: str

    @property
    def pointer(self) -> str:
        """A JSON pointer below the list."""
        parts = [str(self.index) if self.index is not None else "", self.member]
        return "".join(f"/{part}" for part in parts if part)


class BadConditions(ValueError):
    """Conditions that cannot be asked; every one at fault is named."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.detail for problem in problems))
        self.problems = tuple(problems)


class _Bad(ValueError):
    def __init__(self, member: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.member, self.code, self.detail = member, code, detail


def parse(
    raw: object, *, languages: Sequence[str] | None = None, for_rule: bool = False
) -> tuple[Condition, ...]:
    """Check a list of conditions as it came in.

    :param languages: the codes that may be asked for; None lets any code pass
    :param for_rule: for the rule of a tag, which may not ask for tags, so that the order in which
        rules run never matters, and needs at least one condition
    :raises BadConditions: naming each one at fault and what to do
    """
    if not isinstance(raw, list):
        raise BadConditions([Problem(None, "", "invalid", gettext("Use a list of conditions."))])
    if for_rule and not raw:
        words = gettext("Add a condition, or the rule would mean everybody.")
        raise BadConditions([Problem(None, "", "required", words)])
    if len(raw) > MOST:
        words = ngettext(
            "Use at most %(most)d condition.", "Use at most %(most)d conditions.", MOST
        ) % {"most": MOST}
        raise BadConditions([Problem(None, "", "too_many", words)])
    found, problems = [], []
    for index, one in enumerate(raw):
        try:
            found.append(_parsed(one, languages=languages, for_rule=for_rule))
        except _Bad as bad:
            problems.append(Problem(index, bad.member, bad.code, bad.detail))
    if problems:
        raise BadConditions(problems)
    return tuple(found)


def _parsed(one: object, *, languages: Sequence[str] | None, for_rule: bool) -> Condition:
    if not isinstance(one, Mapping) or set(one) != {"field", "op", "value"}:
        raise _Bad("", "invalid", gettext("A condition has a field, an op and a value."))
    field, op, value = one["field"], one["op"], one["value"]
    kind = FIELDS.get(field) if isinstance(field, str) else None
    if kind is None:
        words = gettext("Choose a field from: %(names)s.") % {"names": ", ".join(FIELDS)}
        raise _Bad("field", "unknown_field", words)
    if kind is Kind.TAG and for_rule:
        words = gettext("A rule cannot ask for other tags. Ask for what gives them.")
        raise _Bad("field", "not_in_rules", words)
    if op not in OPS[kind]:
        words = gettext("For “%(field)s” choose from: %(ops)s.") % {
            "field": FIELD_LABELS[field],
            "ops": ", ".join(OPS[kind]),
        }
        raise _Bad("op", "unknown_op", words)
    if kind is Kind.LANGUAGES:
        return Condition(field, op, _languages(value, languages))
    return Condition(field, op, _READERS[kind](value))


def _whole(value: object, *, most: int = _LARGEST) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise _Bad("value", "invalid", gettext("Enter a whole number, 0 or more."))
    return value


def _money(value: object) -> int:
    return _whole(value, most=_LARGEST_MONEY)


def _days(value: object) -> int:
    if type(value) is not int or not 0 <= value <= 36_500:
        raise _Bad("value", "invalid", gettext("Enter a number of days from 0 to 36500."))
    return value


def _weekdays(value: object) -> tuple[int, ...]:
    if (
        not isinstance(value, list)
        or not value
        or any(type(day) is not int or not 0 <= day <= 6 for day in value)
    ):
        words = gettext("Choose at least one weekday, from 0 (Monday) to 6.")
        raise _Bad("value", "invalid", words)
    return tuple(sorted(set(value)))


def _languages(value: object, known: Sequence[str] | None) -> tuple[str, ...]:
    is_list = isinstance(value, list) and bool(value)
    if not isinstance(value, list) or not is_list or any(not _is_code(one) for one in value):
        raise _Bad("value", "invalid", gettext("Choose at least one language, such as en."))
    strange = [one for one in value if known is not None and one not in known]
    if strange:
        words = gettext("Choose languages from: %(codes)s.") % {"codes": ", ".join(known or ())}
        raise _Bad("value", "invalid", words)
    return tuple(sorted(set(value)))


def _is_code(value: object) -> bool:
    return isinstance(value, str) and 2 <= len(value) <= 10 and value.isascii()


def _tag(value: object) -> int:
    if type(value) is not int or not 0 < value < 2**63:
        raise _Bad("value", "invalid", gettext("Choose a tag."))
    return value


def _yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise _Bad("value", "invalid", gettext("Choose yes or no."))
    return value


_READERS: Mapping[Kind, Callable[[object], Any]] = {
    Kind.COUNT: _whole,
    Kind.MONEY: _money,
    Kind.DAYS: _days,
    Kind.NUMBER: _whole,
    Kind.WEEKDAYS: _weekdays,
    Kind.TAG: _tag,
    Kind.YES_NO: _yes_no,
}


def holds_for_zero(condition: Condition) -> bool:
    """Whether a guest who counts nothing, having never booked, meets it."""
    value: int = condition.value
    return {"gte": value <= 0, "lte": value >= 0, "eq": value == 0}[condition.op]


@dataclass(frozen=True)
class Suggestion:
    """A tag many houses want; offered, never forced."""

    key: str
    name: Any
    colour: str
    rule: tuple[Condition, ...]

    def as_rule(self) -> list[dict[str, Any]]:
        """Its conditions as they are stored."""
        return [condition.as_dict() for condition in self.rule]


SUGGESTIONS: tuple[Suggestion, ...] = (
    Suggestion("regular", gettext_lazy("Regular"), "green", (Condition("visits", "gte", 5),)),
    Suggestion(
        "new",
        pgettext_lazy("guest", "New"),
        "blue",
        (Condition("visits", "lte", 1), Condition("first_visit_days", "lte", 60)),
    ),
    Suggestion(
        "lapsed", gettext_lazy("Lapsed"), "grey", (Condition("last_visit_days", "gte", 180),)
    ),
    Suggestion("risk", gettext_lazy("Risk"), "red", (Condition("no_shows", "gte", 2),)),
    Suggestion(
        "big_spender",
        gettext_lazy("Big spender"),
        "gold",
        (Condition("spend_minor", "gte", 100_000),),
    ),
    Suggestion(
        "plans_ahead",
        gettext_lazy("Plans ahead"),
        "purple",
        (Condition("lead_hours", "gte", 14 * 24), Condition("bookings", "gte", 3)),
    ),
)
COLOURS = ("grey", "green", "blue", "red", "gold", "purple")
