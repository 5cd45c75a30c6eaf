"""Addresses of the waitlist."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import waitlist

_ONE = "<slug:slug>/waitlist/<int:entry_id>"

URLS: list[URLPattern] = [
    path("<slug:slug>/waitlist/", waitlist.waitlist, name="waitlist"),
    path("<slug:slug>/waitlist/add/", waitlist.add, name="waitlist-add"),
    path("<slug:slug>/waitlist/settings/", waitlist.settings, name="waitlist-settings"),
    path("<slug:slug>/waitlist/numbers/", waitlist.numbers, name="waitlist-numbers"),
    path(f"{_ONE}/notify/", waitlist.notify, name="waitlist-notify"),
    path(f"{_ONE}/remove/", waitlist.remove, name="waitlist-remove"),
]
