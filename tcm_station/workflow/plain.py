"""Text and JSON as people and programs hand them over: encodings, broken lines, values that JSON forbids."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tcm_station.domain.errors import Refused, StationError
from tcm_station.workflow.examine import read_bytes

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def decoded(path: Path) -> str:
    """A text file in UTF-8, in GBK, or in UTF-16 with its mark. Raises Refused."""
    data = read_bytes(path)
    encodings = ("utf-16",) if data.startswith(UTF16_MARKS) else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break  # no text holds it: UTF-16 without its mark, or no text at all
        return text
    raise Refused("text-encoding", name=path.name)


def parsed(text: str) -> Any:
    """A JSON value. Raises ValueError also where Python's own reader is laxer than JSON or gives up.

    Half a surrogate pair, which no file and no database can hold, becomes U+FFFD.
    """
    try:
        value = json.loads(text, parse_constant=_no_number)
        return _sound(value) if "\\u" in text else value
    except RecursionError as fault:
        raise ValueError("nested too deeply") from fault


def where_wrong(fault: ValueError) -> str:
    """Line and column where a text stops being JSON, as "3:14"; numbers need no language."""
    return f"{getattr(fault, 'lineno', 1)}:{getattr(fault, 'colno', 1)}"


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is not a number of JSON")


def _sound(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {_sound(key): _sound(item) for key, item in value.items()}
    return value


def json_objects(name: str) -> Iterator[tuple[str, Mapping[str, Any] | StationError]]:
    """Each object of a JSON or JSON Lines file with its id; a broken line is an error in its place.

    An object without an id goes by the file's name and its line's number. Raises Refused when the file
    cannot be read at all.
    """
    path = Path(name)
    content = decoded(path)
    if path.suffix.lower() == ".json":
        try:
            whole = parsed(content)
        except ValueError as fault:
            yield name, Refused("line-not-json", name=path.name, line=getattr(fault, "lineno", 1))
            return
        lines: list[tuple[int, Any]] = list(enumerate(whole if isinstance(whole, list) else [whole], start=1))
    else:
        lines = []
        # Only a line feed ends a line: JSON text may hold the other characters that `splitlines` splits at.
        for number, line in enumerate(content.split("\n"), start=1):
            if not line.strip():
                continue
            try:
                lines.append((number, parsed(line)))
            except ValueError:
                lines.append((number, Refused("line-not-json", name=path.name, line=number)))
    for number, item in lines:
        if isinstance(item, StationError):
            yield f"{name}:{number}", item
        elif isinstance(item, Mapping):
            given = item.get("id")
            yield (str(given) if given is not None else f"{name}:{number}"), item
        else:
            yield f"{name}:{number}", Refused("line-not-object", name=path.name, line=number)
