"""What every page of the site carries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from csp.exceptions import CSPNonceError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from reservehub.csp import SiteCSPMiddleware


@pytest.mark.django_db
def test_public_pages_have_a_strict_policy_and_the_admin_a_relaxed_one(client: Client) -> None:
    public = client.get("/healthz").headers["Content-Security-Policy"]
    admin = client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in public
    assert "frame-ancestors 'none'" in public
    assert "'unsafe-eval'" in admin
    assert "frame-ancestors 'none'" in admin


def answered(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    return cast("HttpResponse", SiteCSPMiddleware(view)(request))


def test_an_answer_without_a_nonce_has_the_policy_of_the_pages_less_the_nonce(
    rf: RequestFactory,
) -> None:
    page: Any = rf.get("/")
    with_nonce = answered(page, lambda request: HttpResponse(request.csp_nonce))  # type: ignore[attr-defined]
    without = answered(rf.get("/"), lambda _: HttpResponse())
    nonce = f" 'nonce-{page.csp_nonce}'"
    policy = with_nonce.headers["Content-Security-Policy"]
    assert nonce in policy
    assert without.headers["Content-Security-Policy"] == policy.replace(nonce, "")


def test_a_nonce_asked_for_too_late_is_refused(rf: RequestFactory) -> None:
    request: Any = rf.get("/")
    answered(request, lambda _: HttpResponse())
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)


def test_a_policy_the_view_has_set_is_kept(rf: RequestFactory) -> None:
    own = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    answer = answered(rf.get("/"), lambda _: own)
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


@pytest.mark.django_db
def test_health_and_readiness_answer(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["database"] is True
