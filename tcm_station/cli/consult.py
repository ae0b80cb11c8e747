"""consult and inquiry-form: one consultation from files, or many from a list."""

import argparse
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tcm_station.cli import text
from tcm_station.cli.measuring import folder
from tcm_station.cli.output import Output
from tcm_station.cli.passphrase import open_desk
from tcm_station.domain.errors import ExitCode, Refused, StationError, UsageError
from tcm_station.domain.examination import ExamKind
from tcm_station.domain.patient import Patient
from tcm_station.workflow.consult import Consultation, Inputs, consult, patient_of
from tcm_station.workflow.desk import Desk
from tcm_station.workflow.papers import consultation_json, write_papers
from tcm_station.workflow.plain import decoded, json_objects, parsed, where_wrong

KINDS = {
    "tongue": ExamKind.TONGUE,
    "face": ExamKind.FACE,
    "pulse": ExamKind.PULSE,
    "voice": ExamKind.VOICE,
}

#: Endings that make the `inquiry` of a line a file; anything else is what the person said.
INQUIRY_FILES = (".txt", ".json", ".md")


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
    inquiry = Path(args.inquiry) if args.inquiry else None
    if not files and inquiry is None:
        raise UsageError("nothing-to-examine")
    name = str(args.patient or args.inquiry or files[0][1])
    given = Inputs(None, patient, files, inquiry, args.fs, args.column)
    result = consult(given, progress=out.taking)
    saved: dict[str, object] = {}
    if args.save:
        desk = open_desk(args, out)
        try:
            saved = {"visit": _save(desk, result), "saved": True}
        finally:
            desk.close()
    answer_consultation(name, result, args.out, out, saved)
    return out.code


def _patient_from_file(path: Path | None) -> Patient:
    if path is None:
        return Patient(id="", name="")
    try:
        plain = parsed(decoded(path))
    except ValueError as fault:
        raise Refused("patient-not-json", name=path.name, why=where_wrong(fault)) from fault
    return patient_of(plain, "")


def answer_consultation(
    name: str,
    result: Consultation,
    target: Path | None,
    out: Output,
    saved: Mapping[str, object] = MappingProxyType({}),
    sizes: tuple[str, ...] = ("A4",),
) -> None:
    """Print one consultation, and write its papers when a folder is given."""
    files: dict[str, str] = {}
    if target is not None:
        files = write_papers(result, folder(target), out.lang, sizes=sizes)
    note_outcome(result, out)
    plain: dict[str, object] = {"input": name, "ok": True, **saved, **consultation_json(result)}
    plain["files"] = files
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


def _batch_inputs(item: Mapping[str, Any], base: Path) -> Inputs:
    given_patient = item.get("patient")
    patient = Patient(id="", name="") if given_patient is None else patient_of(given_patient, "")
    files: list[tuple[ExamKind, Path]] = []
    for name, kind in KINDS.items():
        given = item.get(name)
        given = [] if given is None else [given] if isinstance(given, str) else given
        if not isinstance(given, list) or not all(isinstance(g, str) and g for g in given):
            raise Refused("line-field", field=name)
        files += [(kind, _found(base, g)) for g in given]
    inquiry = item.get("inquiry")
    if isinstance(inquiry, str):
        path = _found(base, inquiry) if Path(inquiry).suffix.lower() in INQUIRY_FILES else None
        inquiry = path if path is not None and _exists(path) else inquiry
    elif inquiry is not None and not isinstance(inquiry, Mapping):
        raise Refused("line-field", field="inquiry")
    fs, column, key = item.get("fs_hz"), item.get("column"), item.get("id")
    if fs is not None and (isinstance(fs, bool) or not isinstance(fs, int | float) or not 0 < fs < 1e6):
        raise Refused("line-field", field="fs_hz")
    if column is not None and not isinstance(column, str):
        raise Refused("line-field", field="column")
    fs_hz = None if fs is None else float(fs)
    return Inputs(None if key is None else str(key), patient, tuple(files), inquiry, fs_hz, column)


def _found(base: Path, name: str) -> Path:
    """A path in a list is relative to the list first, then to where the command runs."""
    return base / name if _exists(base / name) else Path(name)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # too long to be a name: a history, not a file
        return False


def _paper_folder(item: Mapping[str, Any], place: int) -> str:
    """The folder of a line's papers: its id where that can be a name of a folder inside --out."""
    given = item.get("id")
    if given is None:
        return f"line-{place:04d}"
    safe = re.sub(r"[^\w.-]+", "_", str(given)).strip("._")[:60]
    if safe == str(given):
        return safe
    return f"{safe}-{hashlib.sha256(str(given).encode()).hexdigest()[:8]}".strip("-")


def _save(desk: Desk, result: Consultation) -> str:
    """Keep a consultation as a draft visit; back only once it is durable."""
    from tcm_station.workflow.keeping import keep

    return keep(desk, result).id


def _batch(args: argparse.Namespace, out: Output) -> ExitCode:
    items = list(json_objects(str(args.batch)))
    desk = open_desk(args, out) if args.save else None
    try:
        for place, (key, item) in enumerate(items, start=1):
            try:
                if isinstance(item, StationError):
                    raise item
                result = consult(_batch_inputs(item, args.batch.parent))
                saved: dict[str, object] = {}
                if desk is not None:
                    saved = {"visit": _save(desk, result), "saved": True}
                target = folder(args.out / _paper_folder(item, place)) if args.out else None
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
