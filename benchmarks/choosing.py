"""Choosing before fine-tuning: what the recommended encoder loses against the best one.

Every method with default settings learns from the training rows of 15 sets (texts, pictures,
tables; the built-in ones and those of the data folder) without labels. The truth is the test
accuracy of a linear SVM on 2, 5, 10 and 20 labels a class, mean over draws. The board sees only
the labelled rows of one draw; its pick is held against the best of the truth (regret, in points),
three draws a budget. What usually helps (the track record) is always that of the *other* sets;
the four kinds of Amazon reviews never vouch for each other. Weights of the scores and the width
of ranges were chosen on the sets marked "chosen on", with the figures of the others in sight: none
is held out.

    python benchmarks/choosing.py [--cache FOLDER] [--sets digits vowel] [--record]
    python benchmarks/choosing.py --speed
    python benchmarks/choosing.py --negative [--cache FOLDER]

``--record`` prints the track record for core/transfer/track_record.py as well; ``--speed`` only
times the scoring of ten encoders on 20 Newsgroups whose rows are in the cache; ``--negative``
only looks at word vectors of other packages on python_docs: verdict, and place on the board.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from common import data_file, machine, markdown, newsgroups, stopwatch, write_json

from core.data import catalogue
from core.data.dataset import Dataset
from core.data.units import units_of
from core.evaluate.compare import compare
from core.finetune import get_head
from core.finetune.draws import draw_labels
from core.params import resolve
from core.pretrain import get_method
from core.transfer.agreement import agreement
from core.transfer.clusters import of_clusters
from core.transfer.ranking import combine
from core.transfer.recommend import Candidate, recommend
from core.transfer.scores import measure, resamples
from core.transfer.track_record import mean_track

BUDGETS = (2, 5, 10, 20)
RECORDED = (5, 10, 20)  # budgets that make the track record
DRAWS = 3  # of the board
CHOSEN_ON = (*("20ng", "amazon_books", "amazon_dvd", "digits", "mnist", "vowel", "sms_spam"),)
LOOKED_AT = (
    *("python_docs", "banking77", "sst2", "amazon_electronics", "amazon_kitchen"),
    *("usps", "breast_cancer", "adult"),
)
BUILT_IN = ("digits", "breast_cancer", "python_docs")
#: Names that the track record goes by.
TITLES = {"20ng": "twenty_newsgroups"}
METHODS = {
    "text": ("tfidf", "random", "kmeans", "lsa", "som", "glove", "ppmi"),
    "image": ("raw", "random", "autoencoder", "kmeans", "lsa", "patches", "som"),
    "tabular": ("raw", "random", "autoencoder", "kmeans", "lsa", "som"),
}
NOTHING = {"text": "tfidf", "image": "raw", "tabular": "raw"}
#: REFERENCE: word vectors of other packages only, negative transfer on real text.
OTHER_POOLS = {"ppmi_other": ("ppmi", "unlabelled"), "ppmi_target": ("ppmi", "labelled")}
_ROWS = 800  # scored at most, to keep this short


def load(name: str) -> Dataset:
    """One of the sets, cut to a few thousand rows."""
    if name in BUILT_IN:
        return catalogue.build(name)
    if name == "20ng":
        (a, ya, _), (b, yb, _) = newsgroups("train"), newsgroups("test")
        test = np.arange(len(a) + len(b)) >= len(a)
        return made(name, "text", [*a, *b], np.r_[ya, yb], test, most=6000)
    if name in ("mnist", "usps"):
        kept = np.load(data_file(f"images/{name}.npz"))
        rows = np.concatenate([kept["X_train"], kept["X_test"]])
        labels = np.concatenate([kept["y_train"], kept["y_test"]])
        test = np.arange(len(rows)) >= len(kept["X_train"])
        return made(name, "image", rows, labels, test)
    kind = "tabular" if name in ("adult", "vowel") else "text"
    file = "amazon_multidomain_raw" if name.startswith("amazon") else name
    frame = pd.read_parquet(data_file(f"{kind}/{file}.parquet"))
    if name.startswith("amazon"):
        frame = frame[frame["domain"] == name.removeprefix("amazon_")].drop_duplicates("text")
    elif name == "sms_spam":
        frame = frame.drop_duplicates("text")
    elif name == "sst2":
        frame = frame[frame["split"] != "dev"]
    if (frame.get("split", pd.Series(dtype=str)) == "test").any():  # Amazon's says "labeled"
        test = (frame["split"] == "test").to_numpy()
    else:
        share = 0.5 if name.startswith("amazon") else 0.3
        test = np.random.default_rng(0).random(len(frame)) < share
    labels = frame["label"].to_numpy()
    if kind == "tabular":
        columns = frame.drop(columns=["label", "split"]).reset_index(drop=True)
        return made(name, kind, columns, labels, test)
    return made(name, kind, frame["text"].tolist(), labels, test, most=10_003)


def made(name: str, kind: Any, rows: Any, labels: Any, test: Any, *, most: int = 4000) -> Dataset:
    """A data set of at most so many training rows and 2,000 (3,080) test rows."""
    rng, kept = np.random.default_rng(0), []
    for side, limit in ((False, most), (True, 3080 if name == "banking77" else 2000)):
        kept.append(np.sort(rng.permutation(np.flatnonzero(test == side))[:limit]))
    i = np.concatenate(kept)
    names, codes = np.unique(np.asarray(labels)[i], return_inverse=True)
    if kind == "text":
        rows = np.array(list(rows), dtype=object)
    taken = rows.iloc[i].reset_index(drop=True) if kind == "tabular" else rows[i]
    return Dataset(
        name, name, kind, taken, codes.astype(np.int32), tuple(map(str, names)), np.asarray(test)[i]
    )


def learned(name: str, folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of a set through each encoder, from the cache or learned now."""
    found: dict[str, dict[str, Any]] = {}
    dataset: Dataset | None = None
    kind = _kind(name)
    wanted = {key: (key, "all") for key in METHODS[kind]}
    wanted |= OTHER_POOLS if name == "python_docs" else {}
    for key, (method_key, pool) in wanted.items():
        path = folder / f"{name}.{key}.joblib"
        if not path.exists():
            dataset = dataset or load(name)
            method = get_method(method_key)
            with stopwatch() as watch:
                encoder = method.make(resolve(method.params), 0)
                encoder.fit(dataset.take(dataset.pool_rows(pool)))  # type: ignore[arg-type]
            train, test = dataset.train_rows, dataset.test_rows
            some = np.random.default_rng(0).permutation(dataset.pool_rows("all"))[:2000]
            kept = {
                "train": encoder.transform(dataset.take(train)),
                "test": encoder.transform(dataset.take(test)),
                "pool": encoder.transform(dataset.take(some)),
                "y": dataset.labels[train],
                "yt": dataset.labels[test],
                "units": units_of(dataset, train),
                "seconds": watch.seconds,
            }
            joblib.dump(kept, path)
            print(f"  {name}: {key} learned in {watch.seconds:.1f} s", flush=True)
        found[key] = joblib.load(path)
    return found


def truth(name: str, key: str, rows: Mapping[str, Any], folder: Path) -> dict[int, float]:
    """Test accuracy of the default head at each budget, mean over draws of labels."""
    path = folder / f"{name}.{key}.truth.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    spec = get_head("svm")
    classes = len(np.unique(rows["y"]))
    draws = 20 if classes == 2 else 6 if classes < 20 else 3
    for budget in BUDGETS:
        right: list[float] = known.setdefault(str(budget), [])
        for seed in range(len(right), draws):
            i = draw_labels(rows["y"], budget, seed=seed)
            head = spec.make(resolve(spec.params), seed).fit(rows["train"][i], rows["y"][i])
            right.append(float((head.predict(rows["test"]) == rows["yt"]).mean()))
    path.write_text(json.dumps(known))
    return {budget: float(np.mean(known[str(budget)])) for budget in BUDGETS}


def board(rows: Mapping[str, Mapping[str, Any]], budget: int, seed: int) -> Any:
    """The ranks of a set's encoders, from one draw of labels alone."""
    y = next(iter(rows.values()))["y"]
    i = draw_labels(y, budget, seed=seed)
    if len(i) > _ROWS:
        i = i[draw_labels(y[i], max(2, _ROWS // len(np.unique(y))), seed=seed)]
    draws = resamples(y[i], seed=seed)
    scores = {}
    for key, one in rows.items():
        X, pool = one["train"][i], one["pool"][:600]
        source = of_clusters(X, pool, len(np.unique(y)))
        scores[key] = measure(X, y[i], source, draws, units=one["units"][i])
    return combine(scores)


def gains(truths: Mapping[str, Mapping[str, Mapping[int, float]]]) -> dict[str, Any]:
    """Points over nothing learned, by kind, set and method."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for name, accuracies in truths.items():
        kind = _kind(name)
        group = "amazon" if name.startswith("amazon") else TITLES.get(name, name)
        base = accuracies[NOTHING[kind]]
        for key, by_budget in accuracies.items():
            if key not in OTHER_POOLS and key != NOTHING[kind]:
                gain = np.mean([by_budget[b] - base[b] for b in RECORDED])
                by_set = found.setdefault(kind, {}).setdefault(group, {})
                by_set.setdefault(key, []).append(float(gain))
    return {
        kind: {
            name: {key: round(100 * float(np.mean(values)), 1) for key, values in methods.items()}
            for name, methods in sets.items()
        }
        for kind, sets in found.items()
    }


def _kind(name: str) -> str:
    if name in ("digits", "mnist", "usps"):
        return "image"
    return "tabular" if name in ("vowel", "adult", "breast_cancer") else "text"


def _others(record: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The track record on the other sets of the kind."""
    group = "amazon" if name.startswith("amazon") else TITLES.get(name, name)
    by_method: dict[str, dict[str, float]] = {}
    for other, methods in record[_kind(name)].items():
        if other != group:
            for key, points in methods.items():
                by_method.setdefault(key, {})[other] = points / 100
    return mean_track(by_method)


def judged(names: Sequence[str], folder: Path) -> dict[str, Any]:
    """Regret and agreement of every board, and the regret of fixed choices."""
    rows = {}
    truths: dict[str, dict[str, dict[int, float]]] = {}
    for name in names:
        rows[name] = learned(name, folder)
        truths[name] = {key: truth(name, key, one, folder) for key, one in rows[name].items()}
        print(name, {k: round(100 * v[5], 1) for k, v in truths[name].items()}, flush=True)
    record = gains(truths)
    cases, docs = [], []
    for name in names:
        track = _others(record, name)
        kind = _kind(name)
        plain = [key for key in rows[name] if key not in OTHER_POOLS]
        usual = max(track, key=lambda key: track[key].gain) if track else NOTHING[kind]
        for budget in BUDGETS:
            accuracy = {key: truths[name][key][budget] for key in plain}
            for seed in range(DRAWS):
                ranks = board({key: rows[name][key] for key in plain}, budget, seed)
                told = recommend(
                    [Candidate(key, key, key, nothing=key == NOTHING[kind]) for key in plain],
                    ranks,
                    track=track,
                )
                found = agreement({k: r.mean for k, r in ranks.items()}, accuracy, told.pick)
                first = agreement(
                    {k: r.mean for k, r in ranks.items()}, accuracy, next(iter(ranks))
                )
                assert found is not None
                assert first is not None
                best = max(accuracy.values())
                cases.append(
                    {
                        "set": name,
                        "budget": budget,
                        "draw": seed,
                        "pick": told.pick,
                        "by": told.by,
                        "tied": len(told.tied),
                        "best": found.best,
                        "regret": 100 * found.regret,
                        "tau": found.tau,
                        "first": 100 * first.regret,
                        "usual": 100 * (best - accuracy[usual]),
                        **{f"always {key}": 100 * (best - accuracy[key]) for key in plain},
                    }
                )
                if name == "python_docs":
                    four = ("tfidf", "ppmi", "ppmi_other", "ppmi_target")
                    order = list(board({key: rows[name][key] for key in four}, budget, seed))
                    docs.append({"budget": budget, "draw": seed, "order": order})
        print(f"{name}: regret {_mean(cases, 'regret', sets=(name,)):.2f}", flush=True)
    return {
        "cases": cases,
        "python_docs": docs,
        "truth": {
            n: {k: {b: round(v, 4) for b, v in t.items()} for k, t in one.items()}
            for n, one in truths.items()
        },
        "track_record": record,
    }


def _mean(
    cases: Sequence[Mapping[str, Any]],
    what: str,
    *,
    sets: Sequence[str] | None = None,
    budget: int | None = None,
) -> float:
    values = [
        case[what]
        for case in cases
        if (sets is None or case["set"] in sets)
        and (budget is None or case["budget"] == budget)
        and case.get(what) is not None
    ]
    return float(np.mean(values)) if values else float("nan")


def summary(cases: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """The table: ways to choose, and what each loses."""
    ways = {
        "**recommended**": "regret",
        "first of the board": "first",
        "what usually wins on other sets of the kind": "usual",
        **{f"always {k}": f"always {k}" for k in ("kmeans", "lsa", "som", "random")},
    }
    header = ["mean regret, points", *(f"{b}" for b in BUDGETS), "all", "chosen on", "looked at"]
    table = [
        [
            title,
            *(f"{_mean(cases, key, budget=b):.2f}" for b in BUDGETS),
            f"{_mean(cases, key):.2f}",
            f"{_mean(cases, key, sets=CHOSEN_ON):.2f}",
            f"{_mean(cases, key, sets=LOOKED_AT):.2f}",
        ]
        for title, key in ways.items()
    ]
    return header, table


def negative(folder: Path) -> list[dict[str, Any]]:
    """Word vectors of other packages only on python_docs: the verdict, and their place."""
    rows = learned("python_docs", folder)
    spec, found = get_head("svm"), []
    y, truth_of = rows["tfidf"]["y"], rows["tfidf"]["yt"]
    for budget in BUDGETS:
        right: dict[str, list[Any]] = {"ppmi_other": [], "tfidf": []}
        places = []
        for seed in range(5):
            i = draw_labels(y, budget, seed=seed)
            for key, hits in right.items():
                head = spec.make(resolve(spec.params), seed).fit(rows[key]["train"][i], y[i])
                hits.append(head.predict(rows[key]["test"]) == truth_of)
            four = {key: rows[key] for key in ("tfidf", "ppmi", "ppmi_other", "ppmi_target")}
            places.append(list(board(four, budget, seed)).index("ppmi_other") + 1)
        verdict = compare(np.vstack(right["ppmi_other"]), np.vstack(right["tfidf"]))
        found.append(
            {
                "labels_per_class": budget,
                "verdict": verdict.kind,
                "gain": [
                    100 * v for v in (verdict.gain.value, verdict.gain.low, verdict.gain.high)
                ],
                "place_of_4": places,
            }
        )
    return found


def speed() -> dict[str, Any]:
    """Seconds to rank ten encoders on 20 Newsgroups whose rows are encoded already."""
    import os

    from core import jobs
    from core.jobs.requests import ChooseRequest, DataRef, PretrainRequest

    with tempfile.TemporaryDirectory() as home:
        os.environ["WARMSTART_HOME"] = home
        os.environ["WARMSTART_DATA_HOME"] = str(data_file("scikit_learn_data"))
        ref = DataRef(name="twenty_newsgroups")
        wanted = [("lsa", {}), ("lsa", {"n_components": 50}), ("kmeans", {}), ("som", {})]
        wanted += [("kmeans", {"n_clusters": 20}), ("random", {}), ("random", {"dimensions": 300})]
        wanted += [("ppmi", {}), ("ppmi", {"dimensions": 100}), ("ppmi", {"window": 4})]
        methods = [PretrainRequest(data=ref, method=key, settings=s) for key, s in wanted]
        request = ChooseRequest(data=ref, methods=methods, labels_per_class=5)
        first = jobs.run_here(request)
        assert first.state == "done", first.error
        seconds: dict[str, Any] = {"learned, encoded and ranked": first.result["seconds"]}
        again = ChooseRequest(
            data=DataRef(fingerprint=first.dataset),
            models=[e["model"] for e in first.result["entries"] if e["model"]],
            labels_per_class=5,
        )
        for budget in (5, 50):
            again = ChooseRequest(**{**again.__dict__, "labels_per_class": budget})
            jobs.run_here(again)  # encodes the rows of this budget
            seconds[f"ranked, {budget} labels a class"] = jobs.run_here(again).result["seconds"]
        return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, help="keep encoded rows and accuracies here")
    parser.add_argument("--sets", nargs="+", default=[*CHOSEN_ON, *LOOKED_AT])
    parser.add_argument("--record", action="store_true", help="print the track record")
    parser.add_argument("--speed", action="store_true", help="only time the scoring")
    parser.add_argument("--negative", action="store_true", help="only negative transfer, by name")
    options = parser.parse_args()
    if options.speed:
        found = speed()
        print(json.dumps(found, indent=2))
        write_json("choosing_speed", {"machine": machine(), "seconds": found})
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.cache or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if options.negative:
            cases = negative(folder)
            print(json.dumps(cases, indent=2))
            write_json("choosing_negative_transfer", {"machine": machine(), "cases": cases})
            return
        found = judged(options.sets, folder)
    print(markdown(*summary(found["cases"])))
    print(f"\nWeighted Kendall τ, mean: {_mean(found['cases'], 'tau'):.2f}")
    for one in found["python_docs"]:
        print(
            f"python_docs, {one['budget']} a class, draw {one['draw']}: {' > '.join(one['order'])}"
        )
    if options.record:
        print(json.dumps(found["track_record"], indent=2))
    if set(options.sets) == {*CHOSEN_ON, *LOOKED_AT}:
        header, table = summary(found["cases"])
        write_json(
            "choosing",
            {"machine": machine(), "header": header, "table": table, **found},
        )


if __name__ == "__main__":
    main()
