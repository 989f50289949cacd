"""The pages, declared once: file, address, title, icon, place in the menu."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PAGES = Path(__file__).resolve().parent.parent / "pages"


@dataclass(frozen=True)
class Place:
    """A page of the app.

    ``key`` is the stem of its file and its address; ``purpose`` is the line under its title.
    """

    key: str
    title: str
    icon: str
    section: str
    purpose: str

    @property
    def file(self) -> str:
        """Path of the page's script, as navigation wants it."""
        return str(_PAGES / f"{self.key}.py")


PLACES: tuple[Place, ...] = (
    Place(
        "home",
        "Home",
        ":material/home:",
        "",
        "Bring a pile of rows, few of them labelled. In minutes you know whether pretraining "
        "helps, and how many labels it saves.",
    ),
    Place(
        "data",
        "Data",
        ":material/database:",
        "Work",
        "What is in your data, and what would fool you?",
    ),
    Place(
        "pretrain",
        "Pretrain",
        ":material/school:",
        "Work",
        "What can be learned from your rows without labels?",
    ),
    Place(
        "choose",
        "Choose",
        ":material/checklist:",
        "Work",
        "Which pretrained model suits your task? Ranked on your few labels, before any fine-tuning.",
    ),
    Place(
        "compare",
        "Compare methods",
        ":material/leaderboard:",
        "Work",
        "Several ways to pretrain on your data, with the same few labels: what each costs and buys.",
    ),
    Place(
        "finetune",
        "Fine-tune",
        ":material/tune:",
        "Work",
        "Train on a few labels, and see whether the pretrained model helped.",
    ),
    Place(
        "tune",
        "Tune",
        ":material/search_insights:",
        "Work",
        "Good settings within the time you give it: many are tried on your labelled rows, and the "
        "simplest that is as good as the best is handed to you.",
    ),
    Place(
        "domains",
        "Across domains",
        ":material/compare_arrows:",
        "Work",
        "Labels in one place, answers wanted in another: how the two differ, and what adapting buys.",
    ),
    Place(
        "recipe",
        "Founding recipe",
        ":material/history_edu:",
        "Work",
        "The recipe that this program grew from, as it was published, and what fine-tuning in "
        "earnest gives.",
    ),
    Place(
        "evaluate",
        "Evaluate",
        ":material/fact_check:",
        "Results",
        "How good is it really, and what did pretraining buy?",
    ),
    Place(
        "predict",
        "Predict",
        ":material/chat:",
        "Results",
        "Classify rows of your own, and see what decided.",
    ),
    Place(
        "versus",
        "Compare runs",
        ":material/balance:",
        "Results",
        "Two to ten runs on the same test rows: which is better, and what may be luck?",
    ),
    Place(
        "runs",
        "Runs",
        ":material/history:",
        "Results",
        "Every job on this server: open, compare, run again, delete.",
    ),
)

BY_KEY = {place.key: place for place in PLACES}

#: The page that shows a run of each kind.
OF_KIND = {
    "load": "data",
    "pretrain": "pretrain",
    "compare": "compare",
    "finetune": "evaluate",
    "recipe": "recipe",
    "tune": "tune",
    "examine": "evaluate",
    "adapt": "domains",
    "choose": "choose",
}
