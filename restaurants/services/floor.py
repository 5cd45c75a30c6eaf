"""Floor plans: making, naming, ordering, archiving them, their drafts and backgrounds.

Lock rule: the restaurant row first, as for all settings, then the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from reservehub.core import audit
from reservehub.core.actors import Actor
from reservehub.core.errors import FieldError, NotFound, ValidationFailed, VersionConflict
from reservehub.core.models import AuditEntry
from restaurants.drafts import BadDraft, Draft, parse
from restaurants.models import FloorPlan, Restaurant
from restaurants.selectors import first_draft, tables_for
from restaurants.services.config import config_save, config_save_all
from restaurants.services.rows import refused

DRAFTED = "restaurants.floorplan.drafted"


@transaction.atomic
def plan_create(*, restaurant: Restaurant, name: str, actor: Actor, now: datetime) -> FloorPlan:
    """A new plan whose draft holds all tables that stand nowhere yet.

    :raises ValidationFailed: `/name`
    """
    draft = first_draft(restaurant)
    last = restaurant.floor_plans.order_by("-position").first()
    plan = FloorPlan(
        restaurant=restaurant,
        name=name.strip(),
        position=0 if last is None else last.position + 1,
        width=draft.width,
        height=draft.height,
        draft=draft.as_json(),
        draft_saved_at=now,
    )
    config_save(instance=plan, actor=actor, now=now)
    return plan


@transaction.atomic
def plan_rename(*, plan_id: int, name: str, actor: Actor, now: datetime) -> FloorPlan:
    """:raises ValidationFailed: `/name`"""
    plan = plan_lock(plan_id)
    plan.name = name.strip()
    config_save(instance=plan, actor=actor, now=now)
    return plan


@transaction.atomic
def plans_reorder(
    *, restaurant: Restaurant, plan_ids: Sequence[int], actor: Actor, now: datetime
) -> None:
    """Put the plans into this order; those not named follow as they were.

    :raises ValidationFailed: `/plans`, if one of them is not a plan of this restaurant
    """
    plans = {plan.pk: plan for plan in restaurant.floor_plans.order_by("position", "pk")}
    if not set(plan_ids) <= set(plans) or len(set(plan_ids)) < len(plan_ids):
        raise refused("plans", "unknown", _("Choose plans of this restaurant, each once."))
    ordered = [*plan_ids, *(key for key in plans if key not in plan_ids)]
    for position, key in enumerate(ordered):
        plans[key].position = position
    config_save_all(instances=list(plans.values()), actor=actor, now=now)


@transaction.atomic
def plan_archive(*, plan_id: int, actor: Actor, now: datetime) -> FloorPlan:
    """Take a plan out of use. Its tables stay bookable: they are laid out by themselves."""
    return _set_active(plan_id, is_active=False, actor=actor, now=now)


@transaction.atomic
def plan_unarchive(*, plan_id: int, actor: Actor, now: datetime) -> FloorPlan:
    """Put it back, with those of its tables that no other plan has taken.

    :raises ValidationFailed: `/name`, if another plan has its name now
    """
    return _set_active(plan_id, is_active=True, actor=actor, now=now)


def _set_active(plan_id: int, *, is_active: bool, actor: Actor, now: datetime) -> FloorPlan:
    plan = plan_lock(plan_id)
    plan.is_active = is_active
    config_save(instance=plan, actor=actor, now=now)
    return plan


def plan_lock(plan_id: int, *, version: int | None = None) -> FloorPlan:
    """The plan, locked behind its restaurant; in the caller's transaction.

    :raises NotFound: if it is gone
    :raises VersionConflict: if a version is named and it is another one by now
    """
    Restaurant.objects.select_for_update(no_key=True).filter(floor_plans=plan_id).first()
    plan = (
        FloorPlan.objects.select_for_update(no_key=True, of=("self",))
        .select_related("restaurant")
        .filter(pk=plan_id)
        .first()
    )
    if plan is None:
        raise NotFound
    if version is not None and version != plan.version:
        raise VersionConflict(_by_whom(plan), version=plan.version)
    return plan


def _by_whom(plan: FloorPlan) -> str:
    entry = _last_entry(plan)
    if entry is None:
        return ""
    at = entry.occurred_at.astimezone(ZoneInfo(plan.restaurant.timezone))
    return _("%(who)s changed this plan at %(time)s. Load it again to go on from there.") % {
        "who": entry.actor_label or _("Somebody"),
        "time": f"{at:%H:%M}",
    }


def _last_entry(plan: FloorPlan) -> AuditEntry | None:
    entries = AuditEntry.objects.filter(object_type=plan._meta.label_lower, object_id=str(plan.pk))
    return entries.order_by("-occurred_at", "-pk").first()


@transaction.atomic
def plan_draft_save(
    *, plan_id: int, version: int, document: Any, actor: Actor, now: datetime
) -> FloorPlan:
    """Keep a draft (`restaurants.drafts`); it may still be faulty, as people are not done yet.

    Noted in the audit once per person, not with every movement.

    :raises VersionConflict: if somebody else was faster; `version` says which one is the last
    :raises ValidationFailed: if the document is malformed or holds tables of others
    """
    plan = plan_lock(plan_id, version=version)
    draft = _parsed(document)
    _refuse_foreign(plan, draft)
    plan.draft = draft.as_json()
    plan.draft_saved_at = now
    plan_store(plan, "draft", "draft_saved_at")
    last = _last_entry(plan)
    if last is None or last.action != DRAFTED or last.actor_user_id != actor.user_id:
        plan_record(plan, DRAFTED, actor=actor, now=now)
    return plan


@transaction.atomic
def plan_draft_discard(*, plan_id: int, version: int, actor: Actor, now: datetime) -> FloorPlan:
    """Back to what is published.

    :raises VersionConflict: if somebody changed it in the meantime
    """
    plan = plan_lock(plan_id, version=version)
    if plan.draft is None:
        return plan
    plan.draft = None
    plan.draft_saved_at = None
    plan_store(plan, "draft", "draft_saved_at")
    plan_record(plan, "restaurants.floorplan.draft_discarded", actor=actor, now=now)
    return plan


def plan_store(plan: FloorPlan, *names: str) -> None:
    """Write some columns and the next version."""
    plan.version += 1
    plan.save(update_fields=[*names, "version"])


def plan_record(
    plan: FloorPlan,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        actor=actor,
        action=action,
        obj=plan,
        now=now,
        restaurant_id=plan.restaurant_id,
        before=before,
        after=after,
    )


def _parsed(document: Any) -> Draft:
    try:
        return parse(document)
    except BadDraft as bad:
        detail = _("This part of the plan is not understood; reload the page and try again.")
        raise ValidationFailed(errors=[FieldError(bad.pointer, "malformed", detail)]) from bad


def _refuse_foreign(plan: FloorPlan, draft: Draft) -> None:
    mine = {table.pk for table in tables_for(plan)}
    combined = set(plan.restaurant.combinations.values_list("pk", flat=True))
    areas = set(plan.restaurant.areas.values_list("pk", flat=True))
    detail = _("This is not there any more, or stands on another plan. Reload the page.")
    errors = [
        FieldError(f"/tables/{index}/id", "unknown", detail)
        for index, one in enumerate(draft.tables)
        if one.id is not None and one.id not in mine
    ]
    errors += [
        FieldError(f"/tables/{index}/area", "unknown", detail)
        for index, one in enumerate(draft.tables)
        if isinstance(one.area, int) and one.area not in areas
    ]
    errors += [
        FieldError(f"/combinations/{index}/id", "unknown", detail)
        for index, one in enumerate(draft.combinations)
        if one.id is not None and one.id not in combined
    ]
    if errors:
        raise ValidationFailed(errors=errors)
