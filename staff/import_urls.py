"""Addresses of imports of guests."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import imports

_ONE = "<slug:slug>/imports/<int:pk>"

URLS: list[URLPattern] = [
    path("<slug:slug>/imports/", imports.imports, name="imports"),
    path(f"{_ONE}/", imports.one, name="import"),
    path(f"{_ONE}/progress/", imports.progress, name="import-progress"),
    path(f"{_ONE}/start/", imports.start, name="import-start"),
    path(f"{_ONE}/discard/", imports.discard, name="import-discard"),
    path(f"{_ONE}/errors/", imports.errors, name="import-errors"),
]
