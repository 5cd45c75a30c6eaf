"""Sign-up, log-in and a customer's own bookings (requirement A1)."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from bookings.services import reservation_cancel, reservation_create
from restaurants.models import Restaurant
from tests.factories import GUEST, NOW, a_request, make_user
from tests.pages.conftest import text_of

pytestmark = pytest.mark.django_db


def test_a_customer_signs_up_verifies_and_logs_in(client: Client) -> None:
    data = {"email": "mila@example.com", "password1": "soup-of-1000", "password2": "soup-of-1000"}
    assert client.post("/accounts/signup/", data).status_code == 302
    link = re.search(r"/accounts/confirm-email/\S+", str(mail.outbox[0].body))
    assert link is not None
    assert client.get(link[0]).status_code == 200
    client.post(link[0])
    response = client.post(
        "/accounts/login/", {"login": "mila@example.com", "password": "soup-of-1000"}
    )
    assert response.status_code == 302
    assert "Nothing is booked." in text_of(client.get("/account/"))


def test_a_forgotten_password_is_replaced(client: Client) -> None:
    make_user("mila@example.com")
    client.post("/accounts/password/reset/", {"email": "mila@example.com"})
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert link is not None
    form = client.get(link[0], follow=True)
    where = form.redirect_chain[-1][0]
    new = {"password1": "another-soup-7", "password2": "another-soup-7"}
    assert client.post(where, new).status_code == 302
    assert client.login(email="mila@example.com", password="another-soup-7")


@pytest.mark.parametrize("page", ["login", "signup", "password/reset", "password/reset/done"])
def test_the_pages_share_the_design(client: Client, page: str) -> None:
    text = text_of(client.get(f"/accounts/{page}/"))
    assert "css/site.css" in text
    assert "Skip to the content" in text


def test_a_wrong_password_is_explained_in_the_summary(client: Client) -> None:
    page = text_of(client.post("/accounts/login/", {"login": "a@example.com", "password": "x"}))
    assert "There is a problem" in page
    assert "<title>Error:" in page


def test_own_bookings_are_listed_and_others_are_not(client: Client, restaurant: Restaurant) -> None:
    mila = make_user("mila@example.com")
    mine = reservation_create(
        request=a_request(restaurant, customer_id=mila.pk), actor=GUEST, now=NOW
    ).reservation
    reservation_create(request=a_request(restaurant, guest_name="Stranger"), actor=GUEST, now=NOW)
    client.force_login(mila)
    page = text_of(client.get("/account/"))
    assert page.count("/b/") == 1
    assert "Friday 5 June, 19:00 · 2 guests" in page
    reservation_cancel(reservation_id=mine.pk, actor=GUEST, now=NOW)
    page = text_of(client.get("/account/"))
    assert "Nothing is booked." in page
    assert "Cancelled by guest" in page


def test_the_account_needs_a_log_in(client: Client) -> None:
    response = client.get("/account/")
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_logging_out_needs_a_post(client: Client) -> None:
    client.force_login(make_user())
    assert client.get("/accounts/logout/").status_code == 200
    assert client.get("/account/").status_code == 200
    client.post("/accounts/logout/")
    assert client.get("/account/").status_code == 302
