"""The logo and the cover on the profile page: uploaded, replaced, removed, refused."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import override_settings
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from reservehub.core import clock
from reservehub.core.models import AuditEntry
from restaurants.models import Restaurant, Role
from tests.factories import NOW, make_member, make_restaurant
from tests.staff.test_settings import typed

pytestmark = pytest.mark.django_db

PROFILE = "/staff/bistro-anna/settings/profile/"


@pytest.fixture(autouse=True)
def _settled(tmp_path: Path) -> Iterator[None]:
    with clock.freeze(NOW), override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def house() -> Restaurant:
    return make_restaurant(name="Bistro Anna", slug="bistro-anna")


@pytest.fixture
def office(house: Restaurant) -> Client:
    client = Client()
    client.force_login(make_member(house, Role.MANAGER))
    return client


def a_picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 180, 140)).save(out, kind, **options)
    return out.getvalue()


def a_png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that say they are a huge picture."""

    def chunk(name: bytes, data: bytes) -> bytes:
        crc = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def send(office: Client, name: str, content: bytes, filename: str = "x.png", **fields: Any) -> Any:
    upload = SimpleUploadedFile(filename, content, content_type="image/png")
    return office.post(PROFILE, typed(office.get(PROFILE)) | fields | {name: upload})


def files(tmp_path: Path) -> list[str]:
    return sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("name", ["logo", "cover"])
def test_a_picture_is_kept_shown_and_audited(
    office: Client, house: Restaurant, name: str, kind: str
) -> None:
    assert send(office, name, a_picture(kind), is_public="on").status_code == 303

    house.refresh_from_db()
    stored = getattr(house, name)
    with Image.open(stored) as picture:
        assert (picture.format, picture.size) == ("WEBP", (40, 30))
    assert stored.name.startswith(f"{name}s/")
    page = office.get(PROFILE).content.decode()
    assert f'src="{stored.url}"' in page
    assert f'name="remove_{name}"' in page
    assert stored.url in Client().get(house.get_absolute_url()).content.decode()
    entry = AuditEntry.objects.filter(action="restaurants.restaurant.changed").latest("pk")
    assert entry.after is not None
    assert entry.after[name] == stored.name


def test_the_form_sends_files(office: Client) -> None:
    page = office.get(PROFILE).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'name="remove_logo"' not in page, "there is nothing to remove"
    assert (
        'enctype="multipart/form-data"'
        not in office.get("/staff/bistro-anna/settings/policy/").content.decode()
    )


def test_where_a_photo_was_taken_is_not_kept(office: Client, house: Restaurant) -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    send(office, "cover", a_picture("JPEG", exif=exif))
    house.refresh_from_db()
    assert b"secret place" not in house.cover.read()


@pytest.mark.parametrize(("name", "longest"), [("logo", 512), ("cover", 2000)])
def test_a_large_picture_is_scaled_down(
    office: Client, house: Restaurant, name: str, longest: int
) -> None:
    send(office, name, a_picture("JPEG", (4000, 1000)))
    house.refresh_from_db()
    with Image.open(getattr(house, name)) as picture:
        assert picture.size == (longest, longest // 4)


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SVG, "Choose a picture: PNG, JPEG or WebP."),
        (b"Dear Sir or Madam", "Choose a picture: PNG, JPEG or WebP."),
        (b"GIF89a" + b"\0" * 50, "Choose a picture: PNG, JPEG or WebP."),
        (a_picture("JPEG", (900, 900))[:900], "Choose a picture: PNG, JPEG or WebP."),
        (a_png_that_claims(8000, 6000), "more than 40 megapixels"),
        (a_png_that_claims(60000, 60000), "more than 40 megapixels"),
        (b"\0" * (8 * 1024 * 1024 + 1), "larger than 8 MB"),
        (b"", "The submitted file is empty."),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_is_no_harmless_picture_is_refused(
    office: Client, house: Restaurant, tmp_path: Path, content: bytes, words: str
) -> None:
    answer = send(office, "logo", content, description="Typed before")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert "Typed before" in text, "what was typed is kept"
    house.refresh_from_db()
    assert (house.logo.name, house.description) == ("", "")
    assert files(tmp_path) == []


def test_a_picture_replaces_another_and_is_removed(
    office: Client,
    house: Restaurant,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    send(office, "logo", a_picture())
    first = files(tmp_path)
    with django_capture_on_commit_callbacks(execute=True):
        send(office, "logo", a_picture("JPEG"), remove_logo="on")
    second = files(tmp_path)
    assert len(first) == len(second) == 1
    assert first != second, "a new picture wins over the tick beside it"

    with django_capture_on_commit_callbacks(execute=True):
        changed = typed(office.get(PROFILE)) | {"remove_logo": "on"}
        assert office.post(PROFILE, changed).status_code == 303
    house.refresh_from_db()
    assert house.logo.name == ""
    assert files(tmp_path) == []


def test_a_file_that_another_restaurant_shows_stays(
    office: Client,
    house: Restaurant,
    tmp_path: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    send(office, "cover", a_picture())
    house.refresh_from_db()
    sister = make_restaurant()
    Restaurant.objects.filter(pk=sister.pk).update(cover=house.cover.name)

    with django_capture_on_commit_callbacks(execute=True):
        office.post(PROFILE, typed(office.get(PROFILE)) | {"remove_cover": "on"})

    assert files(tmp_path) == [house.cover.name]


def test_a_refused_form_asks_for_the_picture_again(
    office: Client, house: Restaurant, tmp_path: Path
) -> None:
    answer = send(office, "cover", a_picture(), country="Nowhere", city="Delft")

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose the picture again: it was not kept." in text
    assert 'value="Delft"' in text
    assert files(tmp_path) == []


@pytest.mark.parametrize("role", [Role.HOST, Role.VIEWER])
def test_who_may_not_configure_uploads_nothing(
    office: Client, house: Restaurant, tmp_path: Path, role: str
) -> None:
    form = typed(office.get(PROFILE))
    member = Client()
    member.force_login(make_member(house, role))

    answer = member.post(PROFILE, form | {"logo": SimpleUploadedFile("x.png", a_picture())})

    assert answer.status_code == 403
    assert files(tmp_path) == []
