from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from accounts.events import EmailVerified
from accounts.models import User
from guests.models import Guest
from guests.services import guest_match_or_create
from guests.subscribers import link
from reservehub.core.models import OutboxEvent
from tests.factories import NOW, make_restaurant, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "correct-horse-battery"


def sign_up(client: Client, email: str = "anna@example.com") -> None:
    client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})


def link_in(message: str) -> str:
    found = re.search(r"https?://[^/\s]+(/accounts/\S+)", message)
    assert found is not None, message
    return found.group(1)


def test_a_person_signs_up_verifies_and_logs_in(client: Client) -> None:
    sign_up(client)
    user = User.objects.get(email="anna@example.com")
    assert not EmailAddress.objects.get(user=user).verified

    client.post("/accounts/login/", {"login": "anna@example.com", "password": PASSWORD})
    assert "_auth_user_id" not in client.session

    client.post(link_in(str(mail.outbox[0].body)))
    assert EmailAddress.objects.get(user=user).verified
    client.logout()
    client.post("/accounts/login/", {"login": "ANNA@example.com", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_signing_up_again_does_not_tell_that_the_account_exists(client: Client) -> None:
    make_user("anna@example.com")

    answer = client.post(
        "/accounts/signup/",
        {"email": "anna@example.com", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert answer.status_code == 302
    assert User.objects.count() == 1


def test_a_forgotten_password_is_reset_by_mail(client: Client) -> None:
    user = make_user("anna@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)

    client.post("/accounts/password/reset/", {"email": "anna@example.com"})
    page = client.get(link_in(str(mail.outbox[0].body)), follow=True)
    path = page.redirect_chain[-1][0]
    client.post(path, {"password1": PASSWORD, "password2": PASSWORD})

    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_a_verified_email_claims_the_bookings_made_without_an_account(client: Client) -> None:
    organisation_id = make_restaurant().organisation_id
    contact: dict[str, Any] = {
        "organisation_id": organisation_id,
        "name": "Anna",
        "language": "en",
        "now": NOW,
    }
    guest = guest_match_or_create(phone="", email="anna@example.com", **contact)
    other = guest_match_or_create(phone="", email="boris@example.com", **contact)
    sign_up(client)
    user = User.objects.get()
    event = EmailVerified(user_id=user.pk, occurred_at=NOW)

    link(event, delivery_id=1)
    guest.refresh_from_db()
    assert guest.user is None, "not before the address is verified"

    client.post(link_in(str(mail.outbox[0].body)))
    assert OutboxEvent.objects.filter(name="accounts.email.verified").exists()
    link(event, delivery_id=1)
    assert list(Guest.objects.filter(user=user)) == [guest]
    other.refresh_from_db()
    assert other.user is None


def test_the_admin_site_is_entered_through_the_common_log_in(client: Client) -> None:
    answer = client.get("/admin/")
    assert answer.status_code == 302
    answer = client.get(answer["Location"])
    assert answer["Location"].startswith("/accounts/login/?next=")

    client.force_login(make_user())
    assert client.get("/admin/login/").status_code == 403
