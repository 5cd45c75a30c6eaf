"""Addresses under `/api/v1/`: the guest book."""

from __future__ import annotations

from django.urls import URLPattern, path

from guests.api import merges, views

_PLACE = "restaurants/<slug:restaurant>"
_ONE = "guests/<int:guest_id>"

urlpatterns: list[URLPattern] = [
    path(f"{_PLACE}/guests", views.GuestsView.as_view(), name="guests"),
    path(f"{_PLACE}/guest-tags", views.TagsView.as_view(), name="guest-tags"),
    path(f"{_PLACE}/guest-segments", views.SegmentsView.as_view(), name="guest-segments"),
    path(f"{_PLACE}/guest-duplicates", merges.DuplicatesView.as_view(), name="guest-duplicates"),
    path(_ONE, views.GuestView.as_view(), name="guest"),
    path(f"{_ONE}/notes", views.NotesView.as_view(), name="guest-notes"),
    path(f"{_ONE}/vip", views.VipView.as_view(), name="guest-vip"),
    path(f"{_ONE}/tags/<int:tag_id>", views.GuestTagView.as_view(), name="guest-tag"),
    path(f"{_ONE}/merge", merges.MergeView.as_view(), name="guest-merge"),
    path("guest-merges/<int:merge_id>/undo", merges.UnmergeView.as_view(), name="guest-unmerge"),
    path(
        "guest-duplicates/<int:candidate_id>/dismiss",
        merges.DismissView.as_view(),
        name="guest-duplicate-dismiss",
    ),
    path(
        "guest-segments/<int:segment_id>/guests",
        views.SegmentGuestsView.as_view(),
        name="guest-segment-guests",
    ),
]
