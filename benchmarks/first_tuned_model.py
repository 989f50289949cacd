"""From an empty home folder to a tuned model on the built-in set, in a real browser.

What somebody does who knows nothing of the program: open the home page, run the example, read
the verdict, go to Tune, let it look for half a minute, and fine-tune with what it found. Seconds
since the address was entered, and clicks. Needs playwright and a Chromium.

    python benchmarks/first_tuned_model.py [--quick]
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from common import ROOT, machine, markdown, skip, write_json

BAR_SECONDS = 120.0
_VERDICT = "text=/Pretraining (helped|hurt)|No clear difference|The baseline alone/"


def journey() -> list[dict[str, Any]]:
    """Walk it; what was reached, when, after how many clicks."""
    sys.path.insert(0, str(ROOT))
    from tests.e2e import browser

    steps: list[dict[str, Any]] = []
    clicks = 0
    with tempfile.TemporaryDirectory() as folder:
        server = browser.start(Path(folder) / "home")
        try:
            with browser.opened(1440, 900) as context:
                page = context.new_page()
                begun = time.monotonic()

                def reached(what: str) -> None:
                    seconds = round(time.monotonic() - begun, 1)
                    steps.append({"reached": what, "seconds": seconds, "clicks": clicks})

                page.goto(server.url + "/", wait_until="domcontentloaded")
                browser.settle(page, 60)
                reached("the home page")
                page.get_by_role("button", name="Run the example").click()
                clicks += 1
                page.wait_for_selector(_VERDICT, timeout=300_000)
                reached("the first verdict")
                page.get_by_role("link", name="Tune", exact=True).first.click()
                page.get_by_text("30 s", exact=True).first.click()
                browser.settle(page, 60)
                page.get_by_role("button", name="Find good settings").click()
                clicks += 3
                use = page.get_by_role("button", name="Fine-tune with these settings")
                use.wait_for(timeout=300_000)
                reached("good settings")
                use.click()
                clicks += 1
                page.wait_for_url("**/evaluate**", timeout=60_000)
                page.wait_for_selector(_VERDICT, timeout=300_000)
                reached("the verdict on the tuned model")
        finally:
            server.stop()
    return steps


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="not recorded")
    args = parser.parse_args()
    if importlib.util.find_spec("playwright") is None:
        skip("playwright is not installed.")
    steps = journey()
    rows = [[step["reached"], f"{step['seconds']:.1f}", str(step["clicks"])] for step in steps]
    print(markdown(["reached", "seconds", "clicks"], rows))
    print(f"\nBar: {BAR_SECONDS:.0f} s")
    if not args.quick:
        write_json(
            "first_tuned_model",
            {
                "command": "python benchmarks/first_tuned_model.py",
                "machine": machine("streamlit"),
                "bar_seconds": BAR_SECONDS,
                "steps": steps,
            },
        )


if __name__ == "__main__":
    main()
