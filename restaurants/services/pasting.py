"""Making tables from a line of text; used by the tables page and by the set-up of a restaurant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, ValidationFailed
from restaurants.models import Area, Restaurant, Table
from restaurants.pasting import (
    MOST_SEATS,
    MOST_TABLES,
    Known,
    NewTable,
    NotUnderstood,
    Problem,
    parse_groups,
    tables_wanted,
)
from restaurants.services.config import config_save_all

REMEDIES: Mapping[str, Promise] = {
    "empty": _("Write for example: 4x2, 3x4 terrace, bar 10"),
    "unclear": _("“%(part)s” is not clear. Write tables × seats, such as 4x2 or 3x4 terrace."),
    "which_seats": _(
        "“%(part)s”: say how many tables of how many seats, such as terrace 5x2. Only a bar may"
        " have a single number."
    ),
    "no_seats": _("“%(part)s”: at least one table with at least one seat, such as 1x2."),
    "too_many": _("“%(part)s” makes too many tables: %(tables)s at a time. Paste the rest later."),
    "too_many_seats": _("“%(part)s”: a table has at most %(seats)s seats. Combine tables instead."),
    "backwards": _("“%(part)s”: write the first number before the last, such as T1-T5 x4."),
    "long_area": _("“%(part)s”: the name of the area is too long."),
    "twice": _("The number %(part)s is given twice. Leave one of them out."),
    "taken": _("There is a table %(part)s already, perhaps archived. Choose another number."),
}


def tables_in_text(*, restaurant: Restaurant, text: str) -> list[NewTable]:
    """What the text would make here, with numbers that continue; nothing is saved.

    :raises ValidationFailed: `/text`, one error for every part at fault, with the remedy
    """
    areas = list(restaurant.areas.all())
    known = restaurant.tables.values_list("number", "area__name")
    try:
        return tables_wanted(
            parse_groups(text),
            known=[Known(number=number, area=area) for number, area in known],
            areas={area.name: area.is_outdoor for area in areas},
            main_area=areas[0].name if areas else gettext("Main room"),
        )
    except NotUnderstood as refused:
        raise _failed(refused) from refused


@transaction.atomic
def tables_from_text(
    *, restaurant: Restaurant, text: str, actor: Actor, now: datetime
) -> list[Table]:
    """Make the tables, and the areas they need; all or none.

    :raises ValidationFailed: `/text`, one error for every part at fault, with the remedy
    """
    # Two people pasting at once shall not be given the same numbers.
    Restaurant.objects.select_for_update(no_key=True).get(pk=restaurant.pk)
    wanted = tables_in_text(restaurant=restaurant, text=text)
    areas = {area.name: area for area in restaurant.areas.all()}
    fresh: list[Model] = []
    for one in wanted:
        if one.area not in areas:
            areas[one.area] = Area(
                restaurant=restaurant,
                name=one.area,
                is_outdoor=one.is_outdoor,
                position=1 + max((area.position for area in areas.values()), default=-1),
            )
            fresh.append(areas[one.area])
    tables = [
        Table(
            restaurant=restaurant,
            area=areas[one.area],
            number=one.number,
            seats=one.seats,
            max_party=one.seats,
            table_type=one.table_type,
        )
        for one in wanted
    ]
    config_save_all(instances=[*fresh, *tables], actor=actor, now=now)
    return tables


def _failed(refused: NotUnderstood) -> ValidationFailed:
    return ValidationFailed(
        errors=[FieldError("/text", one.code, _words(one)) for one in refused.problems]
    )


def _words(problem: Problem) -> str:
    part = problem.part if len(problem.part) <= 60 else f"{problem.part[:59]}…"
    return str(REMEDIES[problem.code]) % {
        "part": part,
        "tables": MOST_TABLES,
        "seats": MOST_SEATS,
    }
