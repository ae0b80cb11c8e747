"""tongue, face, pulse, voice: measure files, one answer a file."""

import argparse
from collections.abc import Callable
from pathlib import Path

from tcm_station.cli.output import Output, named
from tcm_station.cli.text import examination_text
from tcm_station.domain.clock import local_now
from tcm_station.domain.errors import ExitCode, NotWritten
from tcm_station.domain.examination import Examination, ExamKind
from tcm_station.workflow import contract
from tcm_station.workflow.examine import examine_bytes, read_bytes, wave_source


def _measure(
    kind: ExamKind,
    args: argparse.Namespace,
    out: Output,
    after: Callable[[Path, bytes, Examination], None],
) -> ExitCode:
    def work(name: str, path: Path) -> tuple[dict[str, object], Callable[[], str]]:
        data = read_bytes(path)
        examination = examine_bytes(
            kind,
            data,
            path.name,
            clock=local_now,
            fs_hz=getattr(args, "fs", None),
            column=getattr(args, "column", None),
            wave_kind=getattr(args, "kind", None),
            path=path,
        )
        after(path, data, examination)
        return contract.examination_json(examination), lambda: examination_text(name, examination, out.lang)

    return out.each(named(args.files), work)


def folder(path: Path) -> Path:
    """An output folder, made when it is not there. Raises NotWritten."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise NotWritten("cannot-write", what=path.name, why=fault.strerror or "") from fault
    return path


def _optional(path: Path | None) -> Path | None:
    return None if path is None else folder(path)


def run_tongue(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.workflow import pictures

    masks, overlays = _optional(args.masks), _optional(args.overlays)

    def after(path: Path, data: bytes, examination: Examination) -> None:
        if masks is not None:
            pictures.write_png(masks / f"{path.stem}.png", pictures.tongue_mask(examination))
        if overlays is not None:
            pictures.write_png(overlays / f"{path.stem}.png", pictures.overlay(data, path.name, examination))

    return _measure(ExamKind.TONGUE, args, out, after)


def run_face(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.workflow import pictures

    overlays = _optional(args.overlays)

    def after(path: Path, data: bytes, examination: Examination) -> None:
        if overlays is not None:
            pictures.write_png(overlays / f"{path.stem}.png", pictures.overlay(data, path.name, examination))

    return _measure(ExamKind.FACE, args, out, after)


def run_pulse(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.workflow import pictures

    beats = _optional(args.beats)

    def after(path: Path, data: bytes, examination: Examination) -> None:
        if beats is not None:
            source = wave_source(data, path.name, path)
            told = contract.beats_csv(source, path.name, fs_hz=args.fs, column=args.column, kind=args.kind)
            pictures.write_text(beats / f"{path.stem}.csv", told)

    return _measure(ExamKind.PULSE, args, out, after)


def run_voice(args: argparse.Namespace, out: Output) -> ExitCode:
    return _measure(ExamKind.VOICE, args, out, lambda path, data, examination: None)
