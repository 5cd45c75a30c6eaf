"""What a column means, guessed from its header in English or Russian."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELDS: Mapping[str, str | Promise] = MappingProxyType(
    {
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "language": _("Language"),
        "is_vip": _("VIP"),
        "preferences": _("Preferences"),
        "note": _("Note"),
        "news": _("Agreed to offers and news"),
        "visits": _("Visits so far"),
        "last_visit": _("Last visit"),
        "visit_date": _("Date of one visit"),
        "party_size": _("Party of that visit"),
        "status": _("How that visit ended"),
        "spend": _("Spent"),
    }
)
_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "name": "name|full name|guest|guest name|client|customer|имя и фамилия|фио|гость|клиент"
        "|имя гостя|имя клиента",
        "first_name": "first name|given name|имя",
        "last_name": "last name|surname|family name|фамилия",
        "phone": "phone|phone number|mobile|mobile phone|telephone|tel|cell|телефон|номер телефона"
        "|мобильный|мобильный телефон|моб телефон",
        "email": "email|e mail|email address|mail|почта|эл почта|электронная почта|имейл",
        "language": "language|lang|locale|язык",
        "is_vip": "vip|is vip|вип",
        "preferences": "preferences|likes|preference|предпочтения|пожелания",
        "note": "note|notes|comment|comments|remark|remarks|примечание|примечания|комментарий"
        "|комментарии|заметка|заметки",
        "news": "marketing|marketing consent|newsletter|opt in|consent|рассылка"
        "|согласие на рассылку|согласие",
        "visits": "visits|visit count|number of visits|total visits|визиты|визитов"
        "|количество визитов|число визитов|посещений",
        "last_visit": "last visit|last seen|последний визит|дата последнего визита"
        "|последнее посещение",
        "visit_date": "date|visit date|reservation date|booking date|дата|дата визита"
        "|дата посещения|дата брони",
        "party_size": "party|party size|covers|guests|people|pax|гостей|количество гостей"
        "|число гостей|персон",
        "status": "status|state|статус|состояние",
        "spend": "spend|spent|total spend|revenue|bill|amount|total|сумма|потрачено|чек|выручка"
        "|сумма чека|сумма покупок",
    }
)
_FIELD_OF = {header: field for field, text in _HEADERS.items() for header in text.split("|")}


def guess(columns: Sequence[str]) -> dict[str, int]:
    """Field to column; the first column that says so wins."""
    found: dict[str, int] = {}
    for number, header in enumerate(columns):
        field = _FIELD_OF.get(_plain(header))
        if field is not None:
            found.setdefault(field, number)
    # A lone first name is the name, as small books have it.
    if "first_name" in found and "last_name" not in found and "name" not in found:
        found["name"] = found.pop("first_name")
    return found


def _plain(header: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", header.casefold().replace("ё", "е")).split())
