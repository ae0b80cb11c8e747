"""Every sentence for people stands in both languages and is used."""

import re
import string
from functools import cache
from pathlib import Path

import pytest

from tcm_station.i18n import LANGS, UnknownKey, catalogue, system_lang, tr

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("tcm_station", "vision", "knowledge_graph", "ui")


@cache
def sources() -> str:
    """All code and tables that may name a key."""
    files = [p for package in PACKAGES for p in (ROOT / package).rglob("*.py")]
    files += [
        p for p in (ROOT / "assets").rglob("*") if p.suffix in {".tsv", ".toml"} and "strings" not in p.parts
    ]
    files += list((ROOT / "knowledge_graph").rglob("*.tsv"))
    return "\n".join(p.read_text(encoding="utf-8") for p in files)


@cache
def prefixes() -> tuple[re.Pattern[str], ...]:
    """Keys made at run time: an f-string's fixed parts, each field standing for one or more parts."""
    quoted = r"""f"([a-z_.\-]+\.\{[^"]*)"|f'([a-z_.\-]+\.\{[^']*)'"""
    found = {one or other for one, other in re.findall(quoted, sources())}
    patterns = []
    for told in found:
        parts = re.split(r"\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}", told)
        patterns.append(re.compile("^" + r"[A-Za-z0-9_.\-]+".join(re.escape(p) for p in parts) + "$"))
    return tuple(patterns)


@cache
def literals() -> frozenset[str]:
    return frozenset(re.findall(r"[A-Za-z_][A-Za-z0-9_\-]*(?:\.[A-Za-z0-9_\-]+)+", sources()))


@cache
def words() -> frozenset[str]:
    return frozenset(re.findall(r'"([a-z0-9][a-z0-9_\-]*)"', sources()))


def is_used(key: str) -> bool:
    if key in literals() or any(p.match(key) for p in prefixes()):
        return True
    if key.startswith("error."):
        # raised by code: Refused("not-a-tongue"), whose advice goes with it
        return key.removeprefix("error.").removesuffix(".advice") in words()
    return key.endswith(".advice") and is_used(key.removesuffix(".advice"))


def test_both_catalogues_hold_the_same_keys():
    zh, en = catalogue("zh"), catalogue("en")
    assert sorted(zh.keys() - en.keys()) == []
    assert sorted(en.keys() - zh.keys()) == []


def test_no_string_is_empty_by_accident():
    blank = {"report.col.sign"}  # the head of the column of signs + − ?
    for lang in LANGS:
        assert [k for k, v in catalogue(lang).items() if not v.strip() and k not in blank] == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_take_the_same_fields():
    zh, en = catalogue("zh"), catalogue("en")
    assert {k: (fields(zh[k]), fields(en[k])) for k in zh if fields(zh[k]) != fields(en[k])} == {}


def test_chinese_strings_hold_chinese_and_english_ones_do_not():
    han = re.compile(r"[一-鿿]")
    # Names and mottoes that stand in Chinese on an English screen too are marked by their key.
    allowed = ("app.mark", "cli.example.", "action.app.language", "error.two-names-needed")
    bad = [k for k, v in catalogue("en").items() if han.search(v) and not k.startswith(allowed)]
    assert bad == []


def test_every_string_is_used():
    assert [key for key in catalogue("zh") if not is_used(key)] == []


def test_every_error_has_its_advice():
    errors = [k for k in catalogue("zh") if k.startswith("error.") and not k.endswith(".advice")]
    assert [k for k in errors if f"{k}.advice" not in catalogue("zh")] == []


def test_every_error_raised_has_its_words():
    raised = re.findall(
        r"(?:Refused|UsageError|Conflict|StoreClosed|StoreDamaged|NotWritten|MachineFailed|OurBug|StationError|UserFixable)"
        r'\(\s*"([a-z0-9\-_.]+)"',
        sources(),
    )
    assert sorted({code for code in raised if f"error.{code}" not in catalogue("zh")}) == []


def test_an_unknown_key_is_our_bug():
    with pytest.raises(UnknownKey):
        tr("no.such.key", "zh")


@pytest.mark.parametrize(
    ("value", "lang"),
    [
        ("C.UTF-8", "zh"),
        ("POSIX", "zh"),
        ("zh_CN.UTF-8", "zh"),
        ("en_GB.UTF-8", "en"),
        ("de_DE", "en"),
        ("", "zh"),
    ],
)
def test_chinese_is_the_default_and_english_a_clear_wish(monkeypatch, value, lang):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", value)
    if not value:
        monkeypatch.delenv("LANG")
    assert system_lang() == lang
