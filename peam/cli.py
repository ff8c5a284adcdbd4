"""The command line: `peam run | eval | report | consolidate | skills | play | sim | bench | ...`.

Parses arguments and turns a user's mistakes into one line and exit code 2. Whatever is heavy (torch, the
simulator) is imported inside the command that needs it, so that `peam --help` answers at once.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from peam import __version__
from peam.errors import PeamError, nearest, unknown

COMMANDS = {
    "run": "a life: act, record, score, consolidate; live display, resumable",
    "eval": "a suite of tasks with memory frozen; results, intervals, paired tests",
    "report": "one HTML page and Markdown from the results of evaluations",
    "consolidate": "train, gate and register one category's adapter in the foreground",
    "skills": "what each category's adapter is, was trained on, and how it did; roll back, verify",
    "play": "walk, dig and craft by keyboard in the embedded simulator",
    "sim": "record a course of the embedded simulator; replay one and compare every state",
    "bench": "speed of the simulator or of the fast tier; cost of a decision as memory grows",
    "pretrain": "train the small base model `nano` from the simulator's pictures",
    "doctor": "what is installed, what is missing, and the remedy",
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are `PeamError`s, with the nearest option named."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of printing the usage."""
        head, _, rest = message.partition("unrecognized arguments: ")
        if not head and rest:
            option = rest.split()[0].split("=")[0]
            message = f"unknown argument '{option}'{nearest(option, self._option_string_actions)}"
        raise PeamError(f"{message}; see '{self.prog} --help'")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0; 2 on a user's mistake (one line on stderr); 130 on Ctrl-C; 1 where a check failed.
    """
    try:
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # they tear the live display
        arguments = list(sys.argv[1:] if argv is None else argv)
        args = _parse(arguments)
        # transformers and peft warn of their own deprecations in the middle of the live display
        warnings.filterwarnings("ignore", module=r"transformers|peft")
        return int(args.function(args))
    except PeamError as error:
        print(f"peam: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("peam: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a table went away: `peam skills list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    command = next((a for a in arguments if not a.startswith("-")), None)
    if command is not None and command not in COMMANDS:
        raise PeamError(unknown("command", command, COMMANDS))
    if not arguments:
        arguments = ["--help"]
    parser = _parser()
    args, extra = parser.parse_known_args(arguments)
    if extra:  # let the subcommand's own parser name its nearest option
        args.parser.error(f"unrecognized arguments: {' '.join(extra)}")
    return args


def _parser() -> Parser:
    parser = Parser(
        prog="peam",
        description="An agent for Minecraft whose memory lives in model weights.",
        epilog="'peam COMMAND --help' has the details.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"peam {__version__}")
    parser.set_defaults(parser=parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    made = {}
    for name, text in COMMANDS.items():
        made[name] = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        made[name].set_defaults(parser=made[name])
    _run_options(made["run"])
    _eval_options(made["eval"])
    _report_options(made["report"])
    _consolidate_options(made["consolidate"])
    _skills_options(made["skills"])
    _sim_options(made["sim"])
    _small_options(made)
    return parser


def _config_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", action="append", default=[], metavar="FILE", help="a YAML file, or a name under configs/"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="trigger.kind=break_even"
    )


def _run_options(parser: argparse.ArgumentParser) -> None:
    _config_options(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the run folder (config: run_dir)")
    parser.add_argument("--agent", metavar="NAME", help="who lives it (config: agent); docs/agents.md")
    parser.add_argument("--resume", action="store_true", help="go on with the run in that folder")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--episodes", type=int, help="length of the life (config: life.episodes)")
    parser.add_argument("--quiet", action="store_true", help="no display, only the summary")
    parser.set_defaults(function=_run)


def _eval_options(parser: argparse.ArgumentParser) -> None:
    _config_options(parser)
    parser.add_argument("--suite", default="paper11")
    parser.add_argument("--agents", default="peam,planner_only", help="comma-separated")
    parser.add_argument(
        "--memory", action="append", default=[], metavar="[AGENT=]RUN",
        help="run whose memory an agent has, frozen; without a name: peam's; repeatable",
    )  # fmt: skip
    parser.add_argument("--seeds", help="comma-separated; never trained on (default: the suite's own)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that play trials (default: 1)")
    parser.add_argument(
        "--ray",
        nargs="?",
        const="local",
        metavar="ADDRESS",
        help="play on a Ray cluster; alone: on this machine",
    )
    parser.add_argument("--video", action="store_true", help="film the trials, one file each, in DIR/videos")
    parser.set_defaults(function=_eval)


def _report_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="holds results.jsonl")
    parser.add_argument("--out", type=Path, metavar="FILE.html", help="default: report.html in DIR")
    parser.add_argument(
        "--arms", metavar="A,B", help="which, the first compared with each other; default: all"
    )
    parser.add_argument("--stages", action="store_true", help="the DIRs are the stages of one life, in order")
    parser.set_defaults(function=_report)


def _consolidate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--run", type=Path, required=True, metavar="DIR")
    parser.add_argument("--category", required=True)
    parser.set_defaults(function=_consolidate)


def _skills_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", metavar="list|show|history|rollback|verify")
    parser.add_argument("category", nargs="?")
    parser.add_argument("version", nargs="?", help="rollback: the version to serve from now on")
    parser.add_argument("--run", type=Path, required=True, metavar="DIR")
    parser.add_argument("--json", action="store_true")
    parser.set_defaults(function=_skills)


def _sim_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("verb", metavar="record|replay")
    parser.add_argument("file", nargs="?", type=Path, help="replay: the recording")
    parser.add_argument("--seed", type=int, default=1, help="of the world, and of random actions")
    parser.add_argument("--steps", type=int, metavar="N", help="record: so many random actions")
    parser.add_argument(
        "--actions", type=Path, metavar="FILE", help="record: a JSON list of 8 integers a line"
    )
    parser.add_argument("--options", default="{}", metavar="JSON", help="record: reset options")
    parser.add_argument("--difficulty", default="normal")
    parser.add_argument("--world", default="classic", metavar="classic|overworld", help="record: its kind")
    parser.add_argument("--every", type=int, default=1, metavar="K", help="record: one hash every K steps")
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.set_defaults(function=_sim)


def _small_options(made: dict[str, Parser]) -> None:
    play = made["play"]
    play.add_argument("--seed", type=int, default=1)
    play.add_argument("--world", metavar="classic|overworld", help="of a new game (config: sim.world)")
    play.add_argument("--headless", action="store_true", help="press --keys, write the picture")
    play.add_argument("--keys", default="", help="with --headless: the keys to press, e.g. wwwjf")
    play.add_argument("--out", type=Path, default=Path("play.png"), metavar="PNG")
    play.add_argument("--view", default="first", metavar="first|third|map")
    play.add_argument("--save", type=Path, default=Path("play.state"), metavar="FILE", help="of keys n and m")
    play.add_argument("--load", type=Path, metavar="FILE", help="go on with a saved game")
    play.set_defaults(function=_play)
    made["bench"].add_argument("what", metavar="sim|fast|memory")
    made["bench"].add_argument("--out", type=Path, metavar="DIR", help="memory: JSON and plot go there, too")
    made["bench"].add_argument("--json", action="store_true")
    made["bench"].set_defaults(function=_bench)
    made["pretrain"].add_argument("--out", type=Path, required=True, metavar="DIR")
    made["pretrain"].add_argument("--seed", type=int, default=1)
    made["pretrain"].add_argument("--start", type=Path, metavar="DIR", help="a nano to start from")
    made["pretrain"].set_defaults(function=_pretrain)
    made["doctor"].add_argument("--json", action="store_true")
    made["doctor"].set_defaults(function=_doctor)


def _run(args: argparse.Namespace) -> int:
    from peam.commands.run import run

    return run(args)


def _eval(args: argparse.Namespace) -> int:
    from peam.commands.evaluate import evaluate

    return evaluate(args)


def _report(args: argparse.Namespace) -> int:
    from peam.commands.report import report

    return report(args)


def _consolidate(args: argparse.Namespace) -> int:
    from peam.commands.consolidate import consolidate

    return consolidate(args.run, args.category)


def _skills(args: argparse.Namespace) -> int:
    from peam.commands.skills import skills

    return skills(args.verb, args.run, args.category, args.version, as_json=args.json)


def _play(args: argparse.Namespace) -> int:
    from peam.commands.play import Player, play, saved
    from peam.config import load_config
    from peam.sims.voxel import VoxelSim

    config = load_config().sim
    world = args.world or config.world
    sim = VoxelSim(fov=config.fov, sight=config.sight, difficulty=config.difficulty, world=world)
    player = Player(sim, args.view, args.save)
    sim.reset(seed=args.seed)
    if args.load is not None:
        sim.restore(saved(args.load))
    return play(player, args.keys if args.headless else None, args.out)


def _sim(args: argparse.Namespace) -> int:
    from peam.commands.sim import sim

    return sim(args)


def _bench(args: argparse.Namespace) -> int:
    from peam.commands.bench import bench

    return bench(args.what, as_json=args.json, out=args.out)


def _pretrain(args: argparse.Namespace) -> int:
    from peam.fast.pretrain import pretrain

    pretrain(args.out, args.seed, start=args.start)
    return 0


def _doctor(args: argparse.Namespace) -> int:
    from peam.commands.doctor import doctor

    return doctor(as_json=args.json)


if __name__ == "__main__":
    sys.exit(main())
