"""Adyen's Checkout API with its books, and the notifications it sends.

Built from `CheckoutService-v71` and `Webhooks-v1` of Adyen/adyen-openapi. Changes to a payment are
only received; what came of them waits in `told` until the test delivers it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.notifications.stand_ins.server import Answer, Call, Received, StandIn, as_json

ACCOUNT = "TrattoriaECOM"
API_KEY = "the-api-key"
HMAC_KEY = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056"
USER, PASSWORD = "adyen", "the-webhook-password"
PATH = "/webhooks/payments/adyen/"

GOOD, REFUSED, CHALLENGED = "visa-good", "visa-refused", "visa-challenged"
"""Cards; a token of one that is kept is ``T-`` and its name."""

Item = dict[str, Any]


class AdyenStandIn(StandIn):
    """
    :ivar sessions: by number
    :ivar payments: by PSP reference
    :ivar kept: shoppers whose cards are stored, by token
    :ivar told: notifications that have not been delivered
    """

    def __init__(self) -> None:
        super().__init__()
        self.sessions: dict[str, dict[str, Any]] = {}
        self.payments: dict[str, dict[str, Any]] = {}
        self.kept: dict[str, str] = {}
        self.told: list[Item] = []
        self._answers: dict[tuple[str, str], Answer] = {}
        self._count = 0

    def settings(self) -> dict[str, Any]:
        return {
            "ADYEN_API_KEY": API_KEY,
            "ADYEN_CLIENT_KEY": "test_CLIENT",
            "ADYEN_API_URL": f"{self.url}/v71",
            "ADYEN_HMAC_KEYS": [HMAC_KEY],
            "ADYEN_WEBHOOK_USER": USER,
            "ADYEN_WEBHOOK_PASSWORD": PASSWORD,
            "ADYEN_MERCHANT_ACCOUNT": "",
        }

    # --- What the guest and the bank do -------------------------------------------------------

    def guest_pays(self, session_id: str, card: str = GOOD, *, tells_token: bool = True) -> str:
        """Drop-in with a card; returns the `sessionResult` that the page is given."""
        session = self.sessions[session_id]
        payment = self._payment(session, card, session_id=session_id)
        session["status"] = "completed" if payment["is_good"] else "active"
        self._tell_authorisation(payment, card, tells_token=tells_token)
        return f"result-of-{session_id}"

    def expire(self, session_id: str) -> str:
        self.sessions[session_id]["status"] = "expired"
        return f"result-of-{session_id}"

    def tell(self, event: str, payment: str, *, number: str = "", **changes: Any) -> Item:
        """A notification about a payment that nobody asked for: a dispute, a failed capture."""
        about = self.payments[payment]
        item: Item = {
            "eventCode": event,
            "success": "true",
            "pspReference": number or self._number(),
            "originalReference": payment,
            "merchantAccountCode": ACCOUNT,
            "merchantReference": about["reference"],
            "amount": about["amount"],
            "eventDate": datetime.now(UTC).isoformat(timespec="seconds"),
            "paymentMethod": "visa",
            "reason": "",
            "additionalData": {},
            **changes,
        }
        self.told.append(item)
        return item

    def delivery(self, *, items: Iterable[Item] | None = None) -> Call:
        """One request with all that has not been told yet, or with these."""
        if items is None:
            items, self.told = self.told, []
        return call_of(items)

    # --- The API ------------------------------------------------------------------------------

    def answer(self, request: Received) -> Answer:
        if request.headers.get("X-Api-Key") != API_KEY:
            return _error(401, "000", "security")
        path = request.path.removeprefix("/v71/")
        if request.method == "GET":
            return self._session(path, request.query)
        if request.method == "DELETE":
            return self._forget(path.removeprefix("storedPaymentMethods/"), request.query)
        key = request.headers.get("Idempotency-Key", "")
        if not key or len(key) > 64:
            return _error(422, "706", "validation")
        known = self._answers.get((path, key))
        if known is not None:
            return known
        answer = self._act(path, request.json)
        self._answers[path, key] = answer
        return answer

    def _act(self, path: str, body: dict[str, Any]) -> Answer:
        if body.get("merchantAccount") != ACCOUNT:
            return _error(403, "901", "security")
        if path == "sessions":
            return self._begin(body)
        if path == "payments":
            return self._pay(body)
        found = re.fullmatch(r"payments/(\w+)/(captures|cancels|refunds)", path)
        if not found:
            return _error(404, "902", "validation")
        payment = self.payments.get(found[1])
        if payment is None:
            return _error(422, "167", "validation")
        return self._modify(payment, found[2], body)

    def _begin(self, body: dict[str, Any]) -> Answer:
        if not _is_amount(body.get("amount")) or not body.get("reference"):
            return _error(422, "100", "validation")
        ends = datetime.fromisoformat(body["expiresAt"])
        if not body.get("returnUrl") or not (
            timedelta() < ends - datetime.now(UTC) <= timedelta(hours=24)
        ):
            return _error(422, "14_030", "validation")
        number = f"CS{self._number()}"
        self.sessions[number] = {**body, "status": "active"}
        told = {**body, "id": number, "sessionData": f"Ab02b4c0!{number}"}
        return as_json(told, 201)

    def _session(self, path: str, query: Any) -> Answer:
        number = path.removeprefix("sessions/")
        session = self.sessions.get(number)
        if session is None or query.get("sessionResult") != f"result-of-{number}":
            return _error(422, "14_021", "validation")
        payments = [
            {
                "pspReference": psp,
                "amount": payment["amount"],
                "resultCode": "Authorised",
                "paymentMethod": {"type": "scheme"},
            }
            for psp, payment in self.payments.items()
            if payment["session_id"] == number and payment["is_good"]
        ]
        return as_json(
            {
                "id": number,
                "reference": session["reference"],
                "status": session["status"],
                "payments": payments,
            }
        )

    def _forget(self, token: str, query: Mapping[str, str]) -> Answer:
        if query.get("merchantAccount") != ACCOUNT:
            return _error(403, "901", "security")
        if self.kept.get(token) != query.get("shopperReference"):
            return _error(422, "803", "validation")
        del self.kept[token]
        return Answer(204)

    def _pay(self, body: dict[str, Any]) -> Answer:
        method = body.get("paymentMethod") or {}
        if not body.get("returnUrl") or not _is_amount(body.get("amount")):
            return _error(422, "100", "validation")
        token = method.get("storedPaymentMethodId", "")
        if body.get("shopperInteraction") != "ContAuth" or not body.get("shopperReference"):
            return _error(422, "800", "validation")
        payment = self._payment(body, token.removeprefix("T-"))
        self._tell_authorisation(payment, token.removeprefix("T-"), tells_token=False)
        told = {
            "pspReference": payment["pspReference"],
            "merchantReference": body["reference"],
            "amount": body["amount"],
        }
        if payment["is_good"]:
            return as_json({**told, "resultCode": "Authorised"})
        is_challenge = token == f"T-{CHALLENGED}"
        return as_json(
            {
                **told,
                "resultCode": "Refused",
                "refusalReason": "Authentication required"
                if is_challenge
                else "Not enough balance",
                "refusalReasonCode": "38" if is_challenge else "12",
            }
        )

    def _modify(self, payment: dict[str, Any], what: str, body: dict[str, Any]) -> Answer:
        number = self._number()
        asked = body.get("amount", payment["amount"])
        event = {"captures": "CAPTURE", "cancels": "CANCELLATION", "refunds": "REFUND"}[what]
        problem = self._book(payment, what, asked)
        self.tell(
            event,
            payment["pspReference"],
            number=number,
            amount=asked,
            merchantReference=body.get("reference", payment["reference"]),
            success="false" if problem else "true",
            reason=problem,
        )
        return as_json(
            {
                "status": "received",
                "pspReference": number,
                "paymentPspReference": payment["pspReference"],
                **body,
            },
            201,
        )

    def _book(self, payment: dict[str, Any], what: str, asked: dict[str, Any]) -> str:
        """Do it; why it cannot be done, as the webhook will say."""
        if what == "captures":
            if payment["state"] != "held" or asked["value"] > payment["amount"]["value"]:
                return "Insufficient balance on payment"
            payment.update(state="captured", captured=asked["value"])
        elif what == "cancels":
            if payment["state"] != "held":
                return "Transaction not in Authorised state"
            payment["state"] = "cancelled"
        else:
            if payment["refunded"] + asked["value"] > payment["captured"]:
                return "Transaction hasn't been captured, refund not possible"
            payment["refunded"] += asked["value"]
        return ""

    # --- Books --------------------------------------------------------------------------------

    def _payment(self, body: dict[str, Any], card: str, *, session_id: str = "") -> dict[str, Any]:
        number = self._number()
        is_manual = (body.get("additionalData") or {}).get("manualCapture") == "true"
        is_good = card == GOOD
        value = body["amount"]["value"]
        state = "held" if is_manual or not value else "captured"
        self.payments[number] = {
            "pspReference": number,
            "reference": body["reference"],
            "amount": body["amount"],
            "session_id": session_id,
            "is_good": is_good,
            "keeps": body.get("storePaymentMethodMode") == "enabled",
            "shopper": body.get("shopperReference", ""),
            "state": state if is_good else "refused",
            "captured": value if is_good and state == "captured" else 0,
            "refunded": 0,
        }
        return self.payments[number]

    def _tell_authorisation(self, payment: dict[str, Any], card: str, *, tells_token: bool) -> None:
        number = payment["pspReference"]
        more = {"expiryDate": "3/2030", "cardSummary": "1142", "paymentMethod": "visa"}
        keeps = payment["keeps"] and payment["is_good"]
        if keeps:
            self.kept[f"T-{card}"] = payment["shopper"]
        if keeps and tells_token:
            more["tokenization.storedPaymentMethodId"] = f"T-{card}"
            more["tokenization.shopperReference"] = payment["shopper"]
        self.tell(
            "AUTHORISATION",
            number,
            number=number,
            originalReference="",
            success="true" if payment["is_good"] else "false",
            reason="091234:1142:3/2030" if payment["is_good"] else "CVC Declined 1142",
            additionalData=more,
        )
        if keeps and not tells_token:
            self.tell("RECURRING_CONTRACT", number, number=f"T-{card}", additionalData=more)

    def _number(self) -> str:
        self._count += 1
        return f"PSP{self._count:013}"


def signed(item: Item, key: str = HMAC_KEY) -> Item:
    amount = item["amount"]
    values = (
        item["pspReference"],
        item.get("originalReference") or "",
        item["merchantAccountCode"],
        item["merchantReference"],
        str(amount["value"]),
        amount["currency"],
        item["eventCode"],
        item["success"],
    )
    mac = hmac.new(bytes.fromhex(key), ":".join(values).encode(), hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    return {**item, "additionalData": {**item["additionalData"], "hmacSignature": signature}}


def call_of(items: Iterable[Item], *, key: str = HMAC_KEY, is_signed: bool = True) -> Call:
    wrapped = [
        {"NotificationRequestItem": signed(item, key) if is_signed else item} for item in items
    ]
    password = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return Call(
        PATH,
        json.dumps({"live": "false", "notificationItems": wrapped}).encode(),
        "application/json",
        {"Authorization": f"Basic {password}"},
    )


def _is_amount(amount: Any) -> bool:
    return isinstance(amount, dict) and type(amount.get("value")) is int and amount["value"] >= 0


def _error(status: int, code: str, kind: str) -> Answer:
    # The words of a real answer may hold a name; they must not get anywhere.
    body = {"status": status, "errorCode": code, "errorType": kind, "message": "Anna Schmidt"}
    return as_json(body, status)
