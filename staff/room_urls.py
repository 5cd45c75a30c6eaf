"""Addresses of tables and floor plans, below `<slug>/` of a restaurant."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import plans, tables

URLS: list[URLPattern] = [
    path("<slug:slug>/tables/", tables.tables, name="tables"),
    path("<slug:slug>/tables/new/", tables.create, name="table-create"),
    path("<slug:slug>/tables/paste/", tables.paste, name="table-paste"),
    path("<slug:slug>/tables/<int:pk>/edit/", tables.edit, name="table-edit"),
    path("<slug:slug>/tables/<int:pk>/archive/", tables.archive, name="table-archive"),
    path("<slug:slug>/tables/<int:pk>/unarchive/", tables.unarchive, name="table-unarchive"),
    path("<slug:slug>/tables/<int:pk>/delete/", tables.delete, name="table-delete"),
    path("<slug:slug>/plans/", plans.plans, name="plans"),
    path("<slug:slug>/plans/new/", plans.create, name="plan-create"),
    path("<slug:slug>/plans/<int:pk>/change/", plans.change, name="plan-change"),
    path("<slug:slug>/plans/<int:pk>/edit/", plans.edit, name="plan-edit"),
    path("<slug:slug>/plans/<int:pk>/draft/", plans.save, name="plan-draft"),
    path("<slug:slug>/plans/<int:pk>/preview/", plans.preview, name="plan-preview"),
    path("<slug:slug>/plans/<int:pk>/publish/", plans.publish, name="plan-publish"),
    path("<slug:slug>/plans/<int:pk>/discard/", plans.discard, name="plan-discard"),
]
