from __future__ import annotations

import re

import pytest
from django.test import override_settings

from reservehub.core.tokens import (
    derive_token,
    hash_token,
    new_nonce,
    random_token,
    tokens_match,
)


def test_the_same_link_can_be_made_again() -> None:
    token = derive_token("manage", "42", "n")
    assert token == derive_token("manage", "42", "n")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)


@pytest.mark.parametrize(
    "other",
    [("cancel", "42", "n"), ("manage", "43", "n"), ("manage", "42", "m"), ("manage4", "2", "n")],
)
def test_any_other_purpose_subject_or_nonce_gives_another(other: tuple[str, str, str]) -> None:
    assert derive_token(*other) != derive_token("manage", "42", "n")


def test_parts_cannot_be_shifted_into_each_other() -> None:
    assert derive_token("a", "1:b", "c") != derive_token("a1:b", "", "c")
    assert derive_token("ab", "c", "d") != derive_token("a", "bc", "d")


def test_another_secret_key_gives_another_token() -> None:
    token = derive_token("manage", "42", "n")
    with override_settings(SECRET_KEY="another-key-" * 5):
        assert derive_token("manage", "42", "n") != token


def test_only_the_hash_is_stored() -> None:
    token = random_token()
    assert re.fullmatch(r"[0-9a-f]{64}", hash_token(token))
    assert tokens_match(hash_token(token), hash_token(token))
    assert not tokens_match(hash_token(token), hash_token(random_token()))


def test_random_ones_do_not_repeat() -> None:
    assert len({random_token() for _ in range(1000)} | {new_nonce() for _ in range(1000)}) == 2000
    assert len(random_token()) == 43
