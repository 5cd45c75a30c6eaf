"""docs/messages-texts.md is what is registered at Meta: it has to agree with what is sent."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from notifications.kinds import Kind
from notifications.rendering import PLACEHOLDERS
from notifications.rendering.whatsapp import PARAMETERS, template_of

TEXT = (Path(settings.BASE_DIR) / "docs" / "messages-texts.md").read_text()


@pytest.mark.parametrize("kind", PARAMETERS)
def test_a_template_has_its_parameters_in_both_languages(kind: Kind) -> None:
    found = re.search(
        rf"^### `{template_of(kind)}`\nParameters: ([\w, ]+)\..*\n- en: (.+)\n- ru: (.+)$",
        TEXT,
        re.MULTILINE,
    )
    assert found is not None
    names, *bodies = found.groups()
    assert tuple(names.split(", ")) == PARAMETERS[kind]
    for body in bodies:
        numbers = [int(number) for number in re.findall(r"\{\{(\d+)\}\}", body)]
        assert numbers == list(range(1, len(PARAMETERS[kind]) + 1))
        # Meta refuses a body that begins or ends with a parameter.
        assert not body.startswith("{{")
        assert not body.endswith("}}")


def test_every_kind_and_placeholder_is_listed() -> None:
    assert all(f"| `{kind.value}` |" in TEXT for kind in Kind)
    assert all(f"`{{{name}}}`" in TEXT for name in PLACEHOLDERS)
