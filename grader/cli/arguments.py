"""What can be typed. Imports nothing heavy: `grader --help` must answer at once."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from grader import __version__

LEVELS = ("junior", "mid", "senior")
DEFAULT_SEED = 1
DEFAULT_OUT = "grader-out"
TOKEN_VARIABLE = "API_TOKEN"  # noqa: S105 - the name of a variable
WHOLE = 100.0

EPILOG = """\
exit codes:
  0  graded; bar reached or none set        3  could not grade: our side, try again
  1  graded; bar not reached                4  could not grade: the submission's side
  2  wrong use, or a challenge pack with a mistake          130  interrupted, everything removed

`grader explain CODE` tells more about an error. GRADER_LEVEL, GRADER_SEED, GRADER_SANDBOX, GRADER_OUT, GRADER_FAIL_ON
and GRADER_FAIL_UNDER stand for the options of those names.
"""


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    root = argparse.ArgumentParser(
        prog="grader",
        description="Grades backend take-home challenges by running them, and shows the evidence for every point.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"grader {__version__}")
    root.set_defaults(verbose=0, challenges=None)
    _everywhere(root)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = _shared()
    _grade(commands, shared)
    _check(commands, shared)
    _rejudge(commands, shared)
    _report(commands, shared)
    _challenge(commands, shared)
    _images(commands, shared)
    commands.add_parser(
        "doctor", parents=[shared], help="is everything here that grading needs, and do the limits hold?"
    )
    explain = commands.add_parser("explain", parents=[shared], help="what an error code means and what to do")
    explain.add_argument("code", metavar="CODE", nargs="?", default="", help="such as E321 (default: list them all)")
    commands.metavar = f"{{{','.join(commands.choices)}}}"
    return root


def _shared() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    _everywhere(shared)
    return shared


def _everywhere(command: argparse.ArgumentParser) -> None:
    """Options that may stand before and after the command: what is not given must not hide what was given before."""
    given = argparse.SUPPRESS
    command.add_argument("-v", "--verbose", action="count", default=given, help="say more; -vv shows tracebacks")
    command.add_argument("--challenges", metavar="DIR", default=given, help="a folder with more challenge packs")


def _grade(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    grade = commands.add_parser("grade", parents=[shared], help="grade one submission or many")
    grade.add_argument("challenge", metavar="CHALLENGE", help="a name from `grader challenge list`, or a folder")
    grade.add_argument("path", metavar="PATH", nargs="+", help="a folder, .zip, .tar.gz, or REPOSITORY@REVISION")
    grade.add_argument(
        "--once", action="store_true", help="do not ask a second time, in a fresh container, what went wrong"
    )
    _how(grade)
    _bar(grade)
    _output(grade)


def _check(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    check = commands.add_parser(
        "check", parents=[shared], help="candidates: run the public checks on your own working tree"
    )
    check.add_argument("path", metavar="PATH", nargs="?", default="", help="your folder (default: here)")
    check.add_argument("--challenge", default=None, help="which challenge (default: recognised from the files)")
    check.add_argument(
        "--url", default=None, help="check a service you started yourself; what the checks make there stays there"
    )
    check.add_argument(
        "--token",
        default="",
        help=f"with --url: the token your service was started with (default: the variable {TOKEN_VARIABLE})",
    )
    _how(check)
    _output(check)


def _rejudge(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    rejudge = commands.add_parser(
        "rejudge", parents=[shared], help="judge saved evidence again: no engine and no database needed"
    )
    rejudge.add_argument("result", metavar="RESULT", nargs="+", help="a folder written by `grade`, or evidence.json")
    _bar(rejudge)
    _output(rejudge, place="the folder that was given")


def _report(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    report = commands.add_parser("report", parents=[shared], help="write reports of saved results again")
    report.add_argument("result", metavar="RESULT", nargs="+", help="a folder written by `grade`, or result.json")
    report.add_argument("--view", choices=("interviewer", "candidate"), default="interviewer", help="who will read it")
    _output(report, place="the folder that was given")


def _challenge(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    challenge = commands.add_parser(
        "challenge", help="authors: list, show, hand out and validate challenge packs, print their exams"
    )
    actions = challenge.add_subparsers(dest="action", required=True, metavar="{list,show,handout,exam,validate}")
    actions.add_parser("list", parents=[shared], help="the challenges there are")
    show = actions.add_parser("show", parents=[shared], help="the brief and the rubric of one challenge")
    show.add_argument("challenge", metavar="CHALLENGE")
    show.add_argument("--all", action="store_true", help="name private checks and gates, too")
    handout = actions.add_parser(
        "handout", parents=[shared], help="write what a candidate gets into a folder: the brief and its files"
    )
    handout.add_argument("challenge", metavar="CHALLENGE")
    handout.add_argument("--level", choices=LEVELS, default=_env("level", "mid"), help="of the position (default: mid)")
    handout.add_argument("-o", "--out", metavar="DIR", required=True, help="a new or empty folder")
    exam = actions.add_parser(
        "exam", parents=[shared], help="every request of a challenge's exam, as a text to compare"
    )
    exam.add_argument("challenge", metavar="CHALLENGE")
    exam.add_argument("--level", choices=LEVELS, default="mid", help="of the position (default: mid)")
    exam.add_argument("--seed", type=int, default=DEFAULT_SEED, help="chooses the data sent")
    exam.add_argument("--json", action="store_true", help="as JSON")
    validate = actions.add_parser(
        "validate", parents=[shared], help="prove a pack against answers whose marks are known"
    )
    validate.add_argument("challenge", metavar="CHALLENGE")
    validate.add_argument(
        "--against",
        metavar="DIR",
        help="reference answers (default: reference/CHALLENGE beside the folder of the packs)",
    )
    validate.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="only this answer or variant of one (repeat)"
    )
    validate.add_argument("--good", action="store_true", help="only answers and variants that must lose nothing")
    validate.add_argument(
        "--quick",
        action="store_true",
        help="ask variants the challenge's own exam only: no generated requests, no full tables",
    )
    validate.add_argument("--static", action="store_true", help="read the pack only, grade nothing")
    validate.add_argument("--repeat", type=int, default=1, metavar="N", help="grade each answer N times and compare")
    validate.add_argument(
        "--level", dest="levels", choices=LEVELS, action="append", default=[], help="only at this level (repeat)"
    )
    validate.add_argument(
        "--seed", dest="seeds", type=int, metavar="N", action="append", help="grade with this seed (repeat; default: 1)"
    )
    validate.add_argument(
        "--jobs", type=int, metavar="N", default=os.cpu_count() or 1, help="how many at a time (default: one per core)"
    )
    validate.add_argument(
        "--confirm", action="store_true", help="ask a second time what went wrong, as `grade` does (slower)"
    )
    _kept_apart(validate)
    validate.add_argument("--no-progress", action="store_true", help="say nothing while working")


def _images(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    images = commands.add_parser("images", help="base images: list, build here, or load from a file")
    actions = images.add_subparsers(dest="action", required=True, metavar="{list,build,load}")
    actions.add_parser("list", parents=[shared], help="which base images are here; exit 3 when one is missing")
    actions.add_parser("build", parents=[shared], help="get or make the missing ones (may need root)")
    load = actions.add_parser("load", parents=[shared], help="load images from a `docker save` file")
    load.add_argument("file", metavar="FILE")


def _how(command: argparse.ArgumentParser) -> None:
    command.add_argument("--level", choices=LEVELS, default=_env("level", "mid"), help="of the position (default: mid)")
    command.add_argument("--seed", type=int, default=_env("seed", str(DEFAULT_SEED)), help="chooses the data sent")
    _kept_apart(command)
    command.add_argument("--no-progress", action="store_true", help="say nothing while working")


def _kept_apart(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--sandbox",
        type=_one_of("docker", "process", ""),
        metavar="{docker,process}",
        default=_env("sandbox", ""),
        help="how submissions are kept apart (default: docker; `process` is weaker)",
    )


def _bar(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fail-under",
        type=_percent,
        metavar="PERCENT",
        default=os.environ.get("GRADER_FAIL_UNDER") or None,
        help="exit 1 below this, 0 to 100",
    )
    command.add_argument(
        "--fail-on",
        type=_one_of("gate", "blocker", "never"),
        metavar="{gate,blocker,never}",
        default=_env("fail_on", "never"),
        help="exit 1 when a gate or a blocker failed",
    )


def _output(command: argparse.ArgumentParser, place: str = f"{DEFAULT_OUT}/NAME") -> None:
    command.add_argument("-o", "--out", metavar="DIR", default=_env("out", ""), help=f"default: {place}")
    command.add_argument(
        "-f",
        "--format",
        metavar="F[=FILE]",
        action="append",
        help="human (default), json, html, md, junit, github; to stdout or FILE; repeat for more",
    )


def _one_of(*names: str) -> Callable[[str], str]:
    """Takes one of these names. Unlike `choices` it is asked about what comes from the environment, too."""

    def take(given: str) -> str:
        if given not in names:
            known = ", ".join(name for name in names if name)
            raise argparse.ArgumentTypeError(f"there is no `{given}`: choose from {known}")
        return given

    return take


def _percent(given: str) -> float:
    """A percentage; a fraction is refused, because nobody means 0.8 %."""
    try:
        value = float(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"`{given}` is no number") from None
    if not 0 <= value <= WHOLE:
        raise argparse.ArgumentTypeError(f"{given} is not between 0 and 100")
    if 0 < value < 1:
        raise argparse.ArgumentTypeError(f"{given} is less than one percent: say {value * WHOLE:g} for {value:.0%}")
    return value


def _env(option: str, default: str) -> str:
    return os.environ.get(f"GRADER_{option.upper()}", default)
