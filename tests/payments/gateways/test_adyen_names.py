"""References and amounts as they are written for Adyen."""

from __future__ import annotations

import pytest

from payments.facts import Mode
from payments.gateways.adyen.amounts import from_adyen, to_adyen
from payments.gateways.adyen.names import read_reference, reference_of
from payments.gateways.base import Refused
from reservehub.core.money import Money
from tests.payments.stand_ins.asking import PUBLIC_ID


class TestNames:
    def test_a_reference_says_what_it_is_for(self) -> None:
        assert read_reference(reference_of(PUBLIC_ID, Mode.SAVE)) == (PUBLIC_ID, "save")

    @pytest.mark.parametrize(
        "text", ["", "till 7", PUBLIC_ID, PUBLIC_ID + "-charge", "x" * 36 + ".charge"]
    )
    def test_other_tills_are_not_ours(self, text: str) -> None:
        assert read_reference(text) == ("", "")

    @pytest.mark.parametrize(
        ("amount", "value"),
        [
            (Money(1250, "EUR"), 1250),
            (Money(1250, "JPY"), 1250),
            (Money(1250, "KWD"), 1250),
            (Money(1250, "CLP"), 125000),
            (Money(1250, "ISK"), 125000),
            (Money(125000, "IDR"), 1250),
        ],
    )
    def test_amounts_are_counted_as_adyen_counts(self, amount: Money, value: int) -> None:
        assert to_adyen(amount) == {"value": value, "currency": amount.currency}
        assert from_adyen(value, amount.currency) == amount.amount_minor

    def test_what_adyen_cannot_count_is_not_rounded(self) -> None:
        with pytest.raises(Refused):
            to_adyen(Money(1255, "IDR"))
