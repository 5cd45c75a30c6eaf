from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reservehub.core.masking import mask_email, mask_fields, mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("anna@example.com", "a***@e***.com"),
        ("a@b.co.uk", "a***@b***.uk"),
        ("root@localhost", "r***@l***"),
        ("not an address", "*** (14)"),
        ("", ""),
    ],
)
def test_an_email_keeps_two_letters_and_the_ending(value: str, masked: str) -> None:
    assert mask_email(value) == masked


@pytest.mark.parametrize(
    ("value", "masked"),
    [("+31612345645", "+31•••45"), ("8 (912) 345-67-89", "89•••89"), ("112", "•••"), ("", "•••")],
)
def test_a_phone_number_keeps_both_ends(value: str, masked: str) -> None:
    assert mask_phone(value) == masked


def test_a_name_keeps_initials_and_free_text_its_length() -> None:
    assert mask_name("Anna de Vries") == "A*** d*** V***"
    assert mask_text("allergic to nuts") == "*** (16)"


def test_fields_are_recognised_by_the_words_of_their_names_at_any_depth() -> None:
    assert mask_fields(
        {
            "status": "confirmed",
            "party_size": 4,
            "guest_name": "Anna",
            "contact_email": "anna@example.com",
            "phone_number": "+31612345645",
            "special_requests": "a quiet table",
            "notes": None,
            "name_changed": True,
            "guests": [{"name": "Boris", "covers": 2}],
            "names": ["Xenia"],
            "address": {"street": "Main", "number": 1},
        }
    ) == {
        "status": "confirmed",
        "party_size": 4,
        "guest_name": "A***",
        "contact_email": "a***@e***.com",
        "phone_number": "+31•••45",
        "special_requests": "*** (13)",
        "notes": None,
        "name_changed": True,
        "guests": [{"name": "B***", "covers": 2}],
        "names": ["X***"],
        "address": {"street": "*** (4)", "number": "*** (1)"},
    }


@given(st.emails())
def test_of_any_email_two_letters_and_the_ending_are_left(email: str) -> None:
    masked = mask_fields({"email": email})["email"]
    local, _, host = email.rpartition("@")
    assert masked == f"{local[0]}***@{host[0]}***.{host.rpartition('.')[2]}"
