"""The second factor: an app with real codes, recovery codes, and organisations that insist."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.mfa import MFAAdapter
from accounts.models import User
from restaurants.models import Organisation, Restaurant, Role
from tests.factories import make_member, make_restaurant, make_user

pytestmark = pytest.mark.django_db

PASSWORD = "secret-enough-1"


def totp(secret: str, *, steps: int = 0) -> str:
    """RFC 6238 by hand, as an app on a phone computes it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def log_in(client: Client, user: User) -> str:
    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    return str(answer.headers.get("Location", ""))


@pytest.fixture
def user() -> User:
    user = make_user("maria@example.com")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def set_up(user: User) -> tuple[Client, str, list[str]]:
    """A logged-in browser, the secret of the app, and the recovery codes."""
    client = Client()
    log_in(client, user)
    again = client.get(reverse("mfa_activate_totp"))
    assert again["Location"].startswith("/accounts/reauthenticate/"), "the password once more"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret: str = page.context["form"].secret
    assert secret.encode() in page.content
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200
    assert not Authenticator.objects.exists()
    client.post(reverse("mfa_activate_totp"), {"code": totp(secret)})
    codes = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(codes) == 10
    return client, secret, codes


def test_an_app_is_set_up_and_then_asked_for(user: User) -> None:
    _client, secret, codes = set_up(user)
    browser = Client()
    assert log_in(browser, user) == reverse("mfa_authenticate")
    assert "_auth_user_id" not in browser.session, "the password alone opens nothing"
    wrong = browser.post(reverse("mfa_authenticate"), {"code": "123456"})
    assert wrong.status_code == 200
    browser.post(reverse("mfa_authenticate"), {"code": totp(secret, steps=1)})
    assert browser.session["_auth_user_id"] == str(user.pk)

    lost_phone = Client()
    log_in(lost_phone, user)
    lost_phone.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert lost_phone.session["_auth_user_id"] == str(user.pk)
    again = Client()
    log_in(again, user)
    again.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert "_auth_user_id" not in again.session, "a recovery code works once"


def test_the_secret_is_sealed_in_the_database(user: User) -> None:
    _client, secret, codes = set_up(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert not any(code in stored for code in codes)
    adapter = MFAAdapter()
    assert adapter.decrypt(adapter.encrypt("text")) == "text"


def test_a_sealed_secret_opens_after_the_key_has_changed(settings: object, user: User) -> None:
    sealed = MFAAdapter().encrypt("text")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]  # type: ignore[attr-defined]
    settings.SECRET_KEY = "another-" * 10  # type: ignore[attr-defined]
    assert MFAAdapter().decrypt(sealed) == "text"


def test_every_page_of_the_second_factor_opens(user: User) -> None:
    client, _secret, _codes = set_up(user)
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
    ):
        assert client.get(reverse(name)).status_code == 200, name


def token(client: Client, user: User, **extra: str) -> tuple[int, str]:
    body = {"email": user.email, "password": PASSWORD, **extra}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    return answer.status_code, answer.json().get("code", "")


def test_programs_give_the_code_as_well(user: User, client: Client) -> None:
    _browser, secret, codes = set_up(user)
    assert token(client, user) == (401, "otp_required")
    assert token(client, user, otp="000000")[0] == 401
    assert token(client, user, otp=totp(secret, steps=1))[0] == 200
    assert token(client, user, otp=codes[1])[0] == 200


def test_a_passkey_alone_is_no_way_past_the_code(user: User, client: Client) -> None:
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data={})
    assert token(client, user) == (401, "otp_required")
    assert token(client, user, otp="123456")[0] == 401


@pytest.fixture
def strict() -> Restaurant:
    restaurant = make_restaurant(slug="bistro-anna")
    Organisation.objects.update(requires_2fa=True)
    return restaurant


def test_an_organisation_that_insists_is_shut_until_the_factor_is_there(
    strict: Restaurant, user: User, client: Client
) -> None:
    member = make_member(strict, Role.OWNER, email="boris@example.com", is_staff=True)
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    browser = Client()
    log_in(browser, member)
    for path in (
        "/staff/",
        "/staff/bistro-anna/",
        "/staff/bistro-anna/settings/",
        "/staff/bistro-anna/switch/",
        "/staff/start/bistro-anna/hours/",
        "/admin/",
    ):
        assert browser.get(path)["Location"] == reverse("mfa_index"), path
    api = browser.get(f"/api/v1/restaurants/{strict.pk}/tables")
    assert api.status_code in (403, 404)
    assert token(client, member) == (403, "second_factor_missing")
    assert token(client, user)[0] == 200, "others are not concerned"
    fragment = browser.get("/staff/bistro-anna/", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == reverse("mfa_index")

    set_up(member)
    assert browser.get("/staff/bistro-anna/settings/").status_code == 200
    assert browser.get("/admin/").status_code == 200
    assert token(client, member) == (401, "otp_required")


def test_tokens_from_before_are_not_renewed(user: User, client: Client) -> None:
    restaurant = make_restaurant()
    member = make_member(restaurant, Role.HOST)
    body = {"email": member.email, "password": PASSWORD}
    got = client.post("/api/v1/auth/token", body, content_type="application/json").json()
    Organisation.objects.update(requires_2fa=True)
    answer = client.post(
        "/api/v1/auth/token/refresh",
        {"refresh": got["refresh"]},
        content_type="application/json",
    )
    assert answer.status_code == 403
    tables = client.get(
        f"/api/v1/restaurants/{restaurant.pk}/reservations",
        headers={"Authorization": f"Bearer {got['access']}"},
    )
    assert tables.status_code in (403, 404)
