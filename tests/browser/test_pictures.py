"""The logo and the cover of a restaurant, uploaded in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test.utils import override_settings
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from restaurants.models import Restaurant, Role
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import check
from tests.browser.test_office import DESK, enter, member

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROFILE = f"{DESK}settings/profile/"


@pytest.fixture(autouse=True)
def _settled(open_page: OpenPage, complaints: list[str], tmp_path: Path) -> Iterator[None]:
    """The server of these tests has no sockets; the page copes, Chromium complains."""
    with override_settings(MEDIA_ROOT=tmp_path / "media"):
        yield
    complaints[:] = [text for text in complaints if "/ws/staff/" not in text]


def a_picture(path: Path, size: tuple[int, int]) -> Path:
    picture = Image.new("RGB", size, (150, 70, 40))
    ImageDraw.Draw(picture).ellipse((20, 20, size[0] - 20, size[1] - 20), fill=(240, 220, 180))
    picture.save(path)
    return path


@pytest.mark.parametrize(("scripts", "width"), [(True, 1280), (False, 360)])
def test_pictures_are_uploaded_seen_and_removed(
    open_page: OpenPage, restaurant: Restaurant, tmp_path: Path, scripts: bool, width: int
) -> None:
    page = open_page("/", scripts=scripts, dark=width > 1000 and scripts)
    page.set_viewport_size({"width": width, "height": 900})
    enter(page, member(restaurant, Role.MANAGER, "Olga Orlova"), page.url)
    page.goto(PROFILE)
    page.set_input_files("#id_logo", a_picture(tmp_path / "logo.png", (300, 300)))
    page.set_input_files("#id_cover", a_picture(tmp_path / "cover.jpg", (1500, 400)))
    page.get_by_role("button", name="Save").click()

    logo = page.get_by_role("img", name="The logo now")
    expect(logo).to_be_visible()
    expect(page.get_by_role("img", name="The cover picture now")).to_be_visible()
    for name in ("logo", "cover"):
        shown = page.locator(f"#id_{name}").locator("xpath=..").locator("img")
        assert shown.evaluate("one => one.naturalWidth") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if scripts:
        problems: list[str] = []
        check(page, "profile", problems)
        assert problems == []

    text = tmp_path / "menu.png"
    text.write_text("Soup of the day")
    page.set_input_files("#id_logo", text)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Choose a picture: PNG, JPEG or WebP.").first).to_be_visible()
    expect(logo).to_be_visible()

    page.get_by_label("Remove the logo").check()
    page.get_by_role("button", name="Save").click()
    expect(logo).to_have_count(0)
