"""Addresses of the simulator; all of them 404 where it is off."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from payments.gateways.simulator import views

app_name = "simulator"

urlpatterns: list[URLPattern | URLResolver] = [
    path("dev/payments/", views.desk, name="desk"),
    path("dev/payments/<str:secret>/", views.page, name="page"),
    path("dev/payments/<str:secret>/challenge/", views.challenge, name="challenge"),
    path("dev/payments/<str:secret>/dispute/", views.dispute, name="dispute"),
    path("dev/payments/<str:secret>/decide/", views.decide, name="decide"),
]
