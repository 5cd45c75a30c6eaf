"""Addresses of possible duplicates and merges."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import duplicates

URLS: list[URLPattern] = [
    path("<slug:slug>/duplicates/", duplicates.duplicates, name="duplicates"),
    path("<slug:slug>/duplicates/compare/", duplicates.compare, name="duplicates-compare"),
    path("<slug:slug>/duplicates/merge/", duplicates.merge, name="duplicates-merge"),
    path("<slug:slug>/duplicates/<int:pk>/apart/", duplicates.apart, name="duplicate-apart"),
    path("<slug:slug>/merges/<int:pk>/undo/", duplicates.undo, name="merge-undo"),
]
