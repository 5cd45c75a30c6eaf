"""What an SMS costs (3GPP TS 23.038)."""

from __future__ import annotations

import pytest

from notifications.rendering.sms import first_that_fits, fits, segments, to_gsm


@pytest.mark.parametrize(
    ("text", "is_gsm", "units", "parts"),
    [
        ("a" * 160, True, 160, 1),
        ("a" * 161, True, 161, 2),
        ("a" * 306, True, 306, 2),
        ("a" * 307, True, 307, 3),
        ("€" * 80, True, 160, 1),
        ("€" * 81, True, 162, 2),
        ("é@£ñ", True, 4, 1),
        ("я" * 70, False, 70, 1),
        ("я" * 71, False, 71, 2),
        ("я" * 134, False, 134, 2),
        ("я" * 135, False, 135, 3),
        ("😀" * 35, False, 70, 1),
        ("ç", False, 1, 1),
        ("", True, 0, 1),
    ],
)
def test_places_and_parts(text: str, is_gsm: bool, units: int, parts: int) -> None:
    assert segments(text) == (is_gsm, units, parts)


def test_typography_is_given_up_where_that_is_enough() -> None:
    assert to_gsm("Café “L’Été” – 7…") == 'Café "L\'Été" - 7...'
    assert to_gsm("Šárka ç") == "Sarka c"
    assert to_gsm("«Дым» – кафе") == "«Дым» – кафе"


def test_the_first_that_fits_is_taken() -> None:
    link = "https://example.com/b/" + "x" * 43 + "/"
    assert first_that_fits(["long " * 40, "brief"], link) == f"brief {link}"
    whole = first_that_fits(["я" * 200], link)
    assert whole.endswith(f"… {link}")
    assert fits(whole)


def test_a_link_that_fills_the_sms_goes_alone() -> None:
    link = "https://example.com/" + "x" * 200
    assert first_that_fits(["hello"], link) == link
