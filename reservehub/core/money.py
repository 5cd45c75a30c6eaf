"""Exact money: whole minor units and a currency, never floats."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from babel.numbers import format_currency

#: ISO 4217 currencies whose minor unit is not a hundredth.
_EXPONENTS = {
    **dict.fromkeys(
        (
            *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI"),
            *("VND", "VUV", "XAF", "XOF", "XPF"),
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}
_CODE = re.compile(r"[A-Z]{3}")


class CurrencyMismatch(ValueError):
    """Two currencies met in one sum or comparison."""


def exponent_of(currency: str) -> int:
    """How many decimals the currency has (ISO 4217): EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True)
class Money:
    """An amount.

    :param amount_minor: in minor units: cents, yen, fils; may be negative
    :param currency: ISO 4217 code in capitals
    :raises TypeError: for an amount that is not an int
    :raises ValueError: for a currency that is not three capital letters
    """

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {self.amount_minor!r}")
        if not _CODE.fullmatch(self.currency):
            raise ValueError(f"{self.currency!r} is not a currency code")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def from_decimal(cls, amount: Decimal, currency: str) -> Money:
        """Half a minor unit rounds away from zero: 0.125 EUR -> 13 cents."""
        scaled = amount.scaleb(exponent_of(currency))
        return cls(int(scaled.to_integral_value(rounding=ROUND_HALF_UP)), currency)

    def to_decimal(self) -> Decimal:
        """In major units, with the currency's decimals: 1250 EUR cents -> 12.50."""
        return Decimal(self.amount_minor).scaleb(-exponent_of(self.currency))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount_minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount_minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount_minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by whole numbers; see percent() and scaled()")
        return Money(self.amount_minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount_minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount_minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount_minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount_minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount_minor != 0

    def scaled(self, factor: Decimal | Fraction | int) -> Money:
        """Times a factor; half a minor unit rounds away from zero."""
        exact = Fraction(self.amount_minor) * Fraction(factor)
        whole, rest = divmod(abs(exact.numerator), exact.denominator)
        rounded = whole + (2 * rest >= exact.denominator)
        return Money(rounded if exact >= 0 else -rounded, self.currency)

    def percent(self, percentage: Decimal | Fraction | int) -> Money:
        """That many hundredths of it, half up: 10 % of 12.45 EUR -> 1.25 EUR."""
        return self.scaled(Fraction(percentage) / 100)

    def split(self, parts: int) -> tuple[Money, ...]:
        """Equal shares that add up exactly; the first ones carry the odd minor units.

        :raises ValueError: for fewer than one part
        """
        if parts < 1:
            raise ValueError("money is split into at least one part")
        share, odd = divmod(self.amount_minor, parts)
        return tuple(Money(share + (index < odd), self.currency) for index in range(parts))

    def format(self, locale: str) -> str:
        """For people: ``€12.50`` in ``en``; takes ``pt-br`` and ``pt_BR``."""
        language, _, region = locale.replace("-", "_").partition("_")
        name = f"{language}_{region.upper()}" if region else language
        return format_currency(self.to_decimal(), self.currency, locale=name)

    def as_json(self) -> dict[str, int | str]:
        """The shape of money in the API."""
        return {"amount_minor": self.amount_minor, "currency": self.currency}

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor
