"""Arguments that several commands share."""

from __future__ import annotations

import argparse


def data(sub: argparse.ArgumentParser) -> None:
    """DATA, and how a file is read that it may be."""
    sub.add_argument(
        "data",
        metavar="DATA",
        help="a built-in set, a kept set, a table, or pictures: a .zip or folder by class, or .npz",
    )
    sub.add_argument("--text-column", metavar="NAME", help="of a file: the texts")
    sub.add_argument(
        "--columns", metavar="A,B,C", help="of a file instead of texts: the columns of values"
    )
    sub.add_argument(
        "--tabular", action="store_true", help="of a file: all columns of values that are of use"
    )
    sub.add_argument("--label-column", metavar="NAME", help="of a file: the classes")
    sub.add_argument("--split-column", metavar="NAME", help="of a file: train or test")
    sub.add_argument(
        "--domain-column", metavar="NAME", help="of a file: where rows are from, to adapt across"
    )
    sub.add_argument(
        "--group-column",
        metavar="NAME",
        help="of a file: what rows belong to (a speaker, a patient), kept on one side of a split",
    )
    sub.add_argument(
        "--test-share",
        type=float,
        default=0.25,
        metavar="SHARE",
        help="of a file without a split: share of the labelled rows to test (default 0.25)",
    )
    sub.add_argument(
        "--picture-size",
        type=int,
        metavar="PIXELS",
        help="of pictures: their side (default: the most common size, at most 64)",
    )
    sub.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of a built-in set (remove_headers=false)",
    )


def two_domains(sub: argparse.ArgumentParser) -> None:
    """DATA as the source, and TARGET."""
    data(sub)
    sub.add_argument(
        "target", metavar="TARGET", nargs="?", help="the target, named like DATA; else DATA itself"
    )
    sub.add_argument("--source-domain", metavar="NAME", help="of DATA: only these rows")
    sub.add_argument("--target-domain", metavar="NAME", help="of the target: only these rows")


def settings(sub: argparse.ArgumentParser, help: str) -> None:
    """``--set``."""
    sub.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=help)


def pool(sub: argparse.ArgumentParser) -> None:
    """``--pool``."""
    sub.add_argument(
        "--pool",
        default="all",
        help="training rows to learn from: all, labelled or unlabelled (default all)",
    )


def run(sub: argparse.ArgumentParser) -> None:
    """What every command takes that leaves a run."""
    sub.add_argument("--seed", type=int, default=0, help="where chance begins (default 0)")
    sub.add_argument(
        "--background", action="store_true", help="leave it to a worker and return at once"
    )
