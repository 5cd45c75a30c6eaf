"""Words in braces that restaurants may use in their own texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.rendering.facts import Facts
from reservehub.core.errors import FieldError, ValidationFailed

PLACEHOLDERS: Mapping[str, Promise] = MappingProxyType(
    {
        "name": gettext_lazy("The guest’s name"),
        "first_name": gettext_lazy("The first word of the name"),
        "restaurant": gettext_lazy("Your restaurant"),
        "day": gettext_lazy("Day of the week, such as Friday"),
        "date": gettext_lazy("Date, such as 5 June"),
        "time": gettext_lazy("Time, such as 19:30"),
        "party": gettext_lazy("Party, such as 2 guests"),
        "reference": gettext_lazy("Booking number"),
        "phone": gettext_lazy("Your phone number"),
        "link": gettext_lazy("Link to the booking"),
        "table": gettext_lazy("Number of the table; empty where none is chosen yet"),
    }
)
"""Names and what stands for them. Only these: no attributes, no formats."""

OF_A_GUEST = frozenset({"name", "first_name", "restaurant", "phone", "link"})
"""Those that need no visit: what campaigns may use."""

_VALUES: Mapping[str, Callable[[Facts], str]] = {
    "name": lambda facts: facts.name,
    "first_name": lambda facts: facts.name.partition(" ")[0],
    "restaurant": lambda facts: facts.place,
    "day": lambda facts: facts.values["weekday"],
    "date": lambda facts: facts.day_month,
    "time": lambda facts: facts.time,
    "party": lambda facts: facts.guests,
    "reference": lambda facts: facts.reference,
    "phone": lambda facts: facts.phone,
    "link": lambda facts: facts.links["manage"],
    "table": lambda facts: facts.table(),
}

_IN_BRACES = re.compile(r"\{([^{}]*)\}")


def check(texts: Mapping[str, str]) -> None:
    """Check the texts of some fields.

    :raises ValidationFailed: naming each unknown word and each field with a brace too many
    """
    errors = [
        FieldError(f"/{field}", code, detail)
        for field, text in texts.items()
        for code, detail in _problems(text)
    ]
    if errors:
        raise ValidationFailed(" ".join(error.detail for error in errors), errors=errors)


def _problems(text: str) -> list[tuple[str, str]]:
    found = [
        (
            "unknown_placeholder",
            _("There is no {%(name)s}. You can use: %(known)s.")
            % {"name": name, "known": ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)},
        )
        for name in _IN_BRACES.findall(text)
        if name not in PLACEHOLDERS
    ]
    rest = _IN_BRACES.sub("", text)
    if "{" in rest or "}" in rest:
        found.append(("unbalanced_brace", _("A brace is opened and not closed, or the reverse.")))
    return found


def fill(text: str, facts: Facts) -> str:
    """Put the values in; what is not a placeholder stays as it is."""

    def value(match: re.Match[str]) -> str:
        known = _VALUES.get(match[1])
        return known(facts) if known is not None else match[0]

    return _IN_BRACES.sub(value, text)
