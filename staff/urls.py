"""Addresses of the staff area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from staff import office_urls
from staff.views import booking, entrance, floor, heat, listing

app_name = "staff"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.entrance, name="home"),
    *office_urls.PLAIN,
    path("<slug:slug>/", floor.floor, name="floor"),
    path("<slug:slug>/list/", listing.listing, name="list"),
    path("<slug:slug>/book/", booking.book, name="book"),
    path("<slug:slug>/reservations/<int:reservation_id>/edit/", booking.edit, name="edit"),
    path("<slug:slug>/heat/", heat.heat, name="heat"),
    *office_urls.OF_RESTAURANT,
]
