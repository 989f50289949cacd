"""Near-duplicates among 100,000 texts: our MinHash beside datasketch and beside the exact answer.

Texts are made from 20 Newsgroups (headers, footers and quotes removed): sentences of the corpus
shuffled into new texts of its lengths, 75,000 to search and 25,000 to ask about. Into 2,500 of
the latter a copy of a searched text is put in which a stated share of the words was replaced, so
that it is known what there is to find. The similarity is Jaccard's over pairs of words; "near"
is at least 0.6. Recall is the share of the planted pairs that are near and were found; what is
found is always checked exactly, so nothing is found that is not near.

datasketch 2.0 gets the same sets of words (MinHash of 128 values, LSH at the same threshold),
built in bulk as its documentation says; on a tenth of the rows. Both run in one thread, so their seconds of processor
time can be compared however busy the machine is.

    python benchmarks/near_duplicates.py [--quick]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from common import machine, markdown, newsgroups, peak_memory_mb, write_json

SEARCHED, ASKED, PLANTED = 75_000, 25_000, 2_500
CHANGES = (0.0, 0.02, 0.05, 0.1)
NEAR = 0.6


def texts_of(count: int, seed: int) -> list[str]:
    """New texts out of the lines of old ones, as long as these are."""
    texts, _, _ = newsgroups("train")
    rng = np.random.default_rng(seed)
    lines = [line for text in texts for line in text.splitlines() if len(line.split()) > 3]
    lengths = np.array([max(1, len(text.split())) for text in texts])
    wanted = rng.choice(lengths, count)
    found = []
    for length in wanted:
        picked: list[str] = []
        words = 0
        while words < min(length, 2_000):
            line = lines[int(rng.integers(len(lines)))]
            picked.append(line)
            words += len(line.split())
        found.append("\n".join(picked))
    return found


def changed(text: str, share: float, rng: np.random.Generator) -> str:
    """A copy in which this share of the words was replaced."""
    words = text.split()
    for place in np.flatnonzero(rng.random(len(words)) < share):
        words[place] = f"other{int(rng.integers(10_000))}"
    return " ".join(words)


def by_datasketch(asked: list[str], searched: list[str]) -> set[int]:
    """Which of the asked have a near-duplicate, by MinHash LSH of datasketch."""
    from datasketch import MinHash, MinHashLSH

    from core.evaluate.minhash import TextSets, jaccard

    sets = TextSets()

    def elements(text: str) -> list[bytes]:
        return [int(value).to_bytes(8, "little") for value in sets(text)]

    index = MinHashLSH(threshold=NEAR, num_perm=128)
    for number, minhash in enumerate(MinHash.generator(map(elements, searched), num_perm=128)):
        index.insert(number, minhash)
    found = set()
    for number, minhash in enumerate(MinHash.generator(map(elements, asked), num_perm=128)):
        mine = sets(asked[number])
        if any(jaccard(mine, sets(searched[other])) >= NEAR for other in index.query(minhash)):
            found.add(number)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows; not recorded")
    args = parser.parse_args()
    shrink = 10 if args.quick else 1
    n_searched, n_asked, n_planted = SEARCHED // shrink, ASKED // shrink, PLANTED // shrink

    from core.evaluate.minhash import TextSets, jaccard, nearest_texts

    searched = texts_of(n_searched, 0)
    asked = texts_of(n_asked, 1)
    rng = np.random.default_rng(2)
    partner = rng.permutation(n_searched)[:n_planted]
    share = rng.choice(CHANGES, n_planted)
    for place in range(n_planted):
        asked[place] = changed(searched[partner[place]], share[place], rng)
    sets = TextSets()
    truth = np.array(
        [jaccard(sets(asked[i]), sets(searched[partner[i]])) for i in range(n_planted)]
    )
    near = truth >= NEAR

    begun, cpu = time.perf_counter(), time.process_time()
    which, _ = nearest_texts(asked, searched, share=NEAR)
    ours, ours_cpu = time.perf_counter() - begun, time.process_time() - cpu
    found = which[:n_planted] >= 0
    recall = float(found[near].mean())
    tight = (truth >= NEAR) & (truth < 0.7)
    recall_tight = float(found[tight].mean()) if tight.any() else float("nan")
    others = int((which[n_planted:] >= 0).sum())

    part = slice(0, n_asked // 10), slice(0, n_searched // 10)
    begun = time.process_time()
    some, _ = nearest_texts(asked[part[0]], searched[part[1]], share=NEAR)
    ours_part = time.process_time() - begun
    rows_part = len(some) + n_searched // 10
    library: dict[str, Any] = {}
    try:
        begun = time.process_time()
        by_library = by_datasketch(asked[part[0]], searched[part[1]])
        seconds = time.process_time() - begun
        both = set(np.flatnonzero(some >= 0).tolist())
        library = {
            "rows": rows_part,
            "cpu_seconds": seconds,
            "ours_cpu_seconds": ours_part,
            "found": len(by_library),
            "ours_found": len(both),
            "found_by_both": len(both & by_library),
        }
    except ModuleNotFoundError:
        print("datasketch is not installed (requirements-bench.txt): left out.")

    rows = [
        ["texts searched / asked", f"{n_searched:,} / {n_asked:,}"],
        ["seconds (on the clock / of one core)", f"{ours:.1f} / {ours_cpu:.1f}"],
        ["recall of planted pairs from 0.6 on", f"{recall:.4f} ({int(near.sum()):,} pairs)"],
        ["of those from 0.6 to 0.7", f"{recall_tight:.4f} ({int(tight.sum()):,} pairs)"],
        ["near pairs that were not planted", f"{others:,}"],
        ["peak memory, MiB", f"{peak_memory_mb():,.0f}"],
    ]
    if library:
        rows += [
            ["a tenth of the rows, seconds of one core: ours", f"{ours_part:.1f}"],
            ["a tenth of the rows, the same: datasketch 2.0", f"{library['cpu_seconds']:.1f}"],
            ["found by ours / datasketch / both",
             f"{library['ours_found']} / {library['found']} / {library['found_by_both']}"],
        ]  # fmt: skip
    print(markdown(["", "value"], rows))
    if args.quick:
        return
    write_json(
        "near_duplicates",
        {
            "command": "python benchmarks/near_duplicates.py",
            "machine": machine("datasketch"),
            "searched": n_searched,
            "asked": n_asked,
            "seconds": ours,
            "cpu_seconds": ours_cpu,
            "recall": recall,
            "recall_from_0.6_to_0.7": recall_tight,
            "pairs": int(near.sum()),
            "peak_memory_mb": peak_memory_mb(),
            "datasketch": library,
        },
    )


if __name__ == "__main__":
    main()
