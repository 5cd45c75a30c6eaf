"""The host stand as hosts use it: by keyboard, by tap, by drag, on two tablets, in any light."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from itertools import combinations
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, Route, expect

from bookings.availability import Channel
from bookings.floor import TableState
from bookings.lifecycle import Status
from bookings.models import Reservation
from bookings.selectors import tables_of
from bookings.services import reservation_arrive, reservation_cancel, reservation_create
from reservehub.core import clock
from restaurants.models import Restaurant
from tests.browser.conftest import AXE, LOOKS
from tests.browser.floor import DESK, PHONE, OpenFloor, floors, state, table
from tests.browser.test_accessibility import CONTRAST, RUN, WIDER
from tests.factories import GUEST, NOW, STAFF, a_request, make_member, make_restaurant
from tests.staff.evening import EVENING
from tests.staff.states import make_states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PANEL = "#panel [data-panel]"
SEAT = '#panel [data-step="seat"].next-action'
FINISH = '#panel [data-step="finish"].next-action'


@pytest.fixture(autouse=True)
def _friday_evening(transactional_db: Any) -> Iterator[None]:
    with clock.freeze(EVENING):
        yield


@pytest.fixture
def house() -> Restaurant:
    """Tables 1-4 for four; Anna is booked at 19:45 at table 1."""
    return make_restaurant(tables=(4, 4, 4, 4), name="Bistro Anna", slug="bistro-anna")


@pytest.fixture
def anna(house: Restaurant) -> Reservation:
    return book(house, "1")


@pytest.fixture
def open_floor(chromium: Browser, house: Restaurant) -> Iterator[OpenFloor]:
    with floors(chromium, house) as opened:
        yield opened


def book(house: Restaurant, number: str, **fields: Any) -> Reservation:
    at = (house.tables.get(number=number).pk,)
    wish = {"guest_name": "Anna de Vries", "party_size": 4, "table_ids": at} | fields
    wish.setdefault("time", (EVENING + timedelta(hours=2, minutes=5)).time())
    return reservation_create(request=a_request(house, **wish), actor=STAFF, now=NOW).reservation


def numbers(reservation: Reservation) -> list[str]:
    return [one.number for one in tables_of([reservation])[reservation.pk]]


def drawn(page: Page, number: str) -> Image.Image:
    """What is to be seen of a table."""
    return Image.open(BytesIO(page.locator(table(page, number)).screenshot())).convert("RGB")


def quiet(page: Page) -> None:
    """The double-tap guard has passed."""
    page.wait_for_timeout(700)


# --- Two tablets ----------------------------------------------------------------------------------


def test_a_change_on_one_tablet_recolours_the_other(
    open_floor: OpenFloor, anna: Reservation
) -> None:
    one, other = open_floor(), open_floor(dark=True)
    state(other, "1", "soon")
    before = drawn(other, "1").resize((1, 1)).getpixel((0, 0))
    one.locator(table(one, "1")).click()
    one.locator(SEAT).click()
    for page in (one, other):
        state(page, "1", "seated")
    after = drawn(other, "1").resize((1, 1)).getpixel((0, 0))
    assert isinstance(before, tuple)
    assert isinstance(after, tuple)
    assert after[0] - before[0] > 60, "the table is not drawn red"
    assert after[0] - after[1] > 40, "the table is not drawn red"
    expect(other.locator("#floor-summary dd").first).to_have_text("4")


def test_a_tablet_that_was_offline_is_right_within_two_seconds(
    open_floor: OpenFloor, anna: Reservation
) -> None:
    page = open_floor()
    page.context.set_offline(True)
    expect(page.locator("html")).to_have_attribute("data-connection", "offline", timeout=12_000)
    reservation_arrive(reservation_id=anna.pk, actor=STAFF, now=EVENING)
    page.locator(table(page, "2")).click()
    expect(page.locator("#toasts")).to_contain_text("No connection")
    page.wait_for_timeout(30_000)
    state(page, "1", "soon")
    page.context.set_offline(False)
    wanted = page.locator(table(page, "1"))
    expect(wanted).to_have_attribute("data-state", "arrived", timeout=2000)


def test_the_slower_of_two_hosts_learns_who_was_faster(
    open_floor: OpenFloor, house: Restaurant, anna: Reservation
) -> None:
    one, other = (
        open_floor(who=make_member(house, name=f"{name} Visser")) for name in ("Maria", "Pim")
    )
    for page in (one, other):
        page.locator(table(page, "1")).click()
        expect(page.locator(SEAT)).to_be_visible()
        # As if both had tapped before either heard of the other.
        page.evaluate("document.dispatchEvent = () => true")
    one.locator(SEAT).click()
    expect(one.locator(FINISH)).to_be_visible()
    other.locator(SEAT).click()
    problem = other.locator('#panel [role="alert"]')
    expect(problem).to_contain_text("Somebody was faster")
    expect(problem).to_contain_text("Maria Visser")
    expect(problem).to_contain_text("Confirmed → Seated")
    expect(other.locator(FINISH)).to_be_visible()
    anna.refresh_from_db()
    assert (anna.status, anna.version) == (Status.SEATED, 2)


# --- Without a mouse ------------------------------------------------------------------------------


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_a_whole_service_by_keyboard(
    open_floor: OpenFloor, house: Restaurant, anna: Reservation
) -> None:
    page = open_floor()
    page.locator("[data-stage]").focus()
    press(page, "Tab")
    expect(page.locator(table(page, "1"))).to_be_focused()
    # Arrive: under More, the first of the further actions.
    press(page, "Enter")
    expect(page.locator(SEAT)).to_be_focused()
    press(page, "Tab", "Enter", "Tab", "Enter")
    state(page, "1", "arrived")
    expect(page.locator("#panel-title")).to_be_focused()
    # Back to the plan, grab, two tables on, drop.
    press(page, "Escape")
    expect(page.locator(table(page, "1"))).to_be_focused()
    press(page, "m")
    expect(page.locator("#live")).to_contain_text("4 Anna grabbed from table 1")
    press(page, "ArrowRight")
    expect(page.locator("#live")).to_contain_text("Table 2: free")
    press(page, "ArrowRight", "Enter")
    state(page, "3", "arrived")
    state(page, "1", "available")
    expect(page.locator("#toasts")).to_contain_text("Anna de Vries moved to 3")
    # Seat, take it back, seat again, finish.
    press(page, "Escape", "Enter")
    expect(page.locator(SEAT)).to_be_focused()
    quiet(page)
    press(page, "Enter")
    state(page, "3", "seated")
    press(page, "Control+z")
    state(page, "3", "arrived")
    expect(page.locator("#toasts")).to_contain_text("Undone: Anna de Vries")
    press(page, "Escape", "Enter")
    quiet(page)
    press(page, "Enter")
    state(page, "3", "seated")
    expect(page.locator("#toasts")).to_contain_text("Anna de Vries seated at 3")
    press(page, "Escape", "Enter")
    expect(page.locator(FINISH)).to_be_focused()
    quiet(page)
    press(page, "Enter")
    expect(page.locator("#toasts")).to_contain_text("Anna de Vries has left")
    state(page, "3", "available")
    # A walk-in of two at the table on the left.
    press(page, "Escape", "ArrowLeft", "Enter")
    expect(page.locator('#panel [name="party_size"][value="1"]')).to_be_focused()
    press(page, "Tab", "Enter")
    state(page, "2", "seated")
    walk_in = house.reservations.get(source="walk_in")
    assert (walk_in.party_size, numbers(walk_in)) == (2, ["2"])


def test_undo_before_the_answer_takes_back_what_is_under_way(
    open_floor: OpenFloor, anna: Reservation
) -> None:
    page = open_floor()
    under_way: list[Route] = []
    page.locator(table(page, "1")).click()
    page.get_by_text("More", exact=True).first.click()
    page.locator('#panel [data-step="arrive"]').click()
    expect(page.locator("#toasts")).to_contain_text("Anna de Vries has arrived")
    quiet(page)
    page.route(re.compile("/seat/$"), lambda route: under_way.append(route))  # noqa: PLW0108
    with page.expect_request(re.compile("/seat/$")):
        page.locator(SEAT).click()
    press(page, "Control+z")
    page.wait_for_timeout(200)
    under_way[0].continue_()
    expect(page.locator("#toasts")).to_contain_text("Undone: Anna de Vries is “Arrived” again")
    anna.refresh_from_db()
    assert anna.status == Status.ARRIVED


def test_a_whole_service_by_taps_on_a_phone(
    open_floor: OpenFloor, house: Restaurant, anna: Reservation
) -> None:
    page = open_floor(size=PHONE, touch=True)
    # Seat in two taps.
    page.locator(table(page, "1")).tap()
    page.locator(SEAT).tap()
    state(page, "1", "seated")
    # Undo in one.
    page.locator("#toasts button").tap()
    state(page, "1", "soon")
    quiet(page)
    # Move: legal tables light up, the best is starred.
    page.locator("#panel details.more > summary").tap()
    page.locator("#panel .more-actions [data-move]").tap()
    expect(page.locator(table(page, "2"))).to_have_attribute("data-legal", "best")
    expect(page.locator(table(page, "2")).locator(".t-star")).to_have_count(1)
    page.locator(table(page, "2")).tap()
    state(page, "2", "soon")
    # Seat and finish: the panel stays, so that is one tap each.
    quiet(page)
    page.locator(SEAT).tap()
    state(page, "2", "seated")
    quiet(page)
    page.locator(FINISH).tap()
    state(page, "2", "available")
    # A walk-in in two taps.
    page.locator("[data-close-panel]").tap()
    page.locator(table(page, "3")).tap()
    page.locator('#panel [name="party_size"][value="3"]').tap()
    state(page, "3", "seated")
    assert house.reservations.get(source="walk_in").party_size == 3
    assert page.evaluate(WIDER) == 0


# --- By drag --------------------------------------------------------------------------------------


def drag(page: Page, source: str, target: str) -> None:
    start, end = (page.locator(one).bounding_box() for one in (source, target))
    assert start
    assert end
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    with page.expect_response("**/seats/"):
        page.mouse.move(start["x"] + 60, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    expect(page.locator(target)).to_have_class("table is-target")
    page.mouse.up()


def test_a_party_is_dragged_to_another_table_and_back_by_undo(
    open_floor: OpenFloor, anna: Reservation
) -> None:
    reservation_arrive(reservation_id=anna.pk, actor=STAFF, now=EVENING)
    page = open_floor()
    drag(page, table(page, "1"), table(page, "4"))
    state(page, "4", "arrived")
    assert numbers(anna) == ["4"]
    page.keyboard.press("Control+z")
    state(page, "1", "arrived")
    assert numbers(anna) == ["1"]


def test_a_drop_on_a_taken_table_says_who_and_offers_to_swap(
    open_floor: OpenFloor, house: Restaurant, anna: Reservation
) -> None:
    bram = book(house, "2", guest_name="Bram Jansen")
    for one in (anna, bram):
        reservation_arrive(reservation_id=one.pk, actor=STAFF, now=EVENING)
    page = open_floor()
    drag(page, table(page, "1"), table(page, "2"))
    problem = page.locator('#panel [role="alert"]')
    expect(problem).to_contain_text("taken")
    expect(problem.get_by_role("button", name="Move to 3")).to_be_visible()
    assert numbers(anna) == ["1"]
    problem.get_by_role("button", name="Swap with Bram").click()
    expect(page.locator(table(page, "2"))).to_contain_text("Anna")
    expect(page.locator(table(page, "1"))).to_contain_text("Bram")
    assert (numbers(anna), numbers(bram)) == (["2"], ["1"])


def test_a_party_without_a_table_is_dragged_from_the_tray(
    open_floor: OpenFloor, house: Restaurant
) -> None:
    others = [book(house, number, guest_name="Somebody Else") for number in "1234"]
    insisted = {"overrides": frozenset({"capacity"}), "channel": Channel.IN_HOUSE, "table_ids": ()}
    lost = book(house, "1", guest_name="Mila Lost", **insisted)
    reservation_cancel(reservation_id=others[2].pk, actor=STAFF, now=EVENING)
    page = open_floor()
    expect(page.locator("#floor-summary")).to_contain_text("without a table")
    drag(page, ".tray .ticket", table(page, "3"))
    expect(page.locator(table(page, "3"))).to_contain_text("Mila")
    expect(page.locator(".tray")).to_have_count(0)
    assert numbers(lost) == ["3"]


# --- For everybody's eyes -------------------------------------------------------------------------


def greys(page: Page, wanted: dict[str, str]) -> dict[str, Image.Image]:
    """Each state without colour and without words."""
    page.locator("[data-plan] text").evaluate_all("all => all.forEach(one => one.remove())")
    return {name: drawn(page, number).convert("L") for name, number in wanted.items()}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_all_states_are_told_apart_without_colour(chromium: Browser, dark: bool) -> None:
    house, tables = make_states()
    with floors(chromium, house) as opened:
        page = opened(dark=dark)
        for name, one in tables.items():
            state(page, one.number, name)
        found = greys(page, {name: one.number for name, one in tables.items()})
    size = (110, 110)
    alike = []
    for (here, first), (there, second) in combinations(found.items(), 2):
        gap = ImageChops.difference(first.resize(size), second.resize(size))
        strong = gap.point(lambda value: 255 if value > 48 else 0)
        if ImageStat.Stat(strong).mean[0] / 255 < 0.012:
            alike.append((here, there))
    assert not alike
    assert len(found) == len(TableState)


@pytest.mark.parametrize(("lang", "dark"), LOOKS)
def test_the_floor_is_accessible(chromium: Browser, lang: str, dark: bool) -> None:
    house, tables = make_states()
    run = CONTRAST if dark else RUN
    problems: list[str] = []
    with floors(chromium, house) as opened:
        page = opened(lang=lang, dark=dark, size=PHONE if dark else DESK)
        for name in ("", "available", "late", "seated", "cleaning", "blocked"):
            if name:
                page.locator(table(page, tables[name].number)).click()
                expect(page.locator(PANEL)).to_have_attribute("data-table-id", str(tables[name].pk))
                for fold in page.locator("#panel details").all():
                    fold.evaluate("one => { one.open = true }")
            page.evaluate(AXE.read_text())
            problems += [f"{name}: {found}" for found in page.evaluate(run)]
            if page.evaluate(WIDER) > 0:
                problems.append(f"{name}: wider than the screen")
    assert not problems, "\n".join(problems)


def test_the_language_of_a_tablet_moves_no_table(chromium: Browser) -> None:
    house, tables = make_states()
    with floors(chromium, house) as opened:
        boxes = [
            opened(lang=lang).locator(f'[data-table="{tables["late"].pk}"] .t-sign').bounding_box()
            for lang in ("en", "ru")
        ]
    assert boxes[0]
    assert boxes[1]
    assert abs(boxes[0]["x"] - boxes[1]["x"]) < 3


def test_requests_are_confirmed_on_the_plan(open_floor: OpenFloor, house: Restaurant) -> None:
    house.policy.confirmation_mode = "approval"
    house.policy.save()
    asked = reservation_create(
        request=a_request(
            house, party_size=4, time=(EVENING + timedelta(hours=2, minutes=5)).time()
        ),
        actor=GUEST,
        now=NOW,
    ).reservation
    [number] = numbers(asked)
    page = open_floor("?time=20:00")
    state(page, number, "pending")
    page.locator(table(page, number)).click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    state(page, number, "confirmed")
    asked.refresh_from_db()
    assert asked.status == Status.CONFIRMED


def test_the_slider_shows_another_moment_and_live_returns(
    open_floor: OpenFloor, anna: Reservation
) -> None:
    page = open_floor()
    state(page, "1", "soon")
    page.locator("#moment-time").focus()
    page.keyboard.press("ArrowRight")
    state(page, "1", "confirmed")
    expect(page.locator("[data-floor]")).to_have_attribute("data-live", "false")
    page.locator('.segments a:has-text("Live")').click()
    state(page, "1", "soon")
    expect(page.locator("[data-floor]")).to_have_attribute("data-live", "true")
