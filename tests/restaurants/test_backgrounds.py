from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.utils import override_settings
from PIL import Image

from reservehub.core.errors import ValidationFailed
from restaurants.models import FloorPlan
from restaurants.services import plan_background_set
from tests.factories import NOW, STAFF, make_restaurant


@pytest.fixture(autouse=True)
def _media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def plan(db: Any) -> FloorPlan:
    return FloorPlan.objects.create(restaurant=make_restaurant(), name="Ground floor")


def a_picture(kind: str = "PNG", size: tuple[int, int] = (300, 200), **options: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 180, 140)).save(out, kind, **options)
    out.seek(0)
    return out


def put(plan: FloorPlan, upload: io.BytesIO | None) -> FloorPlan:
    return plan_background_set(plan_id=plan.pk, upload=upload, actor=STAFF, now=NOW)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_kept_as_webp(plan: FloorPlan, kind: str) -> None:
    plan = put(plan, a_picture(kind))
    with Image.open(plan.background) as stored:
        assert (stored.format, stored.size) == ("WEBP", (300, 200))


def test_where_it_was_taken_is_not_kept(plan: FloorPlan) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    plan = put(plan, a_picture("JPEG", exif=exif))
    assert b"secret place" not in plan.background.read()


def test_a_large_picture_is_scaled_down(plan: FloorPlan) -> None:
    plan = put(plan, a_picture(size=(4800, 1200)))
    with Image.open(plan.background) as stored:
        assert stored.size == (2400, 600)


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a" + b"\0" * 50]
)
def test_what_is_no_picture_is_refused(plan: FloorPlan, content: bytes) -> None:
    with pytest.raises(ValidationFailed) as caught:
        put(plan, io.BytesIO(content))
    assert caught.value.errors[0].pointer == "/background"


def test_a_broken_picture_is_refused(plan: FloorPlan) -> None:
    half = a_picture(size=(900, 900)).getvalue()[:900]
    with pytest.raises(ValidationFailed):
        put(plan, io.BytesIO(half))


def test_too_much_is_refused(plan: FloorPlan) -> None:
    with pytest.raises(ValidationFailed):
        put(plan, io.BytesIO(b"\0" * (8 * 1024 * 1024 + 1)))
    with pytest.raises(ValidationFailed):
        put(plan, a_picture(size=(8000, 6000)))


@pytest.mark.django_db(transaction=True)
def test_the_old_file_goes_when_another_comes(plan: FloorPlan, tmp_path: Path) -> None:
    put(plan, a_picture())
    put(plan, a_picture())
    assert len(list(tmp_path.rglob("*.webp"))) == 1
    assert not put(plan, None).background
    assert not list(tmp_path.rglob("*.webp"))
