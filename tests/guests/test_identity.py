from __future__ import annotations

import pytest

from guests.identity import BadEmail, BadPhone, normalise_email, normalise_phone


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("+31 6 12345678", "RU"),
        ("06-1234 5678", "NL"),
        (" (06) 12.34.56.78 ", "nl"),
        ("0031612345678", "NL"),
        ("+31\u00a06\u00a012345678", "NL"),
    ],
)
def test_all_ways_to_write_a_number_are_one_number(raw: str, region: str) -> None:
    assert normalise_phone(raw, region=region) == "+31612345678"


def test_russian_numbers_may_begin_with_eight() -> None:
    assert normalise_phone("8 (916) 123-45-67", region="RU") == "+79161234567"


def test_no_phone_is_no_error() -> None:
    assert normalise_phone("  ", region="NL") == ""
    assert normalise_email(" ") == ""


@pytest.mark.parametrize("raw", ["12", "hello", "+999 123456", "06 1234", "++31612345678901234"])
def test_what_cannot_be_dialled_is_refused_with_a_remedy(raw: str) -> None:
    with pytest.raises(BadPhone) as refused:
        normalise_phone(raw, region="NL")
    assert "phone number" in str(refused.value)


def test_a_region_that_does_not_exist_still_takes_full_numbers() -> None:
    assert normalise_phone("+31612345678", region="XX") == "+31612345678"
    with pytest.raises(BadPhone):
        normalise_phone("0612345678", region="")


def test_an_email_is_compared_in_lower_case() -> None:
    assert normalise_email("  Anna@Example.COM ") == "anna@example.com"


@pytest.mark.parametrize("raw", ["anna", "anna@", "a b@example.com", "x" * 250 + "@example.com"])
def test_what_is_no_email_is_refused(raw: str) -> None:
    with pytest.raises(BadEmail):
        normalise_email(raw)
