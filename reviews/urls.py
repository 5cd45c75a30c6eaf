"""Addresses of reviews."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reviews import views

app_name = "reviews"

urlpatterns: list[URLPattern | URLResolver] = [
    path("b/<str:token>/review/", views.write, name="write"),
    path("r/<slug:slug>/reviews/", views.reviews, name="reviews"),
]
