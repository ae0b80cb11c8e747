"""Amounts as people write them, to grams or to a count.

One 钱 is read as 3 g, one 两 as 30 g, one 分 as 0.3 g (the conversion ordered for prescriptions in mainland
China from 1979-01-01, remainders dropped: 1 钱 = 3.125 g exactly); one 斤 is the market pound of 500 g.
Old books' measures (汉代 两 etc.) are never converted: a formula table states its grams itself.
Counts (12枚) are kept as counts: their weight differs too much to be guessed.
"""

import math
import re
import unicodedata
from dataclasses import dataclass

GRAMS_PER = {
    "g": 1.0, "克": 1.0, "公克": 1.0, "gram": 1.0, "grams": 1.0,
    "mg": 0.001, "毫克": 0.001, "kg": 1000.0, "千克": 1000.0, "公斤": 1000.0,
    "两": 30.0, "兩": 30.0, "钱": 3.0, "錢": 3.0, "分": 0.3, "厘": 0.03, "斤": 500.0,
}  # fmt: skip
COUNTS = frozenset("枚片个個条條只隻根粒对對张朵茎把匙撮节丸瓣具尾颗块支袋包盒")
DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
UNITS = "|".join(sorted([*GRAMS_PER, *COUNTS], key=len, reverse=True))
NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:/[0-9]+)?|\.[0-9]+|[〇零一二三四五六七八九十百]+|半"
TWO = r"两(?=枚|片|个|条|只|根|粒|对|钱|分|斤)"
PART = re.compile(rf"\s*(?P<number>{NUMBER}|{TWO})?\s*(?P<unit>{UNITS})?\s*(?P<half>半)?\s*")


@dataclass(frozen=True, slots=True)
class Quantity:
    """grams: None when the amount is a count or could not be read. count: None when it is a weight."""

    text: str
    grams: float | None = None
    count: float | None = None
    unit: str = ""

    @property
    def understood(self) -> bool:
        return self.grams is not None or self.count is not None


def _chinese_number(text: str) -> float | None:
    if text == "半":
        return 0.5
    total, current = 0, 0
    for char in text:
        if char == "十":
            total += (current or 1) * 10
            current = 0
        elif char == "百":
            total += (current or 1) * 100
            current = 0
        elif char in DIGITS:
            current = current * 10 + DIGITS[char] if current and char in "〇零" else DIGITS[char]
        else:
            return None
    return float(total + current)


def _number(text: str) -> float | None:
    if "/" in text:
        top, _, bottom = text.partition("/")
        return float(top) / float(bottom) if float(bottom) else None
    if text[0].isdigit() or text[0] == ".":
        return float(text)
    return _chinese_number(text)


def parse(value: str | float | int | None) -> Quantity:
    """An amount: a number is grams; text may carry Chinese numerals, full-width digits and a unit.

    A bare number in text is grams. What cannot be read has neither grams nor count; nothing is guessed.
    A negative number is returned as it is (the review says so). NaN and infinity are not understood.
    """
    if value is None or isinstance(value, bool):
        return Quantity("")
    if isinstance(value, int | float):
        try:
            given = float(value)
        except OverflowError:
            return Quantity(str(value)[:40])
        return Quantity(f"{value}"[:40], grams=given) if math.isfinite(given) else Quantity(str(value))
    text = unicodedata.normalize("NFKC", value).strip().lower()
    sign = 1.0
    if text[:1] in "-−－" and text[:1]:
        sign, text = -1.0, text[1:]
    text = re.sub(r"^(各|约|大约|每剂)", "", text)
    if not text or len(text) > 40:
        return Quantity(value[:40])
    grams, unit = 0.0, ""
    count: float | None = None
    weighed = False
    place = 0
    while place < len(text):
        found = PART.match(text, place)
        if not found or found.end() == place or not (found["number"] or found["unit"]):
            return Quantity(value)
        number = _number(found["number"]) if found["number"] else None
        if number is None:
            return Quantity(value)
        if found["half"]:
            number += 0.5
        name = found["unit"] or ("g" if place == 0 and found.end() == len(text) else "")
        if name in GRAMS_PER:
            grams += number * GRAMS_PER[name]
            weighed = True
        elif name in COUNTS and count is None:
            count, unit = number, name
        else:
            return Quantity(value)
        place = found.end()
    if weighed and count is None:
        return (
            Quantity(value, grams=sign * round(grams, 6), unit="g")
            if math.isfinite(grams)
            else Quantity(value)
        )
    if count is not None and not weighed:
        return Quantity(value, count=sign * count, unit=unit)
    return Quantity(value)


AMOUNT = rf"各?[0-9０-９][0-9０-９.．]*\s*(?:{UNITS}|Ｇ|ｇ|G)?"
TRAILING = re.compile(rf"^(?P<name>.*?[^\d\s.,，、各])\s*(?P<amount>{AMOUNT})$")


def split_name(written: str) -> tuple[str, str]:
    """A herb and its amount written as one word ("黄芪15g") → (name, amount or "")."""
    found = TRAILING.match(written.strip())
    return (found["name"].strip(), found["amount"].strip()) if found else (written.strip(), "")
