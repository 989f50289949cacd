"""The command line: everything the pages can do, without a browser, by the same code.

Exit codes: 0 when it worked, 2 when the request could not be met (the words say why), 1 on a
fault of the program, 130 when it was interrupted.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence

from core.cli.output import Output
from core.cli.parser import WrongUsage, build_parser
from core.errors import Cancelled, WarmstartError

FINE, FAULT, USER, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the arguments say (by default those of the program); returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    out = Output(json="--json" in given)
    try:
        chosen = build_parser().parse_args(given)
        return int(chosen.command(chosen, out) or FINE)
    except WrongUsage as error:
        out.error(error.words, error.hint, kind="Usage")
        return USER
    except (Cancelled, KeyboardInterrupt):
        out.error("Cancelled.", None, kind="Cancelled")
        return STOPPED
    except WarmstartError as error:
        out.error(error.message, error.hint, kind=type(error).__name__)
        return USER
    except BrokenPipeError:  # the reader of a pipe has seen enough
        out.close()
        return FINE
    except Exception as error:  # noqa: BLE001 - the last stop: told, with its traceback
        sys.stderr.write(traceback.format_exc())
        out.error(
            f"Something went wrong inside the program ({type(error).__name__}: {error}).",
            "The lines above say where; please report them.",
            kind=type(error).__name__,
        )
        return FAULT
