"""Log records as one line each, text or JSON, with personal data masked.

Code logs ids, never names; the filter is the second fence, for what libraries write.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.:/-])\+\d[\d ()-]{7,}\d")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    *("message", "asctime", "taskName"),
    "color_message",  # uvicorn's second copy
}


def masked(text: str) -> str:
    """``text`` with e-mail addresses and international phone numbers replaced."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", text))


class PersonalDataFilter(logging.Filter):
    """Masks addresses and numbers in the message and its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = masked(record.getMessage())
        record.args = None
        return True


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """What was passed as ``extra=`` in plain values; objects such as requests are left out."""
    return {
        key: masked(value) if isinstance(value, str) else value
        for key, value in vars(record).items()
        if key not in _STANDARD and isinstance(value, str | int | float | bool)
    }


class TextFormatter(logging.Formatter):
    """``12:00:00 INFO bookings.services message key=value`` for people."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        extras = "".join(f" {key}={value}" for key, value in _extras(record).items())
        line = f"{at} {record.levelname} {record.name} {record.getMessage()}{extras}"
        if record.exc_info:
            line += "\n" + masked(self.formatException(record.exc_info))
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line for machines."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            entry["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
