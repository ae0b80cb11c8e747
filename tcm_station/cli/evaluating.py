"""evaluate, train, screenshots: figures, weights and pictures, each made by one command."""

import argparse
import importlib
import importlib.util
import json

from tcm_station.cli.measuring import folder
from tcm_station.cli.output import Output
from tcm_station.domain.errors import ExitCode, UsageError
from tcm_station.evaluation import MODULES


def run_evaluate(args: argparse.Namespace, out: Output) -> ExitCode:
    module = importlib.import_module(f"tcm_station.evaluation.{MODULES[args.name]}")
    report = module.evaluate(args.data)
    out.answer(
        {"input": args.name, "ok": True, **json.loads(report.to_json())}, lambda: report.to_text(out.lang)
    )
    return out.code


def run_train(args: argparse.Namespace, out: Output) -> ExitCode:
    if importlib.util.find_spec("torch") is None:
        raise UsageError("train-extra-missing")
    from vision.training import tongue_segmentation

    target = folder(args.out)
    tongue_segmentation.main(args.data, target, seed=args.seed, minutes=args.minutes, resume=args.resume)
    return out.code


def run_screenshots(args: argparse.Namespace, out: Output) -> ExitCode:
    from ui.screenshots import make

    for path in make(folder(args.out)):
        out.say(str(path))
    return out.code
