"""The words of all messages: what is sent, in the reader's language (rule 106).

``words`` says what each kind tells, ``letter`` and ``sms`` give it a shape, ``placeholders`` puts
the restaurant's own texts in. docs/messages-texts.md has the whole list.
"""

from notifications.rendering.placeholders import PLACEHOLDERS
from notifications.rendering.preview import preview
from notifications.rendering.render import render
from notifications.rendering.sms import Segments, segments

__all__ = ["PLACEHOLDERS", "Segments", "preview", "render", "segments"]
