"""Addresses of the staff area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from staff.views import entrance, floor

app_name = "staff"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.entrance, name="home"),
    path("<slug:slug>/", floor.floor, name="floor"),
]
