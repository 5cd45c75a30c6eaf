"""Addresses under `/api/v1/`: the waitlist."""

from __future__ import annotations

from django.urls import URLPattern, path

from waitlist.api import staff, views

_ONE = "waitlist/<int:entry_id>"

urlpatterns: list[URLPattern] = [
    path(
        "restaurants/<slug:restaurant>/waitlist",
        staff.RestaurantWaitlistView.as_view(),
        name="restaurant-waitlist",
    ),
    path("waitlist", views.WaitlistView.as_view(), name="waitlist"),
    path(_ONE, views.EntryView.as_view(), name="waitlist-entry"),
    path(f"{_ONE}/notify", staff.NotifyView.as_view(), name="waitlist-notify"),
    path(f"{_ONE}/resume", views.ResumeView.as_view(), name="waitlist-resume"),
    path(f"{_ONE}/accept", views.AcceptView.as_view(), name="waitlist-accept"),
    path(f"{_ONE}/decline", views.DeclineView.as_view(), name="waitlist-decline"),
]
