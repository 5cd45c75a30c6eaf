"""Checking conditions before they are stored."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from guests.conditions import FIELDS as KINDS
from guests.conditions import BadConditions, Condition, Kind, Problem, parse
from guests.models import Tag
from reservehub.core.errors import FieldError, ValidationFailed


def conditions_check(
    raw: object, *, organisation_id: int, for_rule: bool = False, pointer: str = "/conditions"
) -> list[dict[str, Any]]:
    """The conditions as they are stored. One query if they ask for tags, else none.

    :param pointer: where the list stands in what was sent
    :raises ValidationFailed: naming each condition at fault
    """
    languages = [code for code, _name in settings.LANGUAGES]
    try:
        found = parse(raw, languages=languages, for_rule=for_rule)
        _check_tags(found, organisation_id)
    except BadConditions as bad:
        raise ValidationFailed(
            errors=[
                FieldError(pointer + problem.pointer, problem.code, problem.detail)
                for problem in bad.problems
            ]
        ) from bad
    return [condition.as_dict() for condition in found]


def _check_tags(conditions: tuple[Condition, ...], organisation_id: int) -> None:
    asked = {one.value for one in conditions if KINDS[one.field] is Kind.TAG}
    if not asked:
        return
    own = set(
        Tag.objects.filter(organisation=organisation_id, pk__in=asked).values_list("pk", flat=True)
    )
    words = gettext("There is no such tag. Choose another.")
    problems = [
        Problem(index, "value", "does_not_exist", words)
        for index, one in enumerate(conditions)
        if KINDS[one.field] is Kind.TAG and one.value not in own
    ]
    if problems:
        raise BadConditions(problems)
