"""Pictures people upload, made harmless before they are kept; logo and cover of a restaurant."""

from __future__ import annotations

import io
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import IO, Literal

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from reservehub.core.actors import Actor
from restaurants.models import Restaurant
from restaurants.services.config import config_save
from restaurants.services.rows import refused

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP")

PictureName = Literal["logo", "cover"]
LONGEST_SIDES: Mapping[PictureName, int] = {"logo": 512, "cover": 2000}


def picture_cleaned(upload: IO[bytes], name: str, longest: int) -> bytes:
    """The same picture as WebP, upright, at most so many pixels wide or high, without metadata.

    Drawn anew, so that nothing but pixels of what was sent is ever served.

    :param name: of the field it was sent in
    :raises ValidationFailed: for anything but a PNG, JPEG or WebP of up to 8 MB
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        text = _("The picture is larger than 8 MB. Make it smaller first.")
        raise refused(name, "too_large", text)
    too_many = refused(
        name, "too_many_pixels", _("The picture has more than 40 megapixels. Scale it down.")
    )
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise too_many
            picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise too_many from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        wrong = _("Choose a picture: PNG, JPEG or WebP.")
        raise refused(name, "not_a_picture", wrong) from error
    picture.thumbnail((longest, longest))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def restaurant_pictures_set(
    *,
    restaurant_id: int,
    pictures: Mapping[PictureName, bytes | None],
    actor: Actor,
    now: datetime,
) -> Restaurant:
    """Replace the logo, the cover or both, or (None) take them away.

    :param pictures: what `picture_cleaned` returned
    """
    written: list[str] = []
    try:
        with transaction.atomic():
            restaurant = Restaurant.objects.select_for_update(no_key=True).get(pk=restaurant_id)
            for name, content in pictures.items():
                old = getattr(restaurant, name).name or ""
                if content is None:
                    setattr(restaurant, name, "")
                else:
                    file = getattr(restaurant, name)
                    file.save(f"{secrets.token_hex(8)}.webp", ContentFile(content), save=False)
                    written.append(file.name)
                transaction.on_commit(partial(_discard, old), robust=True)
            config_save(instance=restaurant, actor=actor, now=now)
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise
    return restaurant


def _discard(path: str) -> None:
    """Delete a file that no restaurant shows any more; some share theirs."""
    if path and not Restaurant.objects.filter(Q(logo=path) | Q(cover=path)).exists():
        default_storage.delete(path)
