"""Addresses of money: deposit rules, deposits asked for by hand, payments, disputes."""

from __future__ import annotations

from django.urls import URLPattern, path

from staff.views import (
    deposit_asking,
    deposits,
    evidence,
    looks,
    payment_numbers,
    payment_steps,
    payments,
)

_ONE = "<slug:slug>/payments/<int:payment_id>"
_SETTINGS = "<slug:slug>/settings/deposits"

URLS: list[URLPattern] = [
    path("<slug:slug>/payments/", payments.payments, name="payments"),
    path("<slug:slug>/payments/numbers/", payment_numbers.numbers, name="payments-numbers"),
    path("<slug:slug>/payments/told/<int:instruction_id>/ask/", looks.ask, name="payment-ask"),
    path(
        "<slug:slug>/payments/told/<int:instruction_id>/settle/",
        looks.settle,
        name="payment-settle",
    ),
    path(
        "<slug:slug>/payments/differences/<int:difference_id>/",
        looks.difference,
        name="payment-difference",
    ),
    path("<slug:slug>/payments/export/", payment_numbers.export, name="payments-export"),
    path(f"{_ONE}/", payments.payment, name="payment"),
    path(f"{_ONE}/<slug:step>/", payment_steps.step, name="payment-step"),
    path(f"{_SETTINGS}/", deposits.overview, name="settings-deposits"),
    path(f"{_SETTINGS}/account/", deposits.account, name="settings-deposits-account"),
    path(f"{_SETTINGS}/rules/add/", deposits.add, name="deposit-rule-add"),
    path(f"{_SETTINGS}/rules/<int:pk>/", deposits.edit, name="deposit-rule"),
    path(f"{_SETTINGS}/rules/<int:pk>/switch/", deposits.switch, name="deposit-rule-switch"),
    path(f"{_SETTINGS}/rules/<int:pk>/delete/", deposits.delete, name="deposit-rule-delete"),
    path(
        "<slug:slug>/reservations/<int:reservation_id>/deposit/",
        deposit_asking.ask,
        name="deposit-ask",
    ),
    path(
        "<slug:slug>/payments/disputes/<int:dispute_id>/evidence.pdf",
        evidence.evidence,
        name="dispute-evidence",
    ),
]
