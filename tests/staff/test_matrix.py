"""Every page of the staff area, asked for by everybody: who gets what; none is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.urls.converters import IntConverter

from reservehub.core import clock
from restaurants.models import Restaurant, Role
from staff import urls
from tests.factories import NOW, make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db

PEOPLE = ("anonymous", "customer", "other owner", "marketing", "viewer", "host", "manager", "owner")

NOBODY = {"anonymous": 302, "customer": 404, "other owner": 404}
"""Strangers do not learn that the restaurant exists."""
POST_ONLY = dict.fromkeys(PEOPLE, 405)


def allowed(*people: str, ok: int = 200) -> dict[str, int]:
    """Only these; other members are refused by name."""
    return NOBODY | {one: ok if one in people else 403 for one in PEOPLE[3:]}


READERS = allowed("viewer", "host", "manager", "owner")
WRITERS = allowed("host", "manager", "owner")
CONFIGURERS = allowed("manager", "owner")
OWNERS = allowed("owner")
NO_SUCH_CONFIG = allowed("manager", "owner", ok=404)
GUEST_READERS = allowed("marketing", "host", "manager", "owner")
MARKETERS = allowed("marketing", "manager", "owner")
NO_SUCH_GUEST = allowed("host", "manager", "owner", ok=404)
NOTHING_TO_READ = allowed("marketing", "host", "manager", "owner", ok=404)
NOTHING_TO_MARKET = allowed("marketing", "manager", "owner", ok=404)

EXPECTED: dict[str, dict[str, int]] = {
    "home": dict.fromkeys(PEOPLE, 302) | {"customer": 404},
    "start": dict.fromkeys(PEOPLE, 200) | {"anonymous": 302},
    "start-where": dict.fromkeys(PEOPLE, 302),
    "start-step": OWNERS,
    "qr": CONFIGURERS,
    "invitation": dict.fromkeys(PEOPLE, 404),
    "floor": READERS,
    "table-panel": allowed("viewer", "host", "manager", "owner", ok=404),
    "reservation-panel": allowed("viewer", "host", "manager", "owner", ok=404),
    "seats": allowed("host", "manager", "owner", ok=404),
    "messages": allowed("host", "manager", "owner", ok=404),
    **dict.fromkeys(
        ("messages-reply", "messages-seen", "messages-again", "messages-arrived"), POST_ONLY
    ),
    "step": POST_ONLY,
    "swap": POST_ONLY,
    "walk-in": POST_ONLY,
    "table-block": POST_ONLY,
    "table-unblock": POST_ONLY,
    "table-clean": POST_ONLY,
    "list": READERS,
    "alerts": READERS,
    "waitlist": READERS,
    "timeline": READERS,
    "move": POST_ONLY,
    "heat": READERS,
    "book": WRITERS,
    "edit": allowed("host", "manager", "owner", ok=404),
    "tables": READERS,
    "table-create": CONFIGURERS,
    "table-paste": POST_ONLY,
    "table-edit": NO_SUCH_CONFIG,
    "table-archive": POST_ONLY,
    "table-unarchive": POST_ONLY,
    "table-delete": POST_ONLY,
    "plans": CONFIGURERS,
    "plan-create": POST_ONLY,
    "plan-change": POST_ONLY,
    "plan-edit": NO_SUCH_CONFIG,
    "plan-draft": POST_ONLY,
    "plan-preview": NO_SUCH_CONFIG,
    "plan-publish": POST_ONLY,
    "plan-discard": POST_ONLY,
    "settings": CONFIGURERS,
    "settings-pause": POST_ONLY,
    "settings-why": CONFIGURERS,
    "settings-messages": CONFIGURERS,
    "settings-words": CONFIGURERS,
    "settings-words-preview": POST_ONLY,
    "settings-words-reset": POST_ONLY,
    "settings-kind": CONFIGURERS,
    "settings-add": CONFIGURERS,
    "settings-edit": NOBODY
    | {"marketing": 403, "viewer": 403, "host": 403, "manager": 404, "owner": 404},
    "settings-delete": POST_ONLY,
    "team": OWNERS,
    "team-invite": POST_ONLY,
    "team-second-factor": POST_ONLY,
    "team-role": POST_ONLY,
    "team-remove": POST_ONLY,
    "team-resend": POST_ONLY,
    "team-revoke": POST_ONLY,
    "guests": GUEST_READERS,
    "guest": NOTHING_TO_READ,
    "guest-edit": NO_SUCH_GUEST,
    "guest-note": NO_SUCH_GUEST,
    "guest-tags": NOTHING_TO_READ,
    **dict.fromkeys(
        (
            *("guest-known", "guest-vip", "guest-block"),
            *("guest-note-add", "guest-note-remove", "guest-note-resolve"),
        ),
        POST_ONLY,
    ),
    "tags": GUEST_READERS,
    "tag-add": CONFIGURERS,
    "tag-edit": NO_SUCH_CONFIG,
    "tag-delete": POST_ONLY,
    "tags-suggested": POST_ONLY,
    "segments": GUEST_READERS,
    "segment": NOTHING_TO_READ,
    "segment-add": MARKETERS,
    "segment-edit": NOTHING_TO_MARKET,
    **dict.fromkeys(("segment-count", "segment-delete", "segment-export"), POST_ONLY),
    "campaigns": MARKETERS,
    "campaign-add": MARKETERS,
    **dict.fromkeys(
        ("campaign", "campaign-edit", "campaign-start", "campaign-progress"), NOTHING_TO_MARKET
    ),
    "campaign-step": POST_ONLY,
    "reviews": READERS,
    "review-moderate": POST_ONLY,
    "review-answer": POST_ONLY,
    "duplicates": CONFIGURERS,
    "duplicates-compare": NO_SUCH_CONFIG,
    **dict.fromkeys(("duplicates-merge", "duplicate-apart", "merge-undo"), POST_ONLY),
    "imports": CONFIGURERS,
    **dict.fromkeys(("import", "import-progress", "import-errors"), NO_SUCH_CONFIG),
    **dict.fromkeys(("import-start", "import-discard"), POST_ONLY),
    "loyalty": CONFIGURERS,
    **dict.fromkeys(("guest-points-redeem", "guest-points-correct"), POST_ONLY),
    "privacy": CONFIGURERS,
    "guest-privacy": NO_SUCH_CONFIG,
    "guest-privacy-export": POST_ONLY,
    "waitlist-add": WRITERS,
    "waitlist-settings": CONFIGURERS,
    "waitlist-numbers": READERS,
    **dict.fromkeys(("waitlist-notify", "waitlist-remove"), POST_ONLY),
    "queue": READERS,
    "queue-settings": CONFIGURERS,
    **dict.fromkeys(("queue-add", "queue-step"), POST_ONLY),
    "waits": CONFIGURERS,
    # Who may configure may also charge and refund; hosts may neither.
    **dict.fromkeys(("payments", "payments-numbers"), CONFIGURERS),
    **dict.fromkeys(("payment", "payment-step", "deposit-ask"), NO_SUCH_CONFIG),
    **dict.fromkeys(("payment-settle", "payment-difference"), NO_SUCH_CONFIG),
    **dict.fromkeys(("payment-ask", "payments-export", "dispute-evidence"), POST_ONLY),
    **dict.fromkeys(
        ("settings-deposits", "settings-deposits-account", "deposit-rule-add"), CONFIGURERS
    ),
    "deposit-rule": NO_SUCH_CONFIG,
    **dict.fromkeys(("deposit-rule-switch", "deposit-rule-delete"), POST_ONLY),
    "switch": READERS,
    "switch-lock": POST_ONLY,
    "switch-share": POST_ONLY,
    "switch-unshare": POST_ONLY,
    "switch-pin": POST_ONLY,
}
"""Answers to GET by name of the address."""

WITHOUT_SLUG: dict[str, dict[str, Any]] = {
    "home": {},
    "start": {},
    "start-where": {},
    "invitation": {"token": "unknown"},
}
"""Pages of no particular restaurant, with their arguments."""

ARGUMENTS: dict[str, dict[str, Any]] = {
    **{
        n: {"kind": "confirmed", "language": "en"}
        for n in ("settings-words", "settings-words-preview", "settings-words-reset")
    },
    "step": {"step": "seat"},
    "start-step": {"step": "hours"},
    "campaign-step": {"step": "pause"},
    "queue-step": {"step": "ready"},
    "payment-step": {"step": "refund"},
    **{
        n: {"kind": "hours"}
        for n in ("settings-kind", "settings-add", "settings-edit", "settings-delete")
    },
}
"""Arguments besides the slug and the numbers, by name of the address."""


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


def pages(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns)
        elif pattern.name:
            yield pattern


def address(page: URLPattern, restaurant: Restaurant) -> str:
    """A page of the restaurant; its numbers are 0, which is nothing that exists."""
    numbers = {
        n: 0 for n, kind in page.pattern.converters.items() if isinstance(kind, IntConverter)
    }
    known = {"slug": restaurant.slug, **numbers, **ARGUMENTS.get(page.name or "", {})}
    arguments = WITHOUT_SLUG.get(page.name or "", known)
    return reverse(f"staff:{page.name}", kwargs=arguments)


PAGES = {page.name: page for page in pages(urls.urlpatterns)}


def test_no_page_is_forgotten() -> None:
    assert set(PAGES) == set(EXPECTED)


@pytest.fixture
def restaurant() -> Restaurant:
    return make_restaurant()


@pytest.fixture(params=PEOPLE)
def person(request: pytest.FixtureRequest, restaurant: Restaurant) -> tuple[str, Client]:
    client, name = Client(), str(request.param)
    if name == "customer":
        client.force_login(make_user())
    elif name == "other owner":
        client.force_login(make_member(make_restaurant(), Role.OWNER))
    elif name != "anonymous":
        client.force_login(make_member(restaurant, Role(name)))
    return name, client


def test_everybody_gets_the_expected_page(
    person: tuple[str, Client], restaurant: Restaurant
) -> None:
    who, client = person
    answers = {
        name: client.get(address(page, restaurant)).status_code for name, page in PAGES.items()
    }
    assert answers == {name: expected[who] for name, expected in EXPECTED.items()}
