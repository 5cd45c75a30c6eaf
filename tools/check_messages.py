"""Are the compiled message files those of their sources? With ``--write``, make them so.

Uses Babel, so that nobody needs gettext's programs to run or check ReserveHub.
"""

from __future__ import annotations

import gettext
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def sources() -> Iterator[Path]:
    """All message files of the project."""
    yield from sorted(ROOT.glob("locale/*/LC_MESSAGES/*.po"))
    yield from sorted(ROOT.glob("*/locale/*/LC_MESSAGES/*.po"))


def compile_messages(source: Path) -> None:
    with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
        write_mo(mo, read_po(po), use_fuzzy=False)


def expected(source: Path) -> dict[str, str]:
    """Source text and translation, plural forms one by one, as the compiled file should say."""
    with source.open("rb") as file:
        catalog = read_po(file)
    pairs: dict[str, str] = {}
    for message in catalog:
        if not message.id or message.fuzzy or not message.string:
            continue
        name = message.id if isinstance(message.id, str) else message.id[0]
        if message.context:
            name = f"{message.context}\x04{name}"
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        if all(texts):
            pairs[name] = "\0".join(texts)
    return pairs


def compiled(source: Path) -> dict[str, str]:
    """What the compiled file says, in the shape of :func:`expected`."""
    target = source.with_suffix(".mo")
    if not target.exists():
        return {}
    with target.open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined] # noqa: SLF001
    forms: dict[str, dict[int, str]] = {}
    for key, text in catalog.items():
        name, number = key if isinstance(key, tuple) else (key, 0)
        if name:
            forms.setdefault(name, {})[number] = text
    return {name: "\0".join(texts[n] for n in sorted(texts)) for name, texts in forms.items()}


def main(arguments: list[str]) -> int:
    """Check all files, or write them; 1 if one is stale."""
    stale = []
    for source in sources():
        if "--write" in arguments:
            compile_messages(source)
        elif expected(source) != compiled(source):
            stale.append(source)
    for source in stale:
        sys.stderr.write(
            f"{source.relative_to(ROOT)} and its .mo differ: "
            ".venv/bin/python tools/check_messages.py --write\n"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
