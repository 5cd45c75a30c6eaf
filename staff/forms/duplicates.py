"""Which two records are looked at, and which of them is kept."""

from __future__ import annotations

from typing import Any

from django import forms

_MOST = 2**63 - 1


class PairForm(forms.Form):
    """Two numbers from an address or from hidden fields; `merged` may still be looked for."""

    kept = forms.IntegerField(min_value=1, max_value=_MOST)
    merged = forms.IntegerField(min_value=1, max_value=_MOST, required=False)
    q = forms.CharField(max_length=200, required=False)

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"]
        return text if text.isprintable() else ""

    def asked(self) -> dict[str, Any] | None:
        """What was asked for; None where it makes no sense."""
        return self.cleaned_data if self.is_valid() else None
