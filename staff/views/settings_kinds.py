"""The kinds of settings: what they are called, where they are, how one looks in a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from restaurants.models import (
    Area,
    Combination,
    Restaurant,
    ServicePeriod,
    SlotOverride,
    SpecialDay,
    TurnTimeRule,
)
from restaurants.selectors import (
    areas_of,
    combinations_of,
    service_periods_of,
    slot_overrides_of,
    special_days_of,
    turn_times_of,
)
from staff.forms.hours import ClosureForm, PacingForm, PeriodForm, SpecialDayForm, TurnTimeForm
from staff.forms.profile import ProfileForm
from staff.forms.rooms import AreaForm, CombinationForm
from staff.forms.settings import PacingRulesForm, PolicyForm, SettingForm

Words = str | Promise


@dataclass(frozen=True)
class Line:
    """One setting in a list. `week`: seven letters and whether they count."""

    title: str
    detail: str
    week: tuple[tuple[str, bool], ...] = ()
    is_off: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One page of settings; without `rows` there is one of it, the result of `new`.

    :param can_add: whether the list makes and deletes rows, or only changes them
    """

    key: str
    title: Words
    intro: Words
    form: type[SettingForm]
    new: Callable[[Restaurant], Model]
    rows: Callable[[Restaurant], QuerySet[Any]] | None = None
    line: Callable[[Any], Line] | None = None
    add: Words = ""
    can_add: bool = True


def week(days: list[int]) -> tuple[tuple[str, bool], ...]:
    return tuple((str(WEEKDAYS_ABBR[day])[:2], day in days) for day in sorted(WEEKDAYS_ABBR))


def _dates(row: Any) -> str:
    if row.date_from is None:
        return ""
    first, last = (date_format(day, "j M Y") for day in (row.date_from, row.date_to))
    return first if first == last else f"{first} – {last}"


def _period(row: ServicePeriod) -> Line:
    hours = f"{row.first_seating:%H:%M}–{row.last_seating:%H:%M}"
    closes = _("closes %(time)s") % {"time": f"{row.closes:%H:%M}"}
    special = str(row.special_day) if row.special_day_id else ""
    detail = " · ".join(part for part in (hours, closes, _dates(row), special) if part)
    days = row.weekdays if not row.special_day_id else []
    return Line(row.name, detail, week(days) if days else (), not row.is_active)


def _pacing(row: ServicePeriod) -> Line:
    parts = [
        ngettext("%(n)s guest arriving", "%(n)s guests arriving", n) % {"n": n}
        for n in [row.max_arriving_covers]
        if n is not None
    ]
    if row.max_seated_covers is not None:
        parts.append(_("%(n)s seated at once") % {"n": row.max_seated_covers})
    if row.walk_in_quota_covers or row.walk_in_quota_percent:
        kept = row.walk_in_quota_covers or f"{row.walk_in_quota_percent} %"
        parts.append(_("%(kept)s kept for walk-ins") % {"kept": kept})
    return Line(row.name, " · ".join(parts) or _("no limits"), (), not row.is_active)


def _special_day(row: SpecialDay) -> Line:
    state = _("closed") if row.is_closed else _("own hours")
    return Line(row.name, f"{_dates(row)} · {state}")


def _closure(row: SlotOverride) -> Line:
    when = f"{date_format(row.date, 'D j M Y')}, {row.starts:%H:%M}–{row.ends:%H:%M}"
    where = str(row.area) if row.area_id else _("the whole restaurant")
    return Line(when, " · ".join(p for p in (row.get_state_display(), where, row.note) if p))


def _turn_time(row: TurnTimeRule) -> Line:
    parts = []
    for band in row.bands:
        words = {"up_to": band["up_to"], "minutes": band["minutes"]}
        if band["up_to"] is None:
            parts.append(_("more: %(minutes)s min") % words)
        else:
            parts.append(_("up to %(up_to)s: %(minutes)s min") % words)
    if row.service_period is not None:
        parts.append(row.service_period.name)
    if row.area is not None:
        parts.append(row.area.name)
    if row.time_from is not None:
        parts.append(f"{row.time_from:%H:%M}–{row.time_to:%H:%M}")
    parts += [_dates(row)] if row.date_from else []
    return Line(row.name, " · ".join(parts), week(row.weekdays) if row.weekdays else ())


def _area(row: Area) -> Line:
    tables = row.tables.filter(is_active=True).count()
    words = ngettext("%(n)s table", "%(n)s tables", tables) % {"n": tables}
    return Line(row.name, words + " · " + _("outdoors") if row.is_outdoor else words)


def _combination(row: Combination) -> Line:
    tables = " + ".join(member.table.number for member in row.members.all())
    size = _("%(min)s–%(max)s guests") % {"min": row.min_party, "max": row.max_party}
    return Line(row.name, f"{tables} · {size}", (), not row.is_active)


_ALL = (
    Kind(
        key="profile",
        title=gettext_lazy("Profile"),
        intro=gettext_lazy("What guests read about you, and the clock you live by."),
        form=ProfileForm,
        new=lambda restaurant: restaurant,
    ),
    Kind(
        key="hours",
        title=gettext_lazy("Hours"),
        intro=gettext_lazy("When guests can start their visit in an ordinary week."),
        form=PeriodForm,
        rows=lambda restaurant: service_periods_of(restaurant).select_related("special_day"),
        new=lambda restaurant: ServicePeriod(restaurant=restaurant),
        line=_period,
        add=gettext_lazy("Add hours"),
    ),
    Kind(
        key="special-days",
        title=gettext_lazy("Special days"),
        intro=gettext_lazy("Holidays, closed days, and days with hours of their own."),
        form=SpecialDayForm,
        rows=special_days_of,
        new=lambda restaurant: SpecialDay(restaurant=restaurant),
        line=_special_day,
        add=gettext_lazy("Add a special day"),
    ),
    Kind(
        key="closures",
        title=gettext_lazy("Closures"),
        intro=gettext_lazy(
            "A part of one day that differs: a private event, rain on the terrace, fewer guests."
        ),
        form=ClosureForm,
        rows=slot_overrides_of,
        new=lambda restaurant: SlotOverride(restaurant=restaurant),
        line=_closure,
        add=gettext_lazy("Add a closure"),
    ),
    Kind(
        key="turn-times",
        title=gettext_lazy("Turn times"),
        intro=gettext_lazy("How long a table is taken, by the size of the party."),
        form=TurnTimeForm,
        rows=turn_times_of,
        new=lambda restaurant: TurnTimeRule(restaurant=restaurant),
        line=_turn_time,
        add=gettext_lazy("Add a turn time"),
    ),
    Kind(
        key="pacing",
        title=gettext_lazy("Pacing"),
        intro=gettext_lazy("How many guests may arrive together, so that the kitchen keeps up."),
        form=PacingForm,
        rows=service_periods_of,
        new=lambda restaurant: ServicePeriod(restaurant=restaurant),
        line=_pacing,
        can_add=False,
    ),
    Kind(
        key="pacing-rules",
        title=gettext_lazy("Pacing rules"),
        intro=gettext_lazy("How arrivals are counted, and whether staff may exceed the limits."),
        form=PacingRulesForm,
        new=lambda restaurant: restaurant.policy,
    ),
    Kind(
        key="policy",
        title=gettext_lazy("Booking rules"),
        intro=gettext_lazy(
            "Who is confirmed at once, how early and late, changing and cancelling."
        ),
        form=PolicyForm,
        new=lambda restaurant: restaurant.policy,
    ),
    Kind(
        key="areas",
        title=gettext_lazy("Areas"),
        intro=gettext_lazy("Parts of the floor that guests can choose."),
        form=AreaForm,
        rows=areas_of,
        new=lambda restaurant: Area(restaurant=restaurant),
        line=_area,
        add=gettext_lazy("Add an area"),
    ),
    Kind(
        key="combinations",
        title=gettext_lazy("Combinations"),
        intro=gettext_lazy("Tables you push together for larger parties."),
        form=CombinationForm,
        rows=combinations_of,
        new=lambda restaurant: Combination(restaurant=restaurant),
        line=_combination,
        add=gettext_lazy("Add a combination"),
    ),
)

KINDS: Mapping[str, Kind] = {kind.key: kind for kind in _ALL}
