"""practice: the headless side of the virtual patients."""

import argparse

from tcm_station.cli.output import Output
from tcm_station.domain.errors import ExitCode, UsageError
from tcm_station.workflow import practise
from tcm_station.workflow.names import name_of


def run_practice(args: argparse.Namespace, out: Output) -> ExitCode:
    """list; ask CASE QUESTION…; commit CASE SYNDROME QUESTION… --formula F (asks, measures, marks)."""
    if args.action == "list":
        for case in practise.cases():
            plain: dict[str, object] = {
                "input": case.id,
                "ok": True,
                "zh": case.zh,
                "en": case.en,
                "level": case.level,
            }
            text = out.tr("practice.case", id=case.id, title=case.title(out.lang), level=case.level)
            out.answer(plain, lambda text=text: text)  # type: ignore[misc]
        return out.code
    if not args.case or not args.words:
        raise UsageError("names-needed")
    encounter = practise.begin(args.case)
    if args.action == "ask":
        for question in args.words:
            encounter, said = practise.ask(encounter, question)
            answers = [
                {"code": code, "zh": name_of(code, "zh"), "en": name_of(code, "en"), "answer": answer.value}
                for code, answer in said
            ]
            lines = [
                out.tr(
                    "practice.said",
                    question=name_of(code, out.lang),
                    answer=out.tr(f"practice.answer.{a.value}"),
                )
                for code, a in said
            ] or [out.tr("practice.answer.not_understood")]
            out.answer(
                {"input": question, "ok": True, "answers": answers},
                lambda lines=lines: "\n".join(lines),  # type: ignore[misc]
            )
        return out.code
    syndrome, *questions = args.words
    for question in questions:
        encounter, _ = practise.ask(encounter, question)
    mirror = practise.commit(practise.take_all(encounter), syndrome, args.formula)
    out.answer(
        {"input": args.case, "ok": True, **practise.mirror_json(mirror)},
        lambda: practise.mirror_text(mirror, out.lang),
    )
    return out.code
