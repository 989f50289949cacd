"""What can be typed. Light: it loads nothing that learns, so that ``--help`` is quick."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import core
from core.cli import options

if TYPE_CHECKING:
    from core.cli.output import Output

_ABOUT = """\
Warmstart: transfer learning with few labels, without a browser.

  python -m core finetune python_docs ppmi --labels-per-class 5

pretrains word vectors on the built-in texts, trains a classifier on five labels per class
beside its baseline, and says whether pretraining helped."""


class WrongUsage(Exception):
    """The arguments make no command."""

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        words = message[:1].upper() + message[1:]
        raise WrongUsage(words + ("" if words.endswith(".") else "."), self.format_usage().strip())


def _later(module: str, name: str) -> Callable[[argparse.Namespace, Output], int | None]:
    """The command ``name`` of a module that is loaded when it is needed."""

    def call(chosen: argparse.Namespace, out: Output) -> int | None:
        found: Callable[[argparse.Namespace, Output], int | None] = getattr(
            importlib.import_module(f"core.cli.{module}"), name
        )
        return found(chosen, out)

    return call


def build_parser() -> argparse.ArgumentParser:
    """The parser; what it returns has ``command(chosen, out)`` to be called."""
    parser = _Parser(
        prog="python -m core",
        description=_ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"Warmstart {core.__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def add(name: str, help: str, module: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help, allow_abbrev=False)
        sub.add_argument("--json", action="store_true", help="one JSON object, for machines")
        # import is a word of the language, so its function cannot be called so
        sub.set_defaults(command=_later(module, "import_" if name == "import" else name))
        return sub

    add("datasets", "List the data sets: built in, and kept.", "listing")

    sub = add("pretrain", "Learn an encoder from rows without labels.", "learning")
    options.data(sub)
    sub.add_argument("method", metavar="METHOD", nargs="?", help="see `methods`")
    sub.add_argument(
        "--continue",
        dest="parent",
        metavar="MODEL",
        help="instead of METHOD: learn on from where this model is, as a new one",
    )
    options.settings(sub, "a setting of the method")
    sub.add_argument("--name", default="", help="what to call the model")
    options.pool(sub)
    options.run(sub)

    sub = add("choose", "Rank encoders before any is fine-tuned; say which to take.", "choosing")
    options.data(sub)
    sub.add_argument(
        "models",
        metavar="MODEL",
        nargs="*",
        help="methods, ids or names of models, run:RUN (default: the library, quick methods)",
    )
    sub.add_argument(
        "--labels-per-class", default="5", metavar="K", help="label budget, or all (default 5)"
    )
    sub.add_argument(
        "--learn",
        choices=["fully", "sample", "later"],
        default="fully",
        help="methods without a model: learn, learn from a sample, or only say what they cost",
    )
    sub.add_argument("--seconds", type=int, metavar="N", help="time you have to learn")
    sub.add_argument("--memory-mb", type=int, metavar="N", help="memory you have to learn")
    sub.add_argument("--size-mb", type=int, metavar="N", help="room you have for the model")
    sub.add_argument("--name", default="", help="what to call the run")
    options.run(sub)

    sub = add("advise", "A plan for your situation, with the reason for each choice.", "choosing")
    sub.add_argument("--kind", choices=["text", "image", "tabular"], default="text")
    sub.add_argument("--rows", type=int, required=True, metavar="N", help="rows in all")
    sub.add_argument("--labels", type=int, required=True, metavar="N", help="rows with a label")
    sub.add_argument("--classes", type=int, default=2, metavar="N", help="default 2")
    sub.add_argument(
        "--seconds", type=int, default=600, metavar="N", help="time to learn (default 600)"
    )
    sub.add_argument("--explained", action="store_true", help="answers must be explained")
    sub.add_argument("--may-leave", action="store_true", help="rows may be sent to others")

    sub = add("compare", "Try several methods on equal terms; say who leads.", "comparing")
    options.data(sub)
    sub.add_argument(
        "models", metavar="MODEL", nargs="+", help="methods, and ids or names of models"
    )
    sub.add_argument("--head", default="svm", help="the classifier on top; see `heads`")
    sub.add_argument(
        "--labels-per-class", default="5", metavar="K", help="label budget, or all (default 5)"
    )
    sub.add_argument("--draws", type=int, default=5, help="draws of the labelled rows (default 5)")
    options.settings(sub, "a setting of the head")
    sub.add_argument("--name", default="", help="what to call the run")
    options.pool(sub)
    options.run(sub)

    sub = add("finetune", "Train on few labels, beside the baseline; say who wins.", "learning")
    options.data(sub)
    sub.add_argument(
        "model",
        metavar="MODEL",
        help="id or name of a model, a method, run:RUN to transfer what a run learned, or none",
    )
    sub.add_argument(
        "--preset",
        choices=["fast", "balanced", "best"],
        help="sets head, strategy, draws and curve: fast (3 draws, this budget alone), balanced "
        "(5 draws, all budgets) or best (10 draws, all budgets, the strategy that does best with "
        "so few labels); what you name beside it counts instead",
    )
    sub.add_argument("--head", help="the classifier on top; see `heads` (default svm)")
    sub.add_argument("--strategy", help="how pretraining enters; see `heads` (default frozen)")
    sub.add_argument(
        "--labels-per-class", default="5", metavar="K", help="label budget, or all (default 5)"
    )
    sub.add_argument("--draws", type=int, help="draws of the labelled rows (default 5)")
    sub.add_argument(
        "--curve",
        action=argparse.BooleanOptionalAction,
        help="the other label budgets too (default), or leave them out: quicker",
    )
    options.settings(sub, "a setting of head, strategy or method (head.NAME=VALUE to be exact)")
    sub.add_argument("--name", default="", help="what to call the run")
    options.pool(sub)
    options.run(sub)

    sub = add("tune", "Look for good settings within so many seconds.", "tuning")
    options.data(sub)
    sub.add_argument(
        "models",
        metavar="MODEL",
        nargs="*",
        help="methods, and ids or names of models, that may be tried (default: what does well)",
    )
    sub.add_argument("--seconds", type=float, default=60, help="how long it may look (default 60)")
    sub.add_argument(
        "--labels-per-class", default="5", metavar="K", help="label budget, or all (default 5)"
    )
    sub.add_argument("--head", action="append", default=[], help="a head that may be tried")
    sub.add_argument("--strategy", action="append", default=[], help="a strategy, likewise")
    sub.add_argument("--trials", type=int, metavar="N", help="settings tried, at most")
    sub.add_argument(
        "--start-from", metavar="RUN", help="try the best settings of this tuning first"
    )
    sub.add_argument(
        "--finetune", action="store_true", help="then fine-tune with what was found, and evaluate"
    )
    sub.add_argument("--name", default="", help="what to call the run")
    options.run(sub)

    sub = add("domains", "How far a source and a target are apart, and in what.", "domains")
    options.two_domains(sub)
    sub.add_argument("--seed", type=int, default=0, help="where chance begins (default 0)")

    sub = add("adapt", "Carry a classifier to a target without labels, or few.", "domains")
    options.two_domains(sub)
    sub.add_argument(
        "--way",
        action="append",
        default=[],
        metavar="WAY",
        help="only this way (may be given several times; default all): msda_self_training, msda, "
        "self_training, coral, aligned, importance, label_shift",
    )
    sub.add_argument("--keep", metavar="WAY", help="keep its classifier, whatever validation says")
    sub.add_argument("--head", default="logistic", help="the classifier on top; see `heads`")
    sub.add_argument(
        "--labels-per-class", type=int, default=0, metavar="K", help="target labels (default 0)"
    )
    sub.add_argument("--draws", type=int, default=3, help="draws of these labels (default 3)")
    sub.add_argument("--no-curve", action="store_true", help="leave other label budgets out")
    sub.add_argument("--no-validation", action="store_true", help="leave validation out")
    options.settings(sub, "a setting of the head")
    sub.add_argument("--name", default="", help="what to call the run")
    options.run(sub)

    sub = add("recipe", "The founding recipe, and fine-tuning in earnest beside it.", "comparing")
    sub.add_argument(
        "--background", action="store_true", help="leave it to a worker and return at once"
    )

    sub = add("evaluate", "The report of a run.", "reporting")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument(
        "--mistakes", type=int, default=5, metavar="N", help="how many mistakes to show (default 5)"
    )

    sub = add("examine", "Look closer at a run: can its score be trusted?", "examining")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument(
        "--part",
        action="append",
        default=[],
        choices=["stability", "noise", "duplicates", "robustness", "clusters"],
        help="only this part (may be given several times; default all)",
    )
    sub.add_argument(
        "--background", action="store_true", help="leave it to a worker and return at once"
    )

    sub = add("reject", "From which confidence on to answer, for a stated error.", "examining")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument(
        "--allowed-error",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="share of the answers that may be wrong (default 0.05)",
    )
    sub.add_argument("--keep", action="store_true", help="let its classifier answer by it")
    sub.add_argument("--forget", action="store_true", help="let it answer however unsure it is")

    sub = add("drift", "Are the rows of a file like the training rows?", "examining")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("file", metavar="FILE", help="CSV, TSV, JSON Lines, Parquet or Excel")
    sub.add_argument("--text-column", metavar="NAME", help="the texts")

    sub = add("versus", "Hold two to ten runs against each other, pair by pair.", "versus")
    sub.add_argument("runs", metavar="RUN", nargs="+", help="id, its beginning, or last")
    sub.add_argument("--out", metavar="FILE", help="write a page for a meeting there, as HTML")

    sub = add("calibrate", "Let a run answer only as surely as held-out labels allow.", "deciding")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("--undo", action="store_true", help="answer as it was trained to")

    sub = add("threshold", "A threshold for one class, by what its mistakes cost.", "deciding")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("class_name", metavar="CLASS", nargs="?", help="name of the class")
    sub.add_argument(
        "--miss-cost",
        type=float,
        default=5.0,
        metavar="COST",
        help="what a missed row costs, in false alarms (default 5)",
    )
    kept = sub.add_mutually_exclusive_group()
    kept.add_argument("--keep", action="store_true", help="let its classifier answer by it")
    kept.add_argument("--forget", action="store_true", help="say the likeliest class again")

    sub = add("explain", "Say why a classifier answers as it does.", "explaining")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("--text", help="a text to classify; without a row: words of all classes")
    sub.add_argument("--row", type=int, metavar="N", help="a row of the run's data set, from 0")
    sub.add_argument("--picture", metavar="FILE", help="a PNG or JPEG file")
    sub.add_argument("--class", dest="label", metavar="NAME", help="explain this class instead")
    sub.add_argument("--nearest", action="store_true", help="also the nearest labelled rows")

    sub = add("predict", "Classify the rows of a file.", "predicting")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("file", metavar="FILE", help="CSV, TSV, JSON Lines, Parquet or Excel")
    sub.add_argument("--text-column", metavar="NAME", help="the texts")
    sub.add_argument("--out", metavar="FILE", help="write there (else CSV to standard output)")
    sub.add_argument("--all-classes", action="store_true", help="the probability of every class")
    sub.add_argument(
        "--doubts", action="store_true", help="a column that says where it does not know, and why"
    )

    sub = add("export", "Take a finished fine-tuning along, as one file or several.", "exporting")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    for form, help in (
        ("html", "the report: one page that opens offline, and prints"),
        ("bundle", "for another Warmstart: `import` takes it in"),
        ("script", "the run as a Python script"),
        ("card", "the model card, as Markdown"),
        ("onnx", "the classifier as an ONNX model, where it has that form"),
        ("joblib", "the classifier as a pickle: only for who trusts you"),
    ):
        sub.add_argument(f"--{form}", nargs="?", const="", metavar="FILE", help=help)

    sub = add("import", "Take in a bundle that another Warmstart wrote.", "exporting")
    sub.add_argument("file", metavar="FILE", help="the bundle, a .zip file")

    sub = add("describe", "Name, note, tags and star of a run.", "exporting")
    sub.add_argument("run", metavar="RUN", help="id, its beginning, or last")
    sub.add_argument("--name", metavar="NAME", help="what to call it")
    sub.add_argument("--note", metavar="TEXT", help="what you tried, and why")
    sub.add_argument("--tags", metavar="A,B", help="its tags from now on; nothing removes them")
    star = sub.add_mutually_exclusive_group()
    star.add_argument("--star", action="store_true", default=None, help="mark it")
    star.add_argument("--no-star", dest="star", action="store_false", help="take the star off")

    sub = add("runs", "List the runs, the newest first.", "listing")
    sub.add_argument(
        "--kind",
        choices=[
            *("load", "pretrain", "compare", "finetune", "recipe", "tune", "examine", "adapt"),
            "choose",
        ],
    )
    sub.add_argument(
        "--state",
        action="append",
        choices=["queued", "running", "done", "failed", "cancelled", "interrupted"],
    )
    sub.add_argument("--starred", action="store_true", help="only runs with a star")
    sub.add_argument("--tag", metavar="TAG", help="only runs with this tag")
    sub.add_argument("--limit", type=int, default=30, metavar="N", help="at most N (default 30)")

    add("models", "List the library of pretrained models.", "listing")
    add("methods", "List the ways to pretrain, with their settings.", "listing")
    add("heads", "List the heads and strategies, with their settings.", "listing")

    for name, help in (
        ("cancel", "Cancel a run."),
        ("pause", "Let a run rest, with all that it has."),
        ("resume", "Let a run that rests go on."),
        ("again", "Start a run once more, in the background."),
        ("delete", "Delete a run, or with --model a model."),
    ):
        sub = add(name, help, "managing")
        sub.add_argument("run", metavar="MODEL|RUN" if name == "delete" else "RUN")
        if name == "delete":
            sub.add_argument("--model", action="store_true", help="it is a model of the library")
    return parser
