"""Addresses of money: deposit rules, payments, disputes."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import deposits

_SETTINGS = "<slug:slug>/settings/deposits"

URLS: list[URLPattern] = [
    path(f"{_SETTINGS}/", deposits.overview, name="settings-deposits"),
    path(f"{_SETTINGS}/account/", deposits.account, name="settings-deposits-account"),
    path(f"{_SETTINGS}/rules/add/", deposits.add, name="deposit-rule-add"),
    path(f"{_SETTINGS}/rules/<int:pk>/", deposits.edit, name="deposit-rule"),
    path(f"{_SETTINGS}/rules/<int:pk>/switch/", deposits.switch, name="deposit-rule-switch"),
    path(f"{_SETTINGS}/rules/<int:pk>/delete/", deposits.delete, name="deposit-rule-delete"),
]
