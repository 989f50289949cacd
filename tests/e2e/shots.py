"""Photograph every page of the app at two widths: ``make shots`` (into shots/).

Uses the home folder of this machine (``WARMSTART_HOME``), so what is there is what is seen.
Prints a line a page: faults, and pixels of sideways overflow. Exit status 1 when there are any.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from tests.e2e import browser

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", help="addresses, such as /data; all pages otherwise")
    parser.add_argument("--out", default="shots", type=Path)
    parser.add_argument("--dark", action="store_true")
    args = parser.parse_args()
    pages = sorted(path.stem for path in (browser.ROOT / "pages").glob("*.py"))
    paths = args.paths or ["/" if name == "home" else f"/{name}" for name in pages]
    args.out.mkdir(parents=True, exist_ok=True)
    home = Path(os.environ.get("WARMSTART_HOME", browser.ROOT / "shots" / "home"))
    server, bad = browser.start(home), 0
    try:
        for size, (width, height) in SIZES.items():
            with browser.opened(width, height) as context:
                for path in paths:
                    page = context.new_page()
                    if args.dark:
                        page.emulate_media(color_scheme="dark")
                    page.goto(server.url + path, wait_until="domcontentloaded")
                    browser.settle(page, 90)
                    wrong, wide = browser.faults(page), browser.overflow(page)
                    tall = page.evaluate(
                        """() => document.querySelector('[data-testid="stMainBlockContainer"]').scrollHeight"""
                    )
                    page.set_viewport_size(
                        {"width": width, "height": min(max(height, tall + 120), 6000)}
                    )
                    page.wait_for_timeout(900)
                    name = re.sub(r"\W+", "_", path.strip("/")) or "home"
                    page.screenshot(path=str(args.out / f"{name}-{size}.png"))
                    bad += bool(wrong) or wide > 0
                    print(f"{path:32} {size:8} faults {len(wrong)}  overflow {wide} px", *wrong)
                    page.close()
    finally:
        server.stop()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
