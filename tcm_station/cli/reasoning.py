"""read, differentiate, review, knowledge: text and lists in, reasons out."""

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from tcm_station.cli import text
from tcm_station.cli.output import Output
from tcm_station.domain.clock import local_now
from tcm_station.domain.errors import ExitCode, Refused, StationError, UsageError
from tcm_station.workflow import contract
from tcm_station.workflow.plain import decoded, json_objects

Work = Callable[[str, Mapping[str, Any]], tuple[dict[str, object], Callable[[], str]]]


def _each_object(args: argparse.Namespace, out: Output, work: Work) -> ExitCode:
    def checked(name: str, item: Mapping[str, Any] | StationError) -> Any:
        if isinstance(item, StationError):
            raise item
        return work(name, item)

    for file in args.files:
        try:
            items = list(json_objects(file))
        except StationError as error:
            out.refuse(file, error)
            continue
        out.each(items, checked)
    return out.code


def run_read(args: argparse.Namespace, out: Output) -> ExitCode:
    from knowledge_graph.reading import read_text

    def answer(words: str) -> tuple[dict[str, object], Callable[[], str]]:
        reading = read_text(words)
        plain: dict[str, object] = {
            "findings": [contract.finding_json(f) for f in reading.findings],
            "unread": [list(span) for span in reading.unread],
        }
        return plain, lambda: text.findings_text(reading.findings, out.lang)

    def of_line(name: str, item: Mapping[str, Any] | StationError) -> Any:
        if isinstance(item, StationError):
            raise item
        if not isinstance(item.get("text"), str):
            raise Refused("line-field", field="text")
        return answer(item["text"])

    for file in args.files:
        if Path(file).suffix.lower() in {".jsonl", ".json"}:
            try:
                items = list(json_objects(file))
            except StationError as error:
                out.refuse(file, error)
                continue
            out.each(items, of_line)
        else:
            out.each([(file, Path(file))], lambda name, path: answer(decoded(path)))
    return out.code


def run_differentiate(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.workflow.case import differentiate_case

    def work(name: str, item: Mapping[str, Any]) -> tuple[dict[str, object], Callable[[], str]]:
        told, choice, findings = differentiate_case(item, top=args.top)
        if told.red_flags:
            out.worsen(ExitCode.NEEDS_PERSON)
        plain = contract.differentiation_json(told, choice, findings=findings, top=args.top)
        return plain, lambda: text.differentiation_text(name, told, out.lang, choice, findings)

    return _each_object(args, out, work)


def as_of(words: str | None) -> date:
    """The date rules are applied on: today unless one is given. Raises UsageError."""
    if not words:
        return local_now().date()
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise UsageError("not-a-date", words=words) from None


def run_review(args: argparse.Namespace, out: Output) -> ExitCode:
    from knowledge_graph.review import review
    from knowledge_graph.review_io import prescription_from_json

    on = as_of(args.as_of)

    def work(name: str, item: Mapping[str, Any]) -> tuple[dict[str, object], Callable[[], str]]:
        prescription, facts = prescription_from_json(item)
        told = review(prescription, facts, as_of=on)
        if told.verdict.value == "stop":
            out.worsen(ExitCode.NEEDS_PERSON)
        return contract.review_json(told), lambda: text.review_text(name, told, out.lang)

    return _each_object(args, out, work)


def run_knowledge(args: argparse.Namespace, out: Output) -> ExitCode:
    from knowledge_graph import query

    if args.action == "stats":
        stats = query.stats()
        out.answer({"input": "stats", "ok": True, "counts": stats}, lambda: text.stats_text(stats, out.lang))
        return out.code
    if args.action == "export":
        if args.out is None:
            raise UsageError("out-needed")
        from tcm_station.workflow.pictures import write_bytes

        write_bytes(args.out, query.export(args.format))
        out.answer({"input": "export", "ok": True, "file": str(args.out)}, lambda: str(args.out))
        return out.code
    if not args.names:
        raise UsageError("names-needed")
    if args.action == "path":
        if len(args.names) != 2:
            raise UsageError("two-names-needed")
        steps = query.path(*args.names)
        out.answer(
            {"input": " ".join(args.names), "ok": True, "path": steps},
            lambda: text.path_text(steps, out.lang),
        )
        return out.code
    if args.action == "search":
        return out.each([(n, n) for n in args.names], lambda name, words: _search(words, out))
    return out.each([(n, n) for n in args.names], lambda name, words: _show(words, out))


def _search(words: str, out: Output) -> tuple[dict[str, object], Callable[[], str]]:
    from knowledge_graph import query

    hits = query.search(words)
    return {"hits": hits}, lambda: text.hits_text(hits, out.lang)


def _show(name: str, out: Output) -> tuple[dict[str, object], Callable[[], str]]:
    from knowledge_graph import query

    nodes = query.show(name)
    return {"nodes": nodes}, lambda: text.nodes_text(nodes, out.lang)
