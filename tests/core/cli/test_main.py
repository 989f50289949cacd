"""The frame of the command line: help, usage, output."""

from __future__ import annotations

import subprocess
import sys

import pytest

import core
from core.cli import main
from core.cli.output import Output, plain, table
from tests.core.cli.conftest import Call


def test_help_loads_nothing_that_learns() -> None:
    script = (
        "import sys\n"
        "from core.cli import main\n"
        "try:\n    main(['finetune', '--help'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'sqlalchemy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--labels-per-class K" in done.stdout


def test_it_is_a_program() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core", "--version"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, f"Warmstart {core.__version__}\n")


def test_words_that_make_no_command(call: Call) -> None:
    for words in ([], ["dance"], ["finetune", "python_docs"], ["runs", "--state", "happy"]):
        answer = call(*words)
        assert answer.code == 2
        assert "usage: python -m core" in answer.err
        assert answer.out == ""
    told = call("finetune", "python_docs", "--json").json
    assert told["error"]["kind"] == "Usage"
    assert told["error"]["message"] == "The following arguments are required: MODEL."


def test_the_arguments_of_the_program_are_taken_by_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["core", "runs", "--json"])
    assert main() == 0
    assert capsys.readouterr().out == '{\n  "runs": []\n}\n'


def test_a_home_that_cannot_be_written(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("home") / "file"
    file.write_text("in the way")
    monkeypatch.setenv("WARMSTART_HOME", str(file))
    answer = call("runs", "--json")
    assert answer.code == 2
    assert answer.json["error"]["kind"] == "StoreFailed"
    assert "WARMSTART_HOME" in answer.json["error"]["hint"]


def test_a_pipe_that_was_closed_is_no_fault() -> None:
    script = (
        "import os, sys\n"
        "read, write = os.pipe()\n"
        "os.close(read)\n"
        "os.dup2(write, 1)\n"
        "from core.cli import main\n"
        "sys.exit(main(['runs']))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_json_has_no_infinities() -> None:
    assert plain({"a": [float("nan"), float("inf"), 1.5], 2: (True, None)}) == {
        "a": [None, None, 1.5],
        "2": [True, None],
    }


def test_tables_align_words_left_and_numbers_right() -> None:
    assert table(["Name", "Rows"], [("a", 5), ("long name", 12345), ("none", None)]) == [
        "Name        Rows",
        "---------  -----",
        "a              5",
        "long name  12345",
        "none",
    ]


def test_progress_is_one_line_on_a_terminal_and_few_in_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = Output()
    for share in (0.1, 0.2, 0.3):
        out.progress(share, "Reading")
    assert capsys.readouterr().err == " 10%  Reading\n"
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    out.progress(0.5, "Learning")
    out.progress(1.0, "Learning")
    out.note("Done.")
    assert capsys.readouterr().err == (
        "\r\x1b[2K 50%  Learning\r\x1b[2K100%  Learning\r\x1b[2KDone.\n"
    )
