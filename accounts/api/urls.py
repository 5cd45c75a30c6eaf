"""Addresses under `/api/v1/`: log-in."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import views

urlpatterns: list[URLPattern] = [
    path("auth/token", views.TokenView.as_view(), name="token"),
    path("auth/token/refresh", views.TokenRefreshView.as_view(), name="token-refresh"),
    path("auth/token/revoke", views.TokenRevokeView.as_view(), name="token-revoke"),
]
