"""What every page of the site carries."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_public_pages_have_a_strict_policy_and_the_admin_a_relaxed_one(client: Client) -> None:
    public = client.get("/healthz").headers["Content-Security-Policy"]
    admin = client.get("/admin/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in public
    assert "frame-ancestors 'none'" in public
    assert "'unsafe-eval'" in admin
    assert "frame-ancestors 'none'" in admin


@pytest.mark.django_db
def test_health_and_readiness_answer(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["database"] is True
