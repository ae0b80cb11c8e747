"""Values to plain JSON data and back, by their type hints.

Strict in both directions: an unknown key, a missing field without default or a wrong type raises
CodecError naming the place. Enums are written by value, dates in ISO form, tuples as lists.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class CodecError(ValueError):
    """Plain data that does not fit the type."""


def to_plain(value: object) -> Any:
    """The value as dicts, lists, text, numbers, true/false and null."""
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise CodecError(f"cannot write a {type(value).__name__}")


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def from_plain(cls: type[T], data: object, where: str = "") -> T:
    """A value of `cls` from plain data. Raises CodecError."""
    return cast(T, _read(cls, data, where or cls.__name__))


def _read_dataclass(hint: type, data: object, where: str) -> object:
    if not isinstance(data, Mapping):
        raise CodecError(f"{where}: an object is needed")
    hints = _hints(hint)
    known = {f.name: f for f in fields(cast(Any, hint))}
    for key in data:
        if key not in known:
            raise CodecError(f"{where}: unknown field {key}")
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in data:
            values[name] = _read(hints[name], data[name], f"{where}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise CodecError(f"{where}: field {name} is missing")
    return hint(**values)


def _read_tuple(args: tuple[Any, ...], data: object, where: str) -> object:
    if not isinstance(data, list | tuple):
        raise CodecError(f"{where}: a list is needed")
    if len(args) == 2 and args[1] is Ellipsis:
        return tuple(_read(args[0], item, f"{where}[{i}]") for i, item in enumerate(data))
    if len(args) != len(data):
        raise CodecError(f"{where}: {len(args)} values are needed, not {len(data)}")
    return tuple(_read(a, item, f"{where}[{i}]") for i, (a, item) in enumerate(zip(args, data, strict=True)))


def _read(hint: Any, data: object, where: str) -> object:
    origin = get_origin(hint)
    if origin is Union or origin is types.UnionType:
        args = get_args(hint)
        if data is None and type(None) in args:
            return None
        (inner,) = [a for a in args if a is not type(None)]
        return _read(inner, data, where)
    if origin is tuple:
        return _read_tuple(get_args(hint), data, where)
    if isinstance(hint, type) and is_dataclass(hint):
        return _read_dataclass(hint, data, where)
    return _read_scalar(hint, data, where)


def _read_scalar(hint: Any, data: object, where: str) -> object:
    try:
        if isinstance(hint, type) and issubclass(hint, Enum):
            return hint(data)
        if hint is datetime and isinstance(data, str):
            return datetime.fromisoformat(data)
        if hint is date and isinstance(data, str):
            return date.fromisoformat(data)
    except ValueError as fault:
        raise CodecError(f"{where}: {fault}") from fault
    if hint is float and isinstance(data, int | float) and not isinstance(data, bool):
        return float(data)
    if hint in (str, int, bool) and type(data) is hint:
        return data
    raise CodecError(f"{where}: {getattr(hint, '__name__', hint)} is needed, not {data!r:.40}")
