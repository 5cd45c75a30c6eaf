"""Addresses of campaigns."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import campaigns

URLS: list[URLPattern] = [
    path("<slug:slug>/campaigns/", campaigns.campaigns, name="campaigns"),
    path("<slug:slug>/campaigns/add/", campaigns.add, name="campaign-add"),
    path("<slug:slug>/campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("<slug:slug>/campaigns/<int:pk>/edit/", campaigns.edit, name="campaign-edit"),
    path("<slug:slug>/campaigns/<int:pk>/start/", campaigns.start, name="campaign-start"),
    path("<slug:slug>/campaigns/<int:pk>/progress/", campaigns.progress, name="campaign-progress"),
    path("<slug:slug>/campaigns/<int:pk>/<slug:step>/", campaigns.step, name="campaign-step"),
]
