"""Log-in for programs."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import Client

from reservehub.core.models import IdempotencyRecord
from tests.api.conftest import Api, World, assert_problem, rates
from tests.factories import make_user

PASSWORD = "secret-enough-1"


def _log_in(email: str, password: str = PASSWORD, **more: Any) -> Any:
    return Api().post("auth/token", {"email": email, "password": password, **more})


def test_email_and_password_give_tokens(db: None) -> None:
    user = make_user("Anna@Example.com")
    answer = _log_in("anna@example.COM")
    assert answer.status_code == 200, answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    tokens = answer.json()
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = Api().get("auth/me", Authorization=f"Bearer {tokens['access']}")
    assert me.json()["id"] == user.pk


def test_wrong_passwords_and_unknown_people_look_alike(db: None) -> None:
    make_user("anna@example.com")
    first = _log_in("anna@example.com", "wrong")
    second = _log_in("nobody@example.com")
    assert assert_problem(first, 401, "authentication_failed") == assert_problem(second, 401)
    make_user("gone@example.com", is_active=False)
    assert_problem(_log_in("gone@example.com"), 401)


def test_a_refresh_token_works_once(db: None) -> None:
    make_user("anna@example.com")
    old = _log_in("anna@example.com").json()["refresh"]
    new = Api().post("auth/token/refresh", {"refresh": old})
    assert new.status_code == 200
    assert_problem(Api().post("auth/token/refresh", {"refresh": old}), 401)
    again = Api().post("auth/token/refresh", {"refresh": new.json()["refresh"]})
    assert again.status_code == 200


def test_a_revoked_token_is_worth_nothing(db: None) -> None:
    make_user("anna@example.com")
    token = _log_in("anna@example.com").json()["refresh"]
    assert Api().post("auth/token/revoke", {"refresh": token}).status_code == 204
    assert_problem(Api().post("auth/token/refresh", {"refresh": token}), 401)
    assert_problem(Api().post("auth/token/revoke", {"refresh": token}), 401)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "é.é.é"])
def test_rubbish_is_no_token(db: None, token: str) -> None:
    assert Api().post("auth/token/refresh", {"refresh": token}).status_code in (401, 422)
    refused = Client().get(
        "/api/v1/auth/me", headers={"Authorization": f"Bearer {token.encode().hex()}.é"}
    )
    assert_problem(refused, 401)


def test_an_access_token_of_somebody_switched_off_is_refused(world: World) -> None:
    user = world.host.user
    assert user is not None
    headers = world.host.headers()
    user.is_active = False
    user.save()
    assert_problem(Api().get("auth/me", **headers), 401)


def test_a_second_factor_is_asked_for(db: None) -> None:
    user = make_user("anna@example.com")
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    assert_problem(_log_in("anna@example.com"), 401, "otp_required")
    assert_problem(_log_in("anna@example.com", otp="000000"), 401, "authentication_failed")
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert _log_in("anna@example.com", otp=code).status_code == 200
    assert_problem(_log_in("anna@example.com", otp=code), 401)


def test_a_recovery_code_works_once(db: None) -> None:
    user = make_user("anna@example.com")
    TOTP.activate(user, generate_totp_secret())
    RecoveryCodes.activate(user)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    assert _log_in("anna@example.com", otp=code).status_code == 200
    assert_problem(_log_in("anna@example.com", otp=code), 401)


def test_guessing_passwords_is_slow(db: None) -> None:
    make_user("anna@example.com")
    with rates({"auth": "2/d"}):
        for _ in range(2):
            assert_problem(_log_in("anna@example.com", "wrong"), 401)
        assert_problem(_log_in("anna@example.com"), 429, "rate_limited")
    with rates({"auth_account": "1/d"}):
        _log_in("anna@example.com", "wrong")
        refused = _log_in("ANNA@example.com")
    assert_problem(refused, 429, "rate_limited")
    assert int(refused.headers["Retry-After"]) > 0


def test_tokens_are_never_stored_under_a_key(db: None) -> None:
    make_user("anna@example.com")
    body = {"email": "anna@example.com", "password": PASSWORD}
    Api().post("auth/token", body, Idempotency_Key="k")
    assert not IdempotencyRecord.objects.exists()


def test_a_session_needs_the_csrf_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert world.host.user is not None
    browser.force_login(world.host.user)
    made = world.book()
    path = f"/api/v1/reservations/{made.pk}/check-in"
    assert browser.get(f"/api/v1/reservations/{made.pk}").status_code == 200
    refused = browser.post(path, b"{}", content_type="application/json")
    assert_problem(refused, 403, "permission_refused")
    browser.cookies["csrftoken"] = "a" * 32
    allowed = browser.post(
        path, b"{}", content_type="application/json", headers={"X-CSRFToken": "a" * 32}
    )
    assert allowed.status_code == 200
