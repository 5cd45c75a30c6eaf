"""Addresses of the staff area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from staff import (
    book_urls,
    campaign_urls,
    duplicate_urls,
    guest_urls,
    import_urls,
    money_urls,
    office_urls,
    privacy_urls,
    queue_urls,
    room_urls,
    segment_urls,
    waitlist_urls,
)
from staff.views import (
    entrance,
    floor,
    panels,
    steps,
)

app_name = "staff"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.entrance, name="home"),
    *office_urls.PLAIN,
    path("<slug:slug>/", floor.floor, name="floor"),
    *room_urls.URLS,
    path("<slug:slug>/tables/<int:table_id>/panel/", panels.table, name="table-panel"),
    path("<slug:slug>/tables/<int:table_id>/block/", steps.block, name="table-block"),
    path("<slug:slug>/tables/<int:table_id>/unblock/", steps.unblock, name="table-unblock"),
    path("<slug:slug>/tables/<int:table_id>/clean/", steps.clean, name="table-clean"),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/panel/",
        panels.reservation,
        name="reservation-panel",
    ),
    path("<slug:slug>/reservations/<int:reservation_id>/seats/", panels.seats, name="seats"),
    path("<slug:slug>/reservations/<int:reservation_id>/swap/", steps.swap, name="swap"),
    path("<slug:slug>/walk-in/", steps.walk_in, name="walk-in"),
    *book_urls.URLS,
    *campaign_urls.URLS,
    *duplicate_urls.URLS,
    *guest_urls.URLS,
    *import_urls.URLS,
    *money_urls.URLS,
    *privacy_urls.URLS,
    *queue_urls.URLS,
    *segment_urls.URLS,
    *waitlist_urls.URLS,
    path("<slug:slug>/reservations/<int:reservation_id>/<slug:step>/", steps.step, name="step"),
    *office_urls.OF_RESTAURANT,
]
