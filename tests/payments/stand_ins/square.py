"""Square's Payments API with its books, and the events it sends.

Built from square/connect-api-specification, version 2025-08-20.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.notifications.stand_ins.server import Answer, Call, Received, StandIn, as_json

TOKEN = "the-access-token"
LOCATION = "L88917AVBK2S5"
KEY = "the-signature-key"
PATH = "/webhooks/payments/square/"
GOOD, DECLINED, CHALLENGED = "cnon:good", "cnon:declined", "cnon:challenged"
"""One-time tokens; anything may follow them, as each is taken once."""
_PAGE = 2

Thing = dict[str, Any]


class SquareStandIn(StandIn):
    """
    :ivar payments: refunds, disputes, cards, customers: by number
    """

    def __init__(self) -> None:
        super().__init__()
        self.payments: dict[str, Thing] = {}
        self.refunds: dict[str, Thing] = {}
        self.disputes: dict[str, Thing] = {}
        self.cards: dict[str, Thing] = {}
        self.customers: dict[str, Thing] = {}
        self._used: set[str] = set()
        self._keys: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        self._paid_by: dict[str, str] = {}
        self._count = 0

    def settings(self) -> dict[str, Any]:
        return {
            "SQUARE_ACCESS_TOKEN": TOKEN,
            "SQUARE_APPLICATION_ID": "sandbox-sq0idb-1",
            "SQUARE_API_URL": self.url,
            "SQUARE_LOCATION_ID": "",
            "SQUARE_WEBHOOK_SIGNATURE_KEYS": [KEY],
        }

    # --- What happens by itself ---------------------------------------------------------------

    def settle(self, refund_id: str, status: str = "COMPLETED") -> Thing:
        """The bank has decided about a refund."""
        refund = self.refunds[refund_id]
        refund.update(status=status, updated_at=_now())
        if status == "COMPLETED":
            payment = self.payments[refund["payment_id"]]
            payment["refunded_money"]["amount"] += refund["amount_money"]["amount"]
        return refund

    def expire(self, payment_id: str) -> Thing:
        """A hold has run out."""
        return self._move(self.payments[payment_id], "CANCELED", "voided_at")

    def dispute(self, payment_id: str, state: str, number: str = "") -> Thing:
        payment = self.payments[payment_id]
        number = number or self._number("DP")
        opened = self.disputes.get(number, {}).get("created_at", _now())
        self.disputes[number] = {
            "id": number,
            "dispute_id": number,
            "amount_money": dict(payment["amount_money"]),
            "reason": "NO_KNOWLEDGE",
            "state": state,
            "due_at": _now(timedelta(days=14)),
            "disputed_payment": {"payment_id": payment_id},
            "created_at": opened,
            "updated_at": _now(),
            "location_id": payment["location_id"],
        }
        return self.disputes[number]

    # --- The API ------------------------------------------------------------------------------

    def answer(self, request: Received) -> Answer:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "AUTHENTICATION_ERROR", "UNAUTHORIZED")
        if request.headers.get("Square-Version") != "2025-08-20":
            return _error(400, "INVALID_REQUEST_ERROR", "INVALID_SQUARE_VERSION_FORMAT")
        path = request.path.removeprefix("/v2/")
        if request.method == "GET":
            return self._read(path, request.query)
        body = request.json
        if path == "payments/cancel":
            return self.answer_cancel(body["idempotency_key"])
        found = re.fullmatch(r"(?:payments|cards)/([^/]+)/(complete|cancel|disable)", path)
        if found:
            return self._finish(unquote(found[1]), found[2])
        return self._keyed(path, request.body, body)

    def _keyed(self, path: str, raw: bytes, body: Thing) -> Answer:
        key = body.get("idempotency_key", "")
        if not key or len(key) > 45:
            return _error(400, "INVALID_REQUEST_ERROR", "VALUE_TOO_LONG")
        known = self._keys.get((path, key))
        if known is not None:
            if known[0] != raw:
                return _error(400, "INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED")
            return known[1]
        makers: Mapping[str, Callable[[Thing], Answer]] = {
            "payments": self._pay,
            "refunds": self._refund,
            "cards": self._keep,
            "customers": self._customer,
        }
        if path.startswith("payments/"):
            answer = self._change(path.removeprefix("payments/"), body)
        else:
            answer = makers[path](body)
        self._keys[path, key] = (raw, answer)
        return answer

    def _pay(self, body: Thing) -> Answer:
        source, amount = body["source_id"], body["amount_money"]
        if body.get("location_id") != LOCATION or len(body.get("reference_id", "")) > 40:
            return _error(400, "INVALID_REQUEST_ERROR", "INVALID_LOCATION")
        if body.get("autocomplete") and "delay_duration" in body:
            return _error(400, "INVALID_REQUEST_ERROR", "CONFLICTING_PARAMETERS")
        card = self.cards.get(source)
        problem = self._problem(card["of"] if card else source, is_kept=card is not None)
        if card and not card["enabled"]:
            problem = _error(400, "INVALID_REQUEST_ERROR", "INVALID_CARD")
        if card and card["customer_id"] != body.get("customer_id"):
            problem = _error(400, "INVALID_REQUEST_ERROR", "CUSTOMER_NOT_FOUND")
        number = self._number("PM")
        now, is_done = _now(), bool(body.get("autocomplete", True))
        self.payments[number] = {
            "id": number,
            "created_at": now,
            "updated_at": now,
            "status": "FAILED" if problem else "COMPLETED" if is_done else "APPROVED",
            "amount_money": amount,
            "total_money": amount,
            "approved_money": amount,
            "refunded_money": {"amount": 0, "currency": amount["currency"]},
            "location_id": LOCATION,
            "reference_id": body.get("reference_id", ""),
            "refund_ids": [],
            "version_token": f"v{number}",
            "card_details": {
                "status": "FAILED" if problem else "CAPTURED" if is_done else "AUTHORIZED",
                "card_payment_timeline": {"captured_at" if is_done else "authorized_at": now},
                "errors": [{"code": "GENERIC_DECLINE"}] if problem else [],
            },
        }
        payment = self.payments[number]
        if not is_done:
            payment["delayed_until"] = _now(timedelta(days=7))
        self._paid_by[body["idempotency_key"]] = number
        return problem or as_json({"payment": payment})

    def _problem(self, source: str, *, is_kept: bool) -> Answer | None:
        if not is_kept and source in self._used:
            return _error(400, "PAYMENT_METHOD_ERROR", "SOURCE_USED")
        self._used.add(source)
        if source.startswith(DECLINED):
            return _error(402, "PAYMENT_METHOD_ERROR", "GENERIC_DECLINE")
        # Kept with the guest there; without them the bank asks for them.
        if source.startswith(CHALLENGED):
            code = "CARD_DECLINED_VERIFICATION_REQUIRED"
            return _error(400, "PAYMENT_METHOD_ERROR", code)
        return None

    def _change(self, number: str, body: Thing) -> Answer:
        payment = self.payments.get(number)
        if payment is None:
            return _error(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
        wanted = body["payment"]
        if wanted.get("version_token") != payment["version_token"]:
            return _error(409, "INVALID_REQUEST_ERROR", "CONFLICT")
        if wanted["amount_money"]["amount"] > payment["approved_money"]["amount"]:
            return _error(400, "INVALID_REQUEST_ERROR", "AMOUNT_TOO_HIGH")
        payment["amount_money"] = payment["total_money"] = wanted["amount_money"]
        payment["version_token"] += "+"
        return as_json({"payment": payment})

    def _finish(self, number: str, what: str) -> Answer:
        if what == "disable":
            return self._disable(number)
        payment = self.payments.get(number)
        if payment is None:
            return _error(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
        if payment["status"] != "APPROVED":
            return _error(400, "INVALID_REQUEST_ERROR", "BAD_REQUEST")
        if what == "complete":
            self._move(payment, "COMPLETED", "captured_at")
        else:
            self._move(payment, "CANCELED", "voided_at")
        return as_json({"payment": payment})

    def answer_cancel(self, key: str) -> Answer:
        """A payment of unknown outcome is voided; that there is none is no error."""
        number = self._paid_by.get(key)
        if number is not None:
            self._move(self.payments[number], "CANCELED", "voided_at")
        return as_json({})

    def _move(self, payment: Thing, status: str, when: str) -> Thing:
        now = _now()
        payment.update(status=status, updated_at=now)
        payment["card_details"]["card_payment_timeline"][when] = now
        return payment

    def _refund(self, body: Thing) -> Answer:
        payment = self.payments.get(body["payment_id"])
        if payment is None:
            return _error(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
        asked = sum(
            self.refunds[one]["amount_money"]["amount"]
            for one in payment["refund_ids"]
            if self.refunds[one]["status"] in ("PENDING", "COMPLETED")
        )
        if payment["status"] != "COMPLETED":
            return _error(400, "REFUND_ERROR", "PAYMENT_NOT_REFUNDABLE")
        if asked + body["amount_money"]["amount"] > payment["total_money"]["amount"]:
            return _error(400, "REFUND_ERROR", "REFUND_AMOUNT_INVALID")
        number = self._number("RF")
        self.refunds[number] = {
            "id": number,
            "status": "PENDING",
            "payment_id": payment["id"],
            "location_id": LOCATION,
            "amount_money": body["amount_money"],
            "reason": body.get("reason", ""),
            "created_at": _now(),
            "updated_at": _now(),
        }
        payment["refund_ids"].append(number)
        payment["updated_at"] = _now()
        return as_json({"refund": self.refunds[number]})

    def _customer(self, body: Thing) -> Answer:
        if not any(body.get(name) for name in ("given_name", "family_name", "email_address")):
            return _error(400, "INVALID_REQUEST_ERROR", "BAD_REQUEST")
        number = self._number("CU")
        self.customers[number] = {"id": number, "reference_id": body.get("reference_id", "")}
        return as_json({"customer": self.customers[number]})

    def _keep(self, body: Thing) -> Answer:
        if body["card"].get("customer_id") not in self.customers:
            return _error(400, "INVALID_REQUEST_ERROR", "CUSTOMER_NOT_FOUND")
        if body["source_id"].startswith(DECLINED):
            return _error(400, "PAYMENT_METHOD_ERROR", "INVALID_CARD_DATA")
        number = "ccof:" + self._number("CA")
        self.cards[number] = {
            "id": number,
            "of": body["source_id"],
            "customer_id": body["card"]["customer_id"],
            "reference_id": body["card"].get("reference_id", ""),
            "card_brand": "VISA",
            "last_4": "1111",
            "exp_month": 3,
            "exp_year": 2030,
            "enabled": True,
        }
        return as_json({"card": self.cards[number]})

    def _disable(self, number: str) -> Answer:
        """Again it has no effect."""
        card = self.cards.get(number)
        if card is None:
            return _error(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
        card["enabled"] = False
        return as_json({"card": card})

    # --- Reading ------------------------------------------------------------------------------

    def _read(self, path: str, query: Mapping[str, str]) -> Answer:
        books = {"payments": self.payments, "refunds": self.refunds, "cards": self.cards}
        kind, _slash, number = path.partition("/")
        if number:
            thing = books[kind].get(number)
            name = kind.removesuffix("s")
            return (
                as_json({name: thing})
                if thing
                else _error(404, "INVALID_REQUEST_ERROR", "NOT_FOUND")
            )
        start = int(query.get("cursor") or 0)
        found = [one for one in books[kind].values() if _is_asked_for(one, query)]
        body: Thing = {kind: found[start : start + _PAGE]}
        if len(found) > start + _PAGE:
            body["cursor"] = str(start + _PAGE)
        return as_json(body)

    def _number(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count:05}"


def event(kind: str, thing: Thing, *, event_id: str = "ev-1") -> Thing:
    """The body of an event: `payment.updated`, `refund.updated`, `dispute.state.updated` ..."""
    about = kind.partition(".")[0]
    return {
        "merchant_id": "M1",
        "location_id": LOCATION,
        "type": kind,
        "event_id": event_id,
        "created_at": _now(),
        "data": {"type": about, "id": thing["id"], "object": {about: thing}},
    }


def call_of(body: Any, *, site: str = "http://testserver", key: str = KEY) -> Call:
    raw = json.dumps(body).encode()
    mac = hmac.new(key.encode(), (site + PATH).encode() + raw, hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    return Call(PATH, raw, "application/json", {"X-Square-HmacSha256-Signature": signature})


def _is_asked_for(thing: Thing, query: Mapping[str, str]) -> bool:
    if not thing.get("enabled", True):
        return False
    for name in ("location_id", "reference_id"):
        if name in query and thing.get(name) != query[name]:
            return False
    since = {"begin_time": "created_at", "updated_at_begin_time": "updated_at"}
    return all(thing[since[name]] >= query[name] for name in since if name in query)


def _now(later: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + later).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _error(status: int, category: str, code: str) -> Answer:
    # The words of a real answer may hold a name; they must not get anywhere.
    error = {"category": category, "code": code, "detail": "Anna Schmidt", "field": "source_id"}
    return as_json({"errors": [error]}, status)
