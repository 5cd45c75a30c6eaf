"""What a time zone says about a place: its country, and the money used there. Pure."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

CURRENCIES = {
    "AM": "AMD",
    "AE": "AED",
    "AU": "AUD",
    "AZ": "AZN",
    "BY": "BYN",
    "CA": "CAD",
    "CH": "CHF",
    "CN": "CNY",
    "CZ": "CZK",
    "DK": "DKK",
    "GB": "GBP",
    "GE": "GEL",
    "HU": "HUF",
    "IL": "ILS",
    "IN": "INR",
    "JP": "JPY",
    "KG": "KGS",
    "KZ": "KZT",
    "MD": "MDL",
    "NO": "NOK",
    "NZ": "NZD",
    "PL": "PLN",
    "RO": "RON",
    "RS": "RSD",
    "RU": "RUB",
    "SE": "SEK",
    "TH": "THB",
    "TJ": "TJS",
    "TR": "TRY",
    "UA": "UAH",
    "US": "USD",
    "UZ": "UZS",
}


@cache
def _countries() -> dict[str, str]:
    """Two letters by zone, from the table that comes with the time zone database."""
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows if len(row) > 2}


def country_of_zone(zone: str) -> str:
    """`Europe/Amsterdam` → `NL`; empty for zones that are in no country."""
    return _countries().get(zone, "")


def currency_of_country(country: str) -> str:
    """`RU` → `RUB`; the euro where nothing else is known."""
    return CURRENCIES.get(country, "EUR")
