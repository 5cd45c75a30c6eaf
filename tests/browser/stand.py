"""A host at the stand: logged in, with a socket that never says anything."""

from __future__ import annotations

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from restaurants.models import Restaurant, Role
from tests.browser.conftest import OpenPage
from tests.factories import make_member


def stand(
    open_page: OpenPage,
    url: str,
    restaurant: Restaurant,
    *,
    width: int = 1280,
    dark: bool = False,
    lang: str = "en",
) -> Page:
    """A page of a host; go where you want with `page.goto`."""
    page = open_page("/accounts/login/", dark=dark, lang=lang)
    page.context.route_web_socket("**/ws/**", lambda _socket: None)
    client = Client()
    client.force_login(make_member(restaurant, Role.HOST, name="Maria Visser"))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    page.set_viewport_size({"width": width, "height": 800})
    return page
