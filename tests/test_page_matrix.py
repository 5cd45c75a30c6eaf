"""Every page of the site, asked for by everybody: who gets what, and that no page is forgotten.

The API and the admin have matrices of their own (tests/api/test_matrix.py,
tests/restaurants/admin/test_who_sees_what.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from bookings.models import Reservation
from bookings.selectors import manage_token_of, view_token_of
from bookings.services import reservation_create
from guests.services.privacy import privacy_link_create
from notifications.kinds import ChannelName
from notifications.unsubscribe import unsubscribe_token
from reservehub.core import clock
from restaurants.models import Restaurant, Role
from tests.factories import (
    GUEST,
    NOW,
    a_request,
    make_member,
    make_restaurant,
    make_user,
)
from tests.waitlist.evenings import offered
from tests.waitlist.queue.evening import wait_at_door
from waitlist.selectors import entry_token_of
from waitlist.selectors.queue import queue_token_of

pytestmark = pytest.mark.django_db

OTHERS = ("admin/", "api/", "^api/", "accounts/", "staff/")
"""Trees with their own matrix; `accounts/` is allauth's."""

PEOPLE = ("anonymous", "customer", "other owner", "host")
POST_ONLY = dict.fromkeys(PEOPLE, 405)
BACK = dict.fromkeys(PEOPLE, 302)
EVERYBODY = dict.fromkeys(PEOPLE, 200)
NOBODY = dict.fromkeys(PEOPLE, 404)
STAFF_ONLY = {"anonymous": 302, "customer": 404, "other owner": 404, "host": 200}
LOGGED_IN = dict.fromkeys(PEOPLE, 200) | {"anonymous": 302}

EXPECTED: dict[str, dict[str, int]] = {
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "set_language": BACK,
    "javascript-catalog": EVERYBODY,
    "home": EVERYBODY,
    "restaurant": EVERYBODY,
    "book": dict.fromkeys(PEOPLE, 303),
    "hold": POST_ONLY,
    "hold-extend": POST_ONLY,
    "hold-release": POST_ONLY,
    "manage": EVERYBODY,
    "manage-ics": EVERYBODY,
    "manage-change": EVERYBODY,
    "manage-cancel": EVERYBODY,
    "manage-late": POST_ONLY,
    "manage-reconfirm": POST_ONLY,
    # It costs nothing.
    **dict.fromkeys(
        ("manage-pay", "manage-pay-card", "manage-pay-back", "manage-pay-receipt"), NOBODY
    ),
    "manage-pay-more": POST_ONLY,
    # The simulator's own pages, which are for developers.
    **dict.fromkeys(("desk", "page", "challenge"), NOBODY),
    **dict.fromkeys(("dispute", "decide"), POST_ONLY),
    "view": EVERYBODY,
    "view-ics": EVERYBODY,
    "lookup": EVERYBODY,
    "account": LOGGED_IN,
    "guest-messages": EVERYBODY,
    "guest-messages-allow": POST_ONLY,
    "guest-messages-telegram": POST_ONLY,
    "guest-push-on": POST_ONLY,
    "guest-push-off": POST_ONLY,
    "push-renew": POST_ONLY,
    "service-worker": EVERYBODY,
    "unsubscribe": EVERYBODY,
    # Of payments, and of messages.
    "webhook": POST_ONLY,
    "notifications:webhook": NOBODY,
    "dev-outbox": NOBODY,
    "dev-outbox-letter": NOBODY,
    "hook": dict.fromkeys(PEOPLE, 405),
    "settings": STAFF_ONLY,
    "unlink": POST_ONLY,
    "remove": POST_ONLY,
    "reviews": EVERYBODY,
    "write": EVERYBODY,
    "guest-privacy": EVERYBODY,
    "stored": EVERYBODY,
    "export": POST_ONLY,
    "news": POST_ONLY,
    "health": POST_ONLY,
    "erase": EVERYBODY,
    "join": EVERYBODY,
    "entry": EVERYBODY,
    "entry-accept": POST_ONLY,
    "entry-decline": POST_ONLY,
    "entry-change": EVERYBODY,
    "entry-leave": EVERYBODY,
    "entry-resume": POST_ONLY,
    # Nobody joins from afar where the house has not allowed it.
    "queue-join": dict.fromkeys(PEOPLE, 409),
    "party": EVERYBODY,
    "party-coming": POST_ONLY,
    "party-leave": EVERYBODY,
}
"""GET with the right token. A link is the key: whoever has it, may (rule 76)."""

OF_BOOKING = [n for n in EXPECTED if n.startswith(("manage", "view", "guest-", "write"))]
OF_PERSON = ["stored", "export", "news", "health", "erase"]
OF_WAIT = [n for n in EXPECTED if n.startswith("entry")]
OF_PARTY = [n for n in EXPECTED if n.startswith("party")]
KEYED = [*OF_BOOKING, *OF_PERSON, *OF_WAIT, *OF_PARTY]
"""Behind a link that is the key to one thing."""

OF_RESTAURANT = {
    *("restaurant", "book", "hold", "hold-extend", "hold-release"),
    *("settings", "unlink", "reviews", "join", "queue-join"),
}


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def pages() -> dict[str, str]:
    """Namespaced name by plain name, of all pages outside the trees that are tested elsewhere; two
    of one name are told apart by their namespace.
    """
    found: dict[str, str] = {}
    for name, whole in _walk(get_resolver().url_patterns, "", ""):
        found[whole if name in found else name] = whole
    return found


def _walk(patterns: list[Any], prefix: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(OTHERS):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern.url_patterns, route, space + inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield pattern.name, space + pattern.name


def test_no_page_is_forgotten() -> None:
    assert set(pages()) == set(EXPECTED)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture
def reservation(restaurant: Restaurant) -> Reservation:
    return reservation_create(request=a_request(restaurant), actor=GUEST, now=NOW).reservation


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, restaurant: Restaurant) -> tuple[str, Client]:
    client, name = Client(), str(request.param)
    if name == "customer":
        client.force_login(make_user())
    elif name == "other owner":
        client.force_login(make_member(make_restaurant(), Role.OWNER))
    elif name == "host":
        client.force_login(make_member(restaurant, Role.HOST))
    return name, client


def address(name: str, restaurant: Restaurant, token: str) -> str:
    route = pages()[name]
    if name in KEYED or name == "unsubscribe":
        return reverse(route, args=[token])
    if name in OF_RESTAURANT:
        return reverse(route, args=[restaurant.slug])
    if name == "remove":
        return reverse(route, args=[restaurant.slug, 1])
    arguments: dict[str, list[object]] = {
        "webhook": ["nobody"],
        "notifications:webhook": ["nobody"],
        **{name: ["unknown"] for name in ("page", "challenge", "dispute", "decide")},
        "dev-outbox-letter": [1],
    }
    return reverse(route, args=arguments.get(name))


def test_everybody_gets_the_expected_page(
    person: tuple[str, Client], restaurant: Restaurant, reservation: Reservation
) -> None:
    who, client = person
    answers = {}
    tokens = {
        **dict.fromkeys(OF_PERSON, _token_of_person(reservation)),
        **dict.fromkeys(OF_WAIT, entry_token_of(offered(restaurant))),
        **dict.fromkeys(OF_PARTY, queue_token_of(wait_at_door(restaurant))),
        **dict.fromkeys(("view", "view-ics"), view_token_of(reservation)),
        "unsubscribe": unsubscribe_token(reservation, ChannelName.EMAIL),
    }
    for name in EXPECTED:
        token = tokens.get(name, manage_token_of(reservation))
        answers[name] = client.get(address(name, restaurant, token)).status_code
    assert answers == {name: expected[who] for name, expected in EXPECTED.items()}


def _token_of_person(reservation: Reservation) -> str:
    guest = reservation.guest
    assert guest is not None
    return privacy_link_create(guest_id=guest.pk, actor=GUEST, now=NOW).token


def test_no_one_opens_a_booking_without_its_link(
    person: tuple[str, Client], restaurant: Restaurant, reservation: Reservation
) -> None:
    _who, client = person
    for token in ("x" * 43, str(reservation.pk), reservation.reference, reservation.link_nonce):
        for name in KEYED:
            url = address(name, restaurant, token)
            answers = {client.get(url).status_code, client.post(url).status_code}
            assert answers <= {404, 405}, (name, token)


def test_a_link_for_looking_changes_nothing(
    person: tuple[str, Client], restaurant: Restaurant, reservation: Reservation
) -> None:
    _who, client = person
    token = view_token_of(reservation)
    for name in KEYED:
        if not name.startswith("view"):
            assert client.post(address(name, restaurant, token)).status_code in {404, 405}
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("confirmed", 1)


def test_get_never_changes_a_booking(
    person: tuple[str, Client], restaurant: Restaurant, reservation: Reservation
) -> None:
    """Mail scanners open every link (rule 76)."""
    _who, client = person
    for name in OF_BOOKING:
        client.get(address(name, restaurant, manage_token_of(reservation)))
    reservation.refresh_from_db()
    assert (reservation.status, reservation.version) == ("confirmed", 1)


@pytest.mark.parametrize("hidden", [{"is_public": False}, {"is_active": False}])
def test_a_hidden_restaurant_is_not_there(
    person: tuple[str, Client], restaurant: Restaurant, hidden: dict[str, bool]
) -> None:
    _who, client = person
    Restaurant.objects.filter(pk=restaurant.pk).update(**hidden)
    assert client.get(address("restaurant", restaurant, "")).status_code == 404
    assert restaurant.name not in client.get("/").content.decode()
    assert client.post(address("book", restaurant, "")).status_code == 404


@pytest.mark.parametrize("name", ["manage", "manage-change", "manage-cancel", "view"])
def test_pages_behind_a_link_are_kept_out_of_caches_and_search_engines(
    client: Client, restaurant: Restaurant, reservation: Reservation, name: str
) -> None:
    token = view_token_of(reservation) if name == "view" else manage_token_of(reservation)
    answer = client.get(address(name, restaurant, token))
    assert "no-store" in answer["Cache-Control"]
    # Plain no-referrer would send "Origin: null" with the page's own forms, which CSRF refuses.
    assert answer["Referrer-Policy"] == "no-referrer, same-origin"
    assert "noindex" in answer.get("X-Robots-Tag", "") + answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'self'" in policy or "default-src 'none'" in policy
