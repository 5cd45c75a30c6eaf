"""Addresses of a guest's own data; the token was sent to the contact it is about."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from guests import views

app_name = "guests"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/<str:token>/", views.stored, name="stored"),
    path("me/<str:token>/export/", views.export, name="export"),
    path("me/<str:token>/news/", views.news, name="news"),
    path("me/<str:token>/health/", views.health, name="health"),
    path("me/<str:token>/erase/", views.erase, name="erase"),
]
