"""Addresses of the staff area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from staff.views import booking, entrance, floor, heat, invitations, listing, switch, team

app_name = "staff"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entrance.entrance, name="home"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("<slug:slug>/", floor.floor, name="floor"),
    path("<slug:slug>/team/", team.team, name="team"),
    path("<slug:slug>/team/invite/", team.invite, name="team-invite"),
    path("<slug:slug>/team/second-factor/", team.second_factor, name="team-second-factor"),
    path("<slug:slug>/team/members/<int:pk>/role/", team.change_role, name="team-role"),
    path("<slug:slug>/team/members/<int:pk>/remove/", team.remove, name="team-remove"),
    path("<slug:slug>/team/invitations/<int:pk>/resend/", team.resend, name="team-resend"),
    path("<slug:slug>/team/invitations/<int:pk>/revoke/", team.revoke, name="team-revoke"),
    path("<slug:slug>/switch/", switch.switch, name="switch"),
    path("<slug:slug>/switch/lock/", switch.lock, name="switch-lock"),
    path("<slug:slug>/switch/share/", switch.make_shared, name="switch-share"),
    path("<slug:slug>/switch/unshare/", switch.stop_sharing, name="switch-unshare"),
    path("<slug:slug>/switch/pin/", switch.own_pin, name="switch-pin"),
    path("<slug:slug>/list/", listing.listing, name="list"),
    path("<slug:slug>/book/", booking.book, name="book"),
    path("<slug:slug>/reservations/<int:reservation_id>/edit/", booking.edit, name="edit"),
    path("<slug:slug>/heat/", heat.heat, name="heat"),
]
