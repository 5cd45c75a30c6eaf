"""Addresses of the guest book."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import guest_notes, guest_points, guests, loyalty

_ONE = "<slug:slug>/guests/<int:guest_id>"

URLS: list[URLPattern] = [
    path("<slug:slug>/guests/", guests.guests, name="guests"),
    path("<slug:slug>/loyalty/", loyalty.loyalty, name="loyalty"),
    path("<slug:slug>/guests/known/", guests.known, name="guest-known"),
    path(f"{_ONE}/", guests.profile, name="guest"),
    path(f"{_ONE}/edit/", guests.edit, name="guest-edit"),
    path(f"{_ONE}/vip/", guests.vip, name="guest-vip"),
    path(f"{_ONE}/block/", guests.block, name="guest-block"),
    path(f"{_ONE}/points/redeem/", guest_points.redeem, name="guest-points-redeem"),
    path(f"{_ONE}/points/correct/", guest_points.correct, name="guest-points-correct"),
    path(f"{_ONE}/notes/add/", guest_notes.add, name="guest-note-add"),
    path(f"{_ONE}/notes/<int:note_id>/", guest_notes.change, name="guest-note"),
    path(f"{_ONE}/notes/<int:note_id>/remove/", guest_notes.remove, name="guest-note-remove"),
    path(f"{_ONE}/notes/<int:note_id>/resolve/", guest_notes.resolve, name="guest-note-resolve"),
]
