"""The editor of floor plans: by mouse, by keyboard alone, by the form alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from restaurants.models import FloorPlan, Restaurant, Role, Table
from restaurants.services import plan_create, plan_publish
from tests.browser.conftest import OpenPage
from tests.browser.test_accessibility import check
from tests.factories import NOW, STAFF, make_member, make_restaurant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK = {"width": 1280, "height": 860}
Editor = Callable[..., Page]


@pytest.fixture
def house(transactional_db: Any) -> Restaurant:
    return make_restaurant(name="Bistro Anna", slug="bistro-anna", tables=(2, 4, 4, 6))


@pytest.fixture
def plan(house: Restaurant) -> FloorPlan:
    """Published: 1 to 4 in one row, at the top left."""
    plan = plan_create(restaurant=house, name="Ground floor", actor=STAFF, now=NOW)
    return plan_publish(plan_id=plan.pk, version=plan.version, actor=STAFF, now=NOW)


@pytest.fixture
def visit(open_page: OpenPage, house: Restaurant, live_server: Any) -> Editor:
    """Opens a page as the manager, on a desk."""

    def opened(path: str, **options: Any) -> Page:
        page = open_page("/healthz", **options)
        # This server speaks no WebSocket; what the socket does is tested elsewhere.
        page.route_web_socket("**/ws/**", lambda _socket: None)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        client = Client()
        client.force_login(make_member(house, Role.MANAGER, name="Maria"))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
        )
        page.goto(f"/staff/{house.slug}/{path}")
        return page

    return opened


@pytest.fixture
def editor(visit: Editor, plan: FloorPlan) -> Page:
    page = visit(f"plans/{plan.pk}/edit/")
    page.wait_for_selector("[data-editor][data-ready]")
    return page


def number(page: Page, text: str) -> Any:
    return page.locator("[data-key]").filter(has_text=text).first


def group(plan: FloorPlan, text: str) -> str:
    return f'[data-key="t{plan.restaurant.tables.get(number=text).pk}"]'


def saved(page: Page) -> None:
    expect(page.locator("[data-saved]")).to_have_attribute("data-state", "saved")


def publish(page: Page) -> None:
    saved(page)
    page.click("text=Preview and publish")
    page.click("button:text-is('Publish')")
    page.wait_for_selector("text=is published")


def spot(plan: FloorPlan, text: str) -> tuple[int, int]:
    table = Table.objects.get(restaurant=plan.restaurant, number=text)
    return table.placement.x, table.placement.y


def drag(page: Page, selector: str, dx: int, dy: int) -> None:
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=4)
    page.mouse.move(x + dx, y + dy, steps=4)
    page.wait_for_timeout(60)
    page.mouse.up()


def test_a_table_is_moved_with_the_mouse_and_published(editor: Page, plan: FloorPlan) -> None:
    before = spot(plan, "1")
    drag(editor, f"{group(plan, '1')} .t-top", 200, 150)
    saved(editor)
    assert spot(plan, "1") == before
    publish(editor)
    after = spot(plan, "1")
    assert after[0] > before[0] + 100
    assert after[1] > before[1] + 100
    assert after[0] % 10 == after[1] % 10 == 0


def test_a_table_is_resized_turned_and_brought_back(editor: Page, plan: FloorPlan) -> None:
    top = f"{group(plan, '4')} .t-top"
    drag(editor, top, 0, 200)
    width = int(editor.input_value("#f-width"))
    drag(editor, '[data-handle="resize"]', 60, 0)
    assert int(editor.input_value("#f-width")) > width
    drag(editor, '[data-handle="rotate"]', 80, 40)
    assert int(editor.input_value("#f-rotation")) % 15 == 0
    assert int(editor.input_value("#f-rotation")) > 0
    for _ in range(3):
        editor.click("[data-tool=undo]")
    assert editor.input_value("#f-rotation") == "0"
    assert int(editor.input_value("#f-width")) == width
    expect(editor.locator("[data-tool=undo]")).to_be_disabled()
    editor.click("[data-tool=redo]")
    saved(editor)


def test_tables_are_added_and_combined_with_the_mouse(editor: Page, plan: FloorPlan) -> None:
    editor.click("[data-do=add]")
    expect(editor.locator("[data-title]")).to_have_text("Table 5")
    editor.click(f"{group(plan, '2')} .t-top")
    editor.click(f"{group(plan, '3')} .t-top", modifiers=["Shift"])
    editor.click("[data-combine]")
    publish(editor)
    assert Table.objects.filter(restaurant=plan.restaurant, number="5").exists()
    combination = plan.restaurant.combinations.get()
    assert (combination.name, combination.min_party, combination.max_party) == ("2 + 3", 5, 8)


def test_everything_by_keyboard_alone(editor: Page, plan: FloorPlan) -> None:
    before = spot(plan, "1")
    keys = editor.keyboard
    for _ in range(40):
        keys.press("Tab")
        if editor.evaluate("document.activeElement.dataset.key"):
            break
    live = editor.locator("#live")
    keys.press("Enter")
    expect(live).to_contain_text("Table 1 grabbed")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowDown"):
        keys.press(key)
    expect(live).to_contain_text("2 right, 10 down")
    keys.press("Enter")
    expect(live).to_contain_text("Dropped.")
    keys.press("r")
    keys.press("Control+d")
    expect(live).to_contain_text("Table 5 added")
    keys.press("Control+z")
    keys.press("ArrowRight")
    keys.press("Delete")
    expect(live).to_contain_text("removed")
    keys.press("Control+z")
    keys.press("Enter")
    keys.press("ArrowRight")
    keys.press("Escape")
    expect(live).to_contain_text("Put back.")
    saved(editor)
    editor.focus("text=Preview and publish")
    keys.press("Enter")
    editor.wait_for_url("**/preview/")
    editor.focus("button:text-is('Publish')")
    keys.press("Enter")
    editor.wait_for_selector("text=is published")
    assert spot(plan, "1") == (before[0] + 20, before[1] + 100)
    assert Table.objects.get(restaurant=plan.restaurant, number="1").placement.rotation == 15
    assert plan.restaurant.tables.filter(is_active=True).count() == 4


def test_everything_by_the_form_alone(editor: Page, plan: FloorPlan) -> None:
    editor.select_option("#choose", label="3 · Main room · 4")
    for field, value in {
        "#f-number": "Window",
        "#f-seats": "5",
        "#f-x": "600",
        "#f-y": "400",
        "#f-width": "120",
        "#f-rotation": "90",
        "#f-area": "Terrace",
        "#f-features": "window, quiet",
    }.items():
        editor.fill(field, value)
        editor.press(field, "Tab")
    editor.select_option("#f-shape", "round")
    publish(editor)
    table = Table.objects.get(restaurant=plan.restaurant, number="Window")
    place = table.placement
    assert (table.seats, table.max_party, table.area.name) == (5, 5, "Terrace")
    assert table.features == ["window", "quiet"]
    assert (place.x, place.y, place.width, place.rotation, place.shape) == (
        *(600, 400, 120, 90),
        "round",
    )


def test_two_tables_with_one_number_are_pointed_out(editor: Page, plan: FloorPlan) -> None:
    editor.select_option("#choose", label="3 · Main room · 4")
    editor.fill("#f-number", "1")
    editor.press("#f-number", "Tab")
    expect(editor.locator(".fault-problem")).to_have_count(2)
    saved(editor)
    editor.click("text=Preview and publish")
    expect(editor.locator("button:text-is('Publish')")).to_be_disabled()
    expect(editor.locator("main")).to_contain_text("Two tables have the number 1")


def test_the_slower_of_two_editors_loses_nothing(
    visit: Editor, editor: Page, plan: FloorPlan
) -> None:
    other = visit(f"plans/{plan.pk}/edit/")
    other.wait_for_selector("[data-editor][data-ready]")
    for page, x in ((editor, "500"), (other, "700")):
        page.select_option("#choose", label="1 · Main room · 2")
        page.fill("#f-x", x)
        page.press("#f-x", "Tab")
        if page is editor:
            saved(editor)
    expect(other.locator("[data-conflict]")).to_be_visible()
    assert other.input_value("#f-x") == "700"
    other.click("[data-conflict-mine]")
    saved(other)
    plan.refresh_from_db()
    assert plan.draft is not None
    assert 700 in [table["x"] for table in plan.draft["tables"]]


def test_a_lost_connection_is_said_and_made_good(
    editor: Page, plan: FloorPlan, complaints: list[str]
) -> None:
    editor.context.set_offline(True)
    editor.select_option("#choose", label="1 · Main room · 2")
    editor.fill("#f-x", "500")
    editor.press("#f-x", "Tab")
    expect(editor.locator("[data-saved]")).to_have_attribute("data-state", "offline")
    editor.context.set_offline(False)
    saved(editor)
    complaints[:] = [one for one in complaints if "ERR_INTERNET_DISCONNECTED" not in one]


@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_in_the_way_of_anybody(visit: Editor, plan: FloorPlan, dark: bool) -> None:
    problems: list[str] = []
    page = visit("tables/", dark=dark)
    for path in (
        *("tables/", "tables/?view=list", "tables/new/"),
        *("plans/", f"plans/{plan.pk}/edit/", f"plans/{plan.pk}/preview/"),
    ):
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"/staff/bistro-anna/{path}")
            if path.endswith("edit/"):
                page.wait_for_selector("[data-editor][data-ready]")
                page.select_option("#choose", index=1)
            check(page, f"{path} at {width}", problems)
    assert not problems, "\n".join(problems)


def test_tables_are_kept_without_scripts(visit: Editor, house: Restaurant) -> None:
    page = visit("tables/", scripts=False)
    page.fill("#id_text", "2x2, bar 3")
    page.click("text=Make the tables")
    expect(page.locator("main")).to_contain_text("5 tables made: 5, 6, B1, B2, B3")
    page.click("text=+ New table")
    page.fill("#id_number", "1")
    page.fill("#id_seats", "8")
    page.click("button:text-is('Save')")
    expect(page.locator("main")).to_contain_text("Another table already has this number.")
    assert page.input_value("#id_seats") == "8"
    page.fill("#id_number", "80")
    page.click("button:text-is('Save')")
    expect(page.locator("main")).to_contain_text("Table 80 is made")
    page.locator("form[action$='/delete/'] button", has_text="80").click()
    expect(page.locator("main")).to_contain_text("Table 80 is deleted.")
    page.locator("form[action$='/archive/'] button", has_text="B3").click()
    expect(page.locator("main")).to_contain_text("Table B3 is archived.")
    page.click("text=Archived (1)")
    page.click("text=Use again")
    expect(page.locator("main")).to_contain_text("Table B3 can be booked again.")
