"""What can be chosen on the simulator's page."""

from __future__ import annotations

from django import forms

from payments.facts import Mode
from payments.gateways.simulator.guest import Bank, Told

_LATER = {Bank.POOR_LATER, Bank.ASKS_LATER}


def banks_for(mode: Mode) -> list[Bank]:
    """How a bank behaves when a card is charged later matters only where one is saved."""
    return [bank for bank in Bank if mode is Mode.SAVE or bank not in _LATER]


class PayForm(forms.Form):
    bank = forms.ChoiceField()
    told = forms.ChoiceField(choices=[(told.value, told.value) for told in Told])

    def __init__(self, *args: object, mode: Mode) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        choices = [(bank.value, bank.value) for bank in banks_for(mode)]
        self.fields["bank"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen_bank(self) -> Bank:
        """Only of a valid form."""
        return Bank(self.cleaned_data["bank"])

    @property
    def chosen_told(self) -> Told:
        """Only of a valid form."""
        return Told(self.cleaned_data["told"])
