"""Addresses of privacy."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import privacy

_ONE = "<slug:slug>/guests/<int:guest_id>/privacy"

URLS: list[URLPattern] = [
    path("<slug:slug>/privacy/", privacy.settings, name="privacy"),
    path(f"{_ONE}/", privacy.of_guest, name="guest-privacy"),
    path(f"{_ONE}/export/", privacy.export, name="guest-privacy-export"),
]
