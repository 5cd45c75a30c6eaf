"""Addresses of the office: settings, team, shared tablets, setting up a restaurant."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from staff.views import (
    invitations,
    onboarding,
    settings,
    settings_messages,
    settings_why,
    switch,
    team,
    waits,
)

PLAIN: list[URLPattern | URLResolver] = [
    path("start/", onboarding.start, name="start"),
    path("start/where/", onboarding.start_where, name="start-where"),
    path("start/<slug:slug>/<slug:step>/", onboarding.step, name="start-step"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]
"""Of no particular restaurant; they have to stand before the slugs."""

OF_RESTAURANT: list[URLPattern | URLResolver] = [
    path("<slug:slug>/settings/", settings.overview, name="settings"),
    path("<slug:slug>/settings/pause/", settings.pause, name="settings-pause"),
    path("<slug:slug>/settings/why/", settings_why.explore, name="settings-why"),
    path(
        "<slug:slug>/settings/messages/",
        settings_messages.message_settings,
        name="settings-messages",
    ),
    path(
        "<slug:slug>/settings/messages/<slug:kind>/<slug:language>/",
        settings_messages.words,
        name="settings-words",
    ),
    path(
        "<slug:slug>/settings/messages/<slug:kind>/<slug:language>/preview/",
        settings_messages.words_preview,
        name="settings-words-preview",
    ),
    path(
        "<slug:slug>/settings/messages/<slug:kind>/<slug:language>/ours/",
        settings_messages.words_reset,
        name="settings-words-reset",
    ),
    path("<slug:slug>/settings/<slug:kind>/", settings.kind, name="settings-kind"),
    path("<slug:slug>/settings/<slug:kind>/add/", settings.add, name="settings-add"),
    path("<slug:slug>/settings/<slug:kind>/<int:pk>/", settings.edit, name="settings-edit"),
    path(
        "<slug:slug>/settings/<slug:kind>/<int:pk>/delete/", settings.delete, name="settings-delete"
    ),
    path("<slug:slug>/qr.svg", onboarding.qr, name="qr"),
    path("<slug:slug>/waits/", waits.waits, name="waits"),
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
]
