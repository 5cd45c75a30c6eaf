"""Addresses of the guest's pages of the waitlist."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from waitlist.views import entry, join

app_name = "waitlist"

urlpatterns: list[URLPattern | URLResolver] = [
    path("r/<slug:slug>/waitlist/", join.join, name="join"),
    path("w/<str:token>/", entry.entry, name="entry"),
    path("w/<str:token>/accept/", entry.accept, name="entry-accept"),
    path("w/<str:token>/decline/", entry.decline, name="entry-decline"),
    path("w/<str:token>/change/", entry.change, name="entry-change"),
    path("w/<str:token>/leave/", entry.leave, name="entry-leave"),
    path("w/<str:token>/resume/", entry.resume, name="entry-resume"),
]
