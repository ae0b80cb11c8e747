"""demo: one whole consultation on the embedded sample patient, computed now."""

import argparse

from tcm_station.cli.consult import answer_consultation
from tcm_station.cli.output import Output
from tcm_station.domain.errors import ExitCode
from tcm_station.workflow.sample import sample_consultation


def run_demo(args: argparse.Namespace, out: Output) -> ExitCode:
    """The sample patient is synthetic: a rendered tongue, a simulated pulse, an invented history."""
    out.say(out.tr("cli.demo_start"))
    result = sample_consultation(progress=out.taking)
    answer_consultation("demo", result, args.out, out, sizes=(args.size,))
    return out.code
