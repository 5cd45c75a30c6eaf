"""The picture behind a floor plan: a drawing, a photo, a scan."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from reservehub.core.actors import Actor
from restaurants.models import FloorPlan
from restaurants.realtime import push_config
from restaurants.services.floor import plan_lock, plan_record, plan_store
from restaurants.services.pictures import picture_cleaned

LONGEST_SIDE = 2400


def plan_background_set(
    *, plan_id: int, upload: IO[bytes] | None, actor: Actor, now: datetime
) -> FloorPlan:
    """Put a picture behind a plan, or take it away; shown at once, as it moves no table.

    :raises ValidationFailed: `/background`
    """
    content = None if upload is None else picture_cleaned(upload, "background", LONGEST_SIDE)
    with transaction.atomic():
        plan = plan_lock(plan_id)
        old = plan.background.name or ""
        if content is None:
            plan.background.name = ""
        else:
            name = f"{secrets.token_hex(8)}.webp"
            plan.background.save(name, ContentFile(content), save=False)
        plan_store(plan, "background")
        plan_record(
            plan,
            "restaurants.floorplan.background",
            actor=actor,
            now=now,
            before={"background": old},
            after={"background": plan.background.name or ""},
        )
        push_config(plan.restaurant_id, what="floorplan", change="changed")
        if old and not old.startswith("plans/demo/"):
            transaction.on_commit(lambda: default_storage.delete(old), robust=True)
    return plan
