"""Deposit rules in plain words, and what becomes of a booking under them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bookings.deposits import Booking, Kind, Rule, misfits, price, rule_for
from bookings.models import DepositKind, DepositRule, Source
from bookings.selectors.deposit_rules import rule_of
from payments.gateways import registry
from payments.models import PaymentAccount, Provider
from reservehub.core.money import Money
from restaurants.models import Restaurant

ALL = 100
_KIND_WORDS: Mapping[str, str | Promise] = {
    Kind.GUARANTEE: gettext_lazy("a card is saved, and charged up to %(amount)s"),
    Kind.AUTHORISATION: gettext_lazy("%(amount)s held on the card"),
    Kind.DEPOSIT: gettext_lazy("%(amount)s"),
    Kind.PERCENTAGE: gettext_lazy("%(percent)s %% of an estimated bill of %(amount)s"),
    Kind.PREPAYMENT: gettext_lazy("all of it in advance: %(amount)s"),
}
_WHY_NOT: Mapping[str, str | Promise] = {
    "sources": gettext_lazy("another channel"),
    "min_party": gettext_lazy("too few guests"),
    "max_party": gettext_lazy("too many guests"),
    "weekdays": gettext_lazy("another day of the week"),
    "valid_from": gettext_lazy("not yet in force"),
    "valid_until": gettext_lazy("no longer in force"),
    "service_period": gettext_lazy("other hours"),
    "area": gettext_lazy("another area"),
    "min_no_shows": gettext_lazy("the guest has not stayed away so often"),
    "tag": gettext_lazy("the guest does not have the tag"),
}


def amount_text(amount_minor: int, currency: str) -> str:
    """``€10.00`` in the language of the page."""
    return Money(amount_minor, currency).format(get_language() or "en")


# --- A rule in words ------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class RuleLine:
    """One rule in the list; `words` is a sentence without its full stop."""

    row: DepositRule
    words: str
    url: str
    switch_url: str


def rule_lines(rows: Iterable[DepositRule], restaurant: Restaurant) -> list[RuleLine]:
    return [
        RuleLine(
            row=row,
            words=rule_words(row, restaurant),
            url=reverse("staff:deposit-rule", args=[restaurant.slug, row.pk]),
            switch_url=reverse("staff:deposit-rule-switch", args=[restaurant.slug, row.pk]),
        )
        for row in rows
    ]


def rule_words(row: DepositRule, restaurant: Restaurant) -> str:
    """``From 6 guests, Fri-Sat, Terrace: €10.00 per person; kept when cancelled less than 24 h
    before``.
    """
    conditions = ", ".join(conditions_of(row)) or _("every booking of guests")
    parts = [cost_words(rule_of(row), restaurant.currency)]
    if row.kind != DepositKind.EXEMPT:
        parts += _fates(row)
    return f"{conditions[:1].upper()}{conditions[1:]}: {'; '.join(parts)}"


def conditions_of(row: DepositRule) -> list[str]:
    found = [
        _party(row.min_party, row.max_party),
        weekday_words(row.weekdays),
        _days(row),
        row.service_period.name if row.service_period is not None else "",
        row.area.name if row.area is not None else "",
        _channels(row.sources),
        _no_shows(row.min_no_shows),
        _("guests with the tag “%(tag)s”") % {"tag": row.tag.name} if row.tag is not None else "",
    ]
    return [words for words in found if words]


def cost_words(rule: Rule, currency: str) -> str:
    """What the guest gives, per person or for the party."""
    if rule.kind is Kind.EXEMPT:
        return _("nothing to pay")
    amount = amount_text(rule.amount_minor, currency)
    each = _("%(amount)s per person") if rule.is_per_person else _("%(amount)s per party")
    return str(_KIND_WORDS[rule.kind]) % {
        "amount": each % {"amount": amount},
        "percent": rule.percent,
    }


def _party(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        if least == most:
            return ngettext("%(n)s guest", "%(n)s guests", least) % {"n": least}
        return _("%(min)s–%(max)s guests") % {"min": least, "max": most}
    if least is not None:
        return ngettext("from %(n)s guest", "from %(n)s guests", least) % {"n": least}
    if most is not None:
        return ngettext("up to %(n)s guest", "up to %(n)s guests", most) % {"n": most}
    return ""


def weekday_words(days: Sequence[int]) -> str:
    """``Fri–Sun`` or ``Mon, Wed`` for ISO weekdays; nothing for all or none."""
    chosen = sorted(set(days))
    if not chosen or len(chosen) == len(WEEKDAYS_ABBR):
        return ""
    runs: list[list[int]] = []
    for day in chosen:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    names = {day + 1: str(name) for day, name in WEEKDAYS_ABBR.items()}
    return ", ".join(
        "–".join((names[run[0]], names[run[-1]]))
        if len(run) > 2
        else ", ".join(names[day] for day in run)
        for run in runs
    )


def _days(row: DepositRule) -> str:
    first, last = (
        "" if day is None else date_format(day, "j E Y")
        for day in (row.valid_from, row.valid_until)
    )
    if first and last:
        return first if first == last else f"{first} – {last}"
    if first:
        return _("from %(day)s") % {"day": first}
    return _("until %(day)s") % {"day": last} if last else ""


def _channels(sources: Sequence[str]) -> str:
    names = ", ".join(str(Source(source).label) for source in sources if source in Source.values)
    return _("booked through: %(channels)s") % {"channels": names} if names else ""


def _no_shows(least: int | None) -> str:
    if least is None:
        return ""
    return ngettext(
        "guests who stayed away at least once",
        "guests who stayed away at least %(n)s times",
        least,
    ) % {"n": least}


def _fates(row: DepositRule) -> list[str]:
    """What becomes of the money of those who do not come."""
    is_fee = row.kind == DepositKind.GUARANTEE
    late = _late(row, is_fee=is_fee)
    if row.no_show_percent == row.late_cancel_percent:
        return [late]
    share = _("%(percent)s %% charged") if is_fee else _("%(percent)s %% kept")
    words = share % {"percent": row.no_show_percent}
    return [late, _("%(share)s if nobody comes") % {"share": words}]


def _late(row: DepositRule, *, is_fee: bool) -> str:
    if not row.late_cancel_percent:
        return _("nothing charged when cancelled") if is_fee else _("given back when cancelled")
    values = {"percent": row.late_cancel_percent, "time": _before(row.cutoff_minutes)}
    if row.late_cancel_percent == ALL:
        words = (
            _("charged when cancelled %(time)s") if is_fee else _("kept when cancelled %(time)s")
        )
    else:
        words = (
            _("%(percent)s %% charged when cancelled %(time)s")
            if is_fee
            else _("%(percent)s %% kept when cancelled %(time)s")
        )
    return words % values


def _before(minutes: int | None) -> str:
    if minutes is None:
        return _("after free cancellation has ended")
    if not minutes:
        return _("after the start")
    hours = f"{minutes / 60:g}"
    return _("less than %(hours)s h before") % {"hours": hours}


# --- The account ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AccountLine:
    """:param problem: why nothing can be taken; empty if all is well"""

    row: PaymentAccount | None
    provider: str
    problem: str

    @property
    def is_on(self) -> bool:
        return self.row is not None and self.row.is_active and not self.problem


def account_line(account: PaymentAccount | None) -> AccountLine:
    if account is None:
        return AccountLine(row=None, provider="", problem="")
    return AccountLine(
        row=account,
        provider=str(account.get_provider_display()),
        problem=registry.gateway_named(account.provider).problem(),
    )


def provider_problems() -> list[tuple[str, str]]:
    """Every provider and why it is off, for those who set the account up."""
    return [
        (str(Provider(provider).label), registry.gateway_named(provider).problem())
        for provider in offered_providers()
    ]


def offered_providers() -> tuple[str, ...]:
    """The simulator only where it works: it is for trying things out."""
    return tuple(
        provider
        for provider in registry.GATEWAYS
        if provider != Provider.SIMULATOR or not registry.gateway_named(provider).problem()
    )


# --- Trying the rules -----------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One rule before one booking: it counts, it holds but another is stricter, or it does not
    hold, and why.
    """

    row: DepositRule
    words: str
    counts: bool
    holds: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a booking would cost, and what each rule says to it."""

    answer: str
    counts: DepositRule | None
    verdicts: tuple[Verdict, ...]


def try_rules(rows: Sequence[DepositRule], booking: Booking, restaurant: Restaurant) -> Trial:
    """Which of the active rules holds for a booking and why."""
    active = [row for row in rows if row.is_active]
    rules = {row.pk: rule_of(row) for row in active}
    chosen = rule_for(rules.values(), booking)
    fitting = [rule for rule in rules.values() if not misfits(rule, booking)]
    exempt = next((rule for rule in fitting if rule.kind is Kind.EXEMPT), None)
    counting = chosen or exempt
    verdicts = [
        _verdict(row, rules[row.pk], booking, restaurant, counting=counting) for row in active
    ]
    return Trial(
        answer=_answer(chosen, booking, restaurant),
        counts=next((row for row in active if counting and row.pk == counting.pk), None),
        verdicts=tuple(sorted(verdicts, key=lambda one: (not one.counts, not one.holds))),
    )


def _answer(rule: Rule | None, booking: Booking, restaurant: Restaurant) -> str:
    if rule is None:
        return _("Nothing: this booking is free.")
    amount = amount_text(price(rule, booking.party_size), restaurant.currency)
    words = {
        Kind.GUARANTEE: _("A card is saved; at most %(amount)s can be charged."),
        Kind.AUTHORISATION: _("%(amount)s is held on the card."),
    }
    return words.get(rule.kind, _("%(amount)s is paid when booking.")) % {"amount": amount}


def _verdict(
    row: DepositRule,
    rule: Rule,
    booking: Booking,
    restaurant: Restaurant,
    *,
    counting: Rule | None,
) -> Verdict:
    wrong = misfits(rule, booking)
    counts = counting is not None and counting.pk == rule.pk
    if wrong:
        why = ", ".join(str(_WHY_NOT[name]) for name in wrong)
    elif counts:
        why = _("it holds")
        if rule.kind is Kind.EXEMPT:
            why = _("it holds, and exempts from all others")
    elif counting is not None and counting.kind is Kind.EXEMPT:
        why = _("it would hold, but another exempts")
    else:
        why = _("it would hold, but another is stricter")
    return Verdict(
        row=row, words=rule_words(row, restaurant), counts=counts, holds=not wrong, why=why
    )
