"""Addresses of tags, segments and reviews."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import reviews, segments, tags

URLS: list[URLPattern] = [
    path("<slug:slug>/segments/", segments.segments, name="segments"),
    path("<slug:slug>/segments/add/", segments.add, name="segment-add"),
    path("<slug:slug>/segments/count/", segments.count, name="segment-count"),
    path("<slug:slug>/segments/<int:pk>/", segments.segment, name="segment"),
    path("<slug:slug>/segments/<int:pk>/edit/", segments.edit, name="segment-edit"),
    path("<slug:slug>/segments/<int:pk>/delete/", segments.delete, name="segment-delete"),
    path("<slug:slug>/segments/<int:pk>/export/", segments.export, name="segment-export"),
    path("<slug:slug>/tags/", tags.tags, name="tags"),
    path("<slug:slug>/tags/add/", tags.add, name="tag-add"),
    path("<slug:slug>/tags/suggested/", tags.suggested, name="tags-suggested"),
    path("<slug:slug>/tags/<int:pk>/", tags.edit, name="tag-edit"),
    path("<slug:slug>/tags/<int:pk>/delete/", tags.delete, name="tag-delete"),
    path("<slug:slug>/guests/<int:guest_id>/tags/", tags.of_guest, name="guest-tags"),
    path("<slug:slug>/reviews/", reviews.reviews, name="reviews"),
    path("<slug:slug>/reviews/<int:pk>/moderate/", reviews.moderate, name="review-moderate"),
    path("<slug:slug>/reviews/<int:pk>/answer/", reviews.answer, name="review-answer"),
]
