"""The picture behind a floor plan: a drawing, a photo, a scan; made harmless before it is kept."""

from __future__ import annotations

import io
import secrets
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from reservehub.core.actors import Actor
from reservehub.core.errors import ValidationFailed
from restaurants.models import FloorPlan
from restaurants.realtime import push_config
from restaurants.services.floor import plan_lock, plan_record, plan_store
from restaurants.services.rows import refused

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 2400
FORMATS = ("PNG", "JPEG", "WEBP")


def picture_cleaned(upload: IO[bytes]) -> bytes:
    """The same picture as WebP, upright, at most 2400 pixels wide or high, without metadata.

    Drawn anew, so that nothing but pixels of what was sent is ever served.

    :raises ValidationFailed: `/background`, for anything but a PNG, JPEG or WebP of up to 8 MB
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _refused("too_large", _("The picture is larger than 8 MB. Make it smaller first."))
    wrong = _refused("not_a_picture", _("Choose a picture: PNG, JPEG or WebP."))
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _refused(
                    "too_many_pixels", _("The picture has more than 40 megapixels. Scale it down.")
                )
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise wrong from error
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _refused(code: str, detail: str) -> ValidationFailed:
    return refused("background", code, detail)


def plan_background_set(
    *, plan_id: int, upload: IO[bytes] | None, actor: Actor, now: datetime
) -> FloorPlan:
    """Put a picture behind a plan, or take it away; shown at once, as it moves no table.

    :raises ValidationFailed: `/background`
    """
    content = None if upload is None else picture_cleaned(upload)
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
