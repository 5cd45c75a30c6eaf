"""What Stripe would hold: its objects, its books, and what guests and banks do to them."""

from __future__ import annotations

import itertools
from typing import Any

from reservehub.core import clock

GOOD, DECLINED, ASKS_GUEST = "pm_good", "pm_declined", "pm_asks_guest"
HOLD_SECONDS = 7 * 86_400
FEE_OF_A_CHARGE, FEE_OF_A_DISPUTE = 29, 15_00

Thing = dict[str, Any]


class StripeWorld:
    """
    :ivar things: all objects by number
    :ivar rates: of the account's currency (EUR) for others
    """

    def __init__(self) -> None:
        super().__init__()
        self.things: dict[str, Thing] = {}
        self.rates: dict[str, float] = {}
        self.numbers = itertools.count(1)

    def all(self, kind: str) -> list[Thing]:
        """Objects of a kind, newest first."""
        return [one for one in reversed(self.things.values()) if one["object"] == kind]

    # --- Guests and banks -----------------------------------------------------------------------

    def guest_pays(self, number: str) -> str:
        """The number of the charge."""
        intent = self.things[number]
        charge = self.charge_made(intent, "succeeded")
        intent["last_payment_error"] = None
        if intent["capture_method"] == "manual":
            intent["status"] = "requires_capture"
            until = clock.now().timestamp() + HOLD_SECONDS
            charge["payment_method_details"] = {"card": {"capture_before": int(until)}}
        else:
            self.take(intent, intent["amount"])
        return str(charge["id"])

    def guest_is_refused(self, number: str, code: str) -> None:
        intent = self.things[number]
        charge = self.charge_made(intent, "failed", failure_code="card_declined")
        intent["last_payment_error"] = {
            "charge": charge["id"],
            "code": "card_declined",
            "decline_code": code,
        }

    def guest_is_not_recognised(self, number: str) -> None:
        """3-D Secure came to nothing, and to no charge."""
        self.things[number]["last_payment_error"] = {
            "code": "payment_intent_authentication_failure",
            "payment_method": {"id": f"pm_{next(self.numbers)}", "object": "payment_method"},
        }

    def guest_saves(self, number: str, method: str = GOOD) -> None:
        card = {"brand": "visa", "last4": "4242", "exp_month": 5, "exp_year": 2029}
        self.things[method] = {
            "id": method,
            "object": "payment_method",
            "card": card,
            "customer": self.things[number]["customer"],
            "account": self.things[number].get("account", ""),
        }
        self.things[number] |= {"status": "succeeded", "payment_method": method}

    def guest_saves_not(self, number: str) -> None:
        error = {"code": "card_declined", "decline_code": "lost_card"}
        attempt = f"setatt_{next(self.numbers)}"
        self.things[number] |= {"last_setup_error": error, "latest_attempt": attempt}

    def hold_runs_out(self, number: str) -> None:
        self.give_up(self.things[number])

    def refund_at_the_dashboard(self, number: str, amount: int) -> None:
        charge = self.things[self.things[number]["latest_charge"]]
        self.refund_made(charge, amount, metadata={})

    def refund_comes_back(self, number: str) -> None:
        refund = self.things[number]
        refund |= {"status": "failed", "failure_reason": "lost_or_stolen_card"}
        self.book("refund_failure", refund, refund["amount"])

    def bank_disputes(self, number: str, *, status: str = "needs_response") -> Thing:
        intent = self.things[number]
        charge = self.things[intent["latest_charge"]]
        charge["disputed"] = True
        dispute = self.make(
            "dispute",
            "du",
            amount=charge["amount_captured"],
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=number,
            reason="fraudulent",
            status=status,
            evidence_details={"due_by": int(clock.now().timestamp()) + 9 * 86_400},
            balance_transactions=[],
            metadata={},
        )
        if not status.startswith("warning"):
            self._move(dispute, -dispute["amount"], fee=FEE_OF_A_DISPUTE)
        return dispute

    def bank_decides(self, dispute: Thing, *, is_won: bool) -> None:
        dispute["status"] = "won" if is_won else "lost"
        if is_won:
            self._move(dispute, dispute["amount"])

    # --- Books ----------------------------------------------------------------------------------

    def make(self, kind: str, prefix: str, **what: Any) -> Thing:
        number = f"{prefix}_{next(self.numbers)}"
        thing = {"id": number, "object": kind, "created": int(clock.now().timestamp()), **what}
        self.things[number] = thing
        return thing

    def charge_made(self, intent: Thing, status: str, **what: Any) -> Thing:
        charge = self.make(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_captured=0,
            captured=False,
            currency=intent["currency"],
            customer=intent["customer"],
            payment_intent=intent["id"],
            metadata=dict(intent["metadata"]),
            status=status,
            disputed=False,
            balance_transaction=None,
            **what,
        )
        intent["latest_charge"] = charge["id"]
        return charge

    def take(self, intent: Thing, amount: int) -> None:
        charge = self.things[intent["latest_charge"]]
        charge |= {"captured": True, "amount_captured": amount}
        intent["status"] = "succeeded"
        booking = self.book("charge", charge, amount, fee=FEE_OF_A_CHARGE)
        charge["balance_transaction"] = booking["id"]

    def give_up(self, intent: Thing) -> None:
        now = int(clock.now().timestamp())
        intent |= {"status": "canceled", "canceled_at": now}

    def refund_made(self, charge: Thing, amount: int, **what: Any) -> Thing:
        refund = self.make(
            "refund",
            "re",
            amount=amount,
            currency=charge["currency"],
            charge=charge["id"],
            payment_intent=charge["payment_intent"],
            status="succeeded",
            **what,
        )
        self.book("refund", refund, -amount)
        return refund

    def returned(self, charge: Thing) -> int:
        return sum(
            one["source_amount"]
            for one in self.all("balance_transaction")
            if one["type"] == "refund" and self.things[one["source"]]["charge"] == charge["id"]
        )

    def _move(self, dispute: Thing, amount: int, fee: int = 0) -> None:
        booking = self.book("adjustment", dispute, amount, fee=fee)
        dispute["balance_transactions"].append(dict(booking))

    def book(self, kind: str, source: Thing, amount: int, fee: int = 0) -> Thing:
        rate = self.rates.get(source["currency"], 1)
        return self.make(
            "balance_transaction",
            "txn",
            amount=round(amount * rate),
            currency="eur" if rate != 1 else source["currency"],
            fee=fee,
            type=kind,
            source=source["id"],
            source_amount=abs(amount),
        )
