"""Addresses of the book: list, timeline, bookings by phone, heat map, alerts, messages."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import alerts, booking, conversation, heat, listing, timeline

URLS: list[URLPattern] = [
    path("<slug:slug>/list/", listing.listing, name="list"),
    path("<slug:slug>/timeline/", timeline.timeline, name="timeline"),
    path("<slug:slug>/book/", booking.book, name="book"),
    path("<slug:slug>/reservations/<int:reservation_id>/edit/", booking.edit, name="edit"),
    path("<slug:slug>/reservations/<int:reservation_id>/move/", timeline.move, name="move"),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/messages/",
        conversation.conversation,
        name="messages",
    ),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/messages/reply/",
        conversation.reply,
        name="messages-reply",
    ),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/messages/seen/",
        conversation.seen,
        name="messages-seen",
    ),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/messages/again/",
        conversation.again,
        name="messages-again",
    ),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/messages/arrived/",
        conversation.arrived,
        name="messages-arrived",
    ),
    path("<slug:slug>/alerts/", alerts.alerts, name="alerts"),
    path("<slug:slug>/heat/", heat.heat, name="heat"),
]
