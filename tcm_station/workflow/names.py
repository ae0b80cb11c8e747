"""Codes to names for people: the terms table first, then the knowledge graph's nodes."""

from tcm_station.domain.examination import Issue
from tcm_station.domain.terms import find_term
from tcm_station.i18n import Lang, has_key, tr


def name_of(code: str, lang: Lang) -> str:
    """The name of a sign, measurement, syndrome, herb, formula …; the code itself when nothing names it."""
    term = find_term(code)
    if term is not None:
        return term.name(lang)
    from knowledge_graph.load import knowledge

    node = knowledge().find(code)
    if node is None:
        return code
    return node.zh if lang == "zh" else (node.en or node.pinyin or node.zh)


def reason_text(key: str, lang: Lang) -> str:
    """The words of a reason or issue key; the key itself when a later version wrote one we do not know."""
    return tr(key, lang) if has_key(key) else key


def issue_text(issue: Issue, lang: Lang) -> str:
    """The words of a quality issue, with its value and limit where the words name them."""
    if not has_key(issue.code):
        return issue.code
    shown = {"value": issue.value, "limit": issue.limit}
    return tr(issue.code, lang, **{k: "—" if v is None else f"{v:.3g}" for k, v in shown.items()})


def measurement_decimals(code: str) -> int:
    """How many decimals a measurement is shown with (its row says so; 2 without one)."""
    term = find_term(code)
    return int(term.extra.get("decimals", "2")) if term else 2
