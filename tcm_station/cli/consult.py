"""consult and inquiry-form: one consultation from files, or many from a list."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tcm_station.cli import text
from tcm_station.cli.measuring import folder
from tcm_station.cli.output import Output
from tcm_station.cli.passphrase import open_desk
from tcm_station.cli.reasoning import decoded, json_objects
from tcm_station.domain.errors import ExitCode, Refused, StationError, UsageError
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.patient import Patient
from tcm_station.workflow.consult import Consultation, Inputs, consult, patient_of, read_inquiry
from tcm_station.workflow.desk import Desk
from tcm_station.workflow.papers import consultation_json, write_papers

KINDS = {
    "tongue": ExamKind.TONGUE,
    "face": ExamKind.FACE,
    "pulse": ExamKind.PULSE,
    "voice": ExamKind.VOICE,
}


def run_inquiry_form(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.inquiry import form

    blank = form.blank()
    out.answer(blank, lambda: json.dumps(blank, ensure_ascii=False, indent=1))
    return out.code


def run_consult(args: argparse.Namespace, out: Output) -> ExitCode:
    if args.batch is not None:
        return _batch(args, out)
    patient = _patient_from_file(args.patient)
    files = tuple((kind, Path(f)) for name, kind in KINDS.items() for f in getattr(args, name))
    inquiry = read_inquiry(Path(args.inquiry)) if args.inquiry else None
    if not files and inquiry is None:
        raise UsageError("nothing-to-examine")
    name = str(args.patient or args.inquiry or files[0][1])
    given = Inputs(Path(name).stem, patient, files, inquiry, args.fs)
    result = consult(given, progress=out.say)
    if args.save:
        desk = open_desk(args, out.lang)
        try:
            _save(desk, result)
        finally:
            desk.close()
    answer_consultation(name, result, args.out, out)
    return out.code


def _patient_from_file(path: Path | None) -> Patient:
    if path is None:
        return Patient(id="", name="")
    try:
        plain = json.loads(decoded(path))
    except ValueError as fault:
        raise Refused("inquiry-not-json", name=path.name, why=str(fault)) from fault
    return patient_of(plain, "")


def answer_consultation(name: str, result: Consultation, target: Path | None, out: Output) -> None:
    """Print one consultation, and write its papers when a folder is given."""
    files: dict[str, str] = {}
    if target is not None:
        files = write_papers(result, folder(target), out.lang)
    note_outcome(result, out)
    plain: dict[str, object] = {"input": name, "ok": True, **consultation_json(result), "files": files}
    out.answer(plain, lambda: consultation_text(name, result, files, out))


def note_outcome(result: Consultation, out: Output) -> None:
    """The exit code that one consultation asks for."""
    if result.refused:
        out.worsen(ExitCode.REFUSED)
    stopped = result.review is not None and result.review.verdict.value == "stop"
    if result.proposal.red_flags or stopped:
        out.worsen(ExitCode.NEEDS_PERSON)


def consultation_text(name: str, result: Consultation, files: Mapping[str, str], out: Output) -> str:
    """What was found, proposed and written, for people."""
    from tcm_station.workflow.findings import findings_of

    lines = [name]
    for given, error in result.refused:
        lines.append(f"  {given}: {error.text(out.lang)}")
        lines.append(f"    {error.advice(out.lang)}")
    for taken in result.taken:
        lines.append(text.examination_text(taken.name, taken.examination, out.lang))
    lines.append(text.findings_text(findings_of(result.visit), out.lang))
    lines.append(
        text.differentiation_text(
            out.tr("cli.proposed"), result.proposal, out.lang, findings=findings_of(result.visit)
        )
    )
    if result.review is not None:
        lines.append(text.review_text(out.tr("cli.reviewed"), result.review, out.lang))
    lines.append(out.tr("cli.unsigned"))
    lines += [f"{key}: {path}" for key, path in files.items()]
    return "\n".join(lines)


def _batch_inputs(item: Mapping[str, Any], key: str, base: Path) -> Inputs:
    patient = patient_of(item.get("patient") or {}, "")
    files: list[tuple[ExamKind, Path]] = []
    for name, kind in KINDS.items():
        given = item.get(name) or []
        if isinstance(given, str):
            given = [given]
        if not isinstance(given, list) or not all(isinstance(g, str) for g in given):
            raise Refused("line-field", field=name)
        # Paths in a list are relative to the list first, then to where the command runs.
        files += [(kind, base / g if (base / g).exists() else Path(g)) for g in given]
    inquiry = item.get("inquiry")
    if isinstance(inquiry, str):
        path = base / inquiry if len(inquiry) < 200 and "\n" not in inquiry else None
        if path is not None and path.is_file():
            inquiry = read_inquiry(path)
    elif inquiry is not None and not isinstance(inquiry, Mapping):
        raise Refused("line-field", field="inquiry")
    fs = item.get("fs_hz")
    return Inputs(key, patient, tuple(files), inquiry, float(fs) if isinstance(fs, int | float) else None)


def _save(desk: Desk, result: Consultation) -> str:
    """Keep a consultation as a draft visit; back only once it is durable."""
    from tcm_station.workflow.keeping import keep

    return keep(desk, result).id


def _batch(args: argparse.Namespace, out: Output) -> ExitCode:
    items = list(json_objects(str(args.batch)))
    desk = open_desk(args, out.lang) if args.save else None
    try:
        for key, item in items:
            try:
                if isinstance(item, StationError):
                    raise item
                result = consult(_batch_inputs(item, key, args.batch.parent))
                saved: dict[str, object] = {}
                if desk is not None:
                    saved = {"visit": _save(desk, result), "saved": True}
                target = folder(args.out / key) if args.out else None
                files = write_papers(result, target, out.lang) if target else {}
            except StationError as error:
                out.refuse(key, error)
                if error.exit_code not in (ExitCode.REFUSED, ExitCode.USAGE):
                    return out.code  # the store or the disk failed: the next line would fail too
                continue
            except Exception as fault:  # noqa: BLE001 - the last resort: logged, told, and counted as our fault
                out.fault(key, fault)
                continue
            note_outcome(result, out)
            plain = {"input": key, "ok": True, **saved, **consultation_json(result), "files": files}
            out.answer(plain, lambda: consultation_text(key, result, files, out))  # noqa: B023 - answered at once
    finally:
        if desk is not None:
            desk.close()
    return out.code
