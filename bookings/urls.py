"""Addresses of the guest pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from bookings.views import (
    account,
    booking,
    changing,
    holding,
    home,
    lookup,
    manage,
    paying,
    restaurant,
)

app_name = "bookings"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("r/<slug:slug>/", restaurant.restaurant, name="restaurant"),
    path("r/<slug:slug>/book/", booking.book, name="book"),
    path("r/<slug:slug>/hold/", holding.hold, name="hold"),
    path("r/<slug:slug>/hold/extend/", holding.extend, name="hold-extend"),
    path("r/<slug:slug>/hold/release/", holding.release, name="hold-release"),
    path("b/<str:token>/", manage.manage, name="manage"),
    path("b/<str:token>/calendar.ics", manage.ics, name="manage-ics"),
    path("b/<str:token>/change/", changing.change, name="manage-change"),
    path("b/<str:token>/cancel/", changing.cancel, name="manage-cancel"),
    path("b/<str:token>/late/", manage.late, name="manage-late"),
    path("b/<str:token>/reconfirm/", manage.reconfirm, name="manage-reconfirm"),
    path("b/<str:token>/pay/", paying.pay, name="manage-pay"),
    path("b/<str:token>/pay/card/", paying.card, name="manage-pay-card"),
    path("b/<str:token>/pay/more/", paying.more, name="manage-pay-more"),
    path("b/<str:token>/pay/back/", paying.back, name="manage-pay-back"),
    path("b/<str:token>/receipt/", paying.receipt, name="manage-pay-receipt"),
    path("v/<str:token>/", manage.view, name="view"),
    path("v/<str:token>/calendar.ics", manage.view_ics, name="view-ics"),
    path("find/", lookup.lookup, name="lookup"),
    path("account/", account.account, name="account"),
]
