"""Events to JSON and back, by the annotations of the dataclass."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")


class UnsupportedField(TypeError):
    """A field of an event has a type that cannot be stored."""


class Codec(NamedTuple):
    encode: Callable[[Any], Any]
    decode: Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


_SCALARS: Mapping[Any, Codec] = {
    str: Codec(_same, _same),
    int: Codec(_same, _same),
    float: Codec(_same, _same),
    bool: Codec(_same, _same),
    datetime: Codec(datetime.isoformat, datetime.fromisoformat),
    date: Codec(date.isoformat, date.fromisoformat),
    time: Codec(time.isoformat, time.fromisoformat),
    Decimal: Codec(str, Decimal),
    UUID: Codec(str, UUID),
}


def to_payload(value: Any) -> dict[str, Any]:
    """The JSON-ready form of a dataclass instance.

    :raises UnsupportedField: for a type without a codec
    """
    return {
        name: codec.encode(getattr(value, name))
        for name, codec in field_codecs(type(value)).items()
    }


def from_payload(cls: type[T], payload: Mapping[str, Any]) -> T:
    """The instance again.

    Unknown members are ignored and absent ones take their default: a rolling deploy may add fields
    with defaults and drop others.
    """
    codecs = field_codecs(cls)
    return cls(**{n: codec.decode(payload[n]) for n, codec in codecs.items() if n in payload})


_known: dict[type[Any], Mapping[str, Codec]] = {}


def field_codecs(cls: type[Any]) -> Mapping[str, Codec]:
    """How each field of a dataclass is stored.

    :raises UnsupportedField: for a type without a codec
    """
    if cls not in _known:
        hints = get_type_hints(cls)
        _known[cls] = {f.name: codec_for(hints[f.name]) for f in fields(cls) if f.init}
    return _known[cls]


def codec_for(hint: Any) -> Codec:
    """The codec of one annotation: scalars, enums, dataclasses, tuples, ``X | None``."""
    if hint in _SCALARS:
        return _SCALARS[hint]
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _optional(args)
    if origin is tuple:
        return _tuple(args)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Codec(lambda member: hint(member).value, hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return Codec(to_payload, lambda payload: from_payload(hint, payload))
    raise UnsupportedField(f"{hint!r} cannot be a field of an event")


def _optional(args: tuple[Any, ...]) -> Codec:
    members = [arg for arg in args if arg is not types.NoneType]
    if len(members) != 1 or len(members) == len(args):
        raise UnsupportedField(f"a union may only be 'X | None', not {args!r}")
    inner = codec_for(members[0])
    return Codec(
        lambda value: None if value is None else inner.encode(value),
        lambda value: None if value is None else inner.decode(value),
    )


def _tuple(args: tuple[Any, ...]) -> Codec:
    if len(args) == 2 and args[1] is Ellipsis:
        item = codec_for(args[0])
        return Codec(
            lambda values: [item.encode(value) for value in values],
            lambda values: tuple(item.decode(value) for value in values),
        )
    items = [codec_for(arg) for arg in args]
    return Codec(
        lambda values: [c.encode(v) for c, v in zip(items, values, strict=True)],
        lambda values: tuple(c.decode(v) for c, v in zip(items, values, strict=True)),
    )
