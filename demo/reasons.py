"""What people say when something does not happen. Pure."""

from __future__ import annotations

from demo.steps import Deed

REASONS = {
    Deed.DECLINE: "We have no room for a party of this size that evening, sorry.",
    Deed.CANCEL: "Our plans have changed.",
    Deed.CALL_OFF: "Booked twice; the other reservation stands.",
}
REASONS_RU = {
    Deed.DECLINE: "К сожалению, на такую компанию в этот вечер места нет.",
    Deed.CANCEL: "Планы изменились.",
    Deed.CALL_OFF: "Бронь внесена дважды, вторая остаётся в силе.",
}


def reason_of(deed: Deed, cast: str) -> str:
    """The reason given, or "" for deeds that need none."""
    return (REASONS_RU if cast == "russia" else REASONS).get(deed, "")
