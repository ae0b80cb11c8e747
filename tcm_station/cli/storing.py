"""visits, backup, restore, verify: the store from the command line."""

import argparse
from datetime import date
from pathlib import Path

from tcm_station.cli.output import Output
from tcm_station.cli.passphrase import open_desk, passphrase_of
from tcm_station.domain.errors import ExitCode, UsageError


def run_visits(args: argparse.Namespace, out: Output) -> ExitCode:
    try:
        since = date.fromisoformat(args.since) if args.since else None
    except ValueError:
        raise UsageError("not-a-date", words=args.since) from None
    desk = open_desk(args, out)
    try:
        for row in desk.store.visits.list(patient_words=args.patient, since=since):
            plain: dict[str, object] = {
                "input": row.input,
                "ok": True,
                "visit": row.id,
                "patient": row.patient_name,
                "date": row.date.isoformat(),
                "state": row.state.value,
                "sha256": row.sha256,
            }
            state = out.tr(f"state.{row.state.value}")
            text = f"{row.date.isoformat()}  {state}  {row.patient_name}  {row.id}  {row.sha256[:12]}"
            out.answer(plain, lambda text=text: text)  # type: ignore[misc]
    finally:
        desk.close()
    return out.code


def run_backup(args: argparse.Namespace, out: Output) -> ExitCode:
    desk = open_desk(args, out)
    try:
        path = desk.store.backup(args.folder)
    finally:
        desk.close()
    out.answer({"input": str(args.folder), "ok": True, "file": str(path)}, lambda: str(path))
    return out.code


def _folder(args: argparse.Namespace) -> Path:
    from tcm_station.cli.main import default_data_dir

    return getattr(args, "data_dir", None) or default_data_dir()


def run_restore(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.store import restore

    folder = _folder(args)
    restore(args.file, folder)
    out.answer(
        {"input": str(args.file), "ok": True, "data_dir": str(folder)},
        lambda: out.tr("cli.restored", folder=folder),
    )
    return out.code


def run_verify(args: argparse.Namespace, out: Output) -> ExitCode:
    from tcm_station.store import verify

    folder = _folder(args)
    report = verify(folder, passphrase_of(args, out.lang))
    plain = report.to_json()
    out.answer({"input": str(folder), "ok": report.ok, **plain}, lambda: report.text(out.lang))
    if not report.ok:
        out.worsen(ExitCode.STORE_DAMAGED)
    return out.code
