"""The content of a message as a row keeps it: what was said is evidence, and what a retry says
again."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from notifications.channels.base import Action, Attachment, Content


def content_row(content: Content) -> dict[str, Any]:
    """JSON of a content; attachments in base64."""
    row = asdict(content)
    row["headers"] = dict(content.headers)
    row["attachments"] = [
        {**part, "content": base64.b64encode(part["content"]).decode()}
        for part in row["attachments"]
    ]
    return row


def content_from_row(row: dict[str, Any]) -> Content:
    """The content of such JSON."""
    return Content(
        **{
            **row,
            "actions": tuple(Action(**one) for one in row["actions"]),
            "attachments": tuple(
                Attachment(**{**one, "content": base64.b64decode(one["content"])})
                for one in row["attachments"]
            ),
            "parameters": tuple(row["parameters"]),
        }
    )
