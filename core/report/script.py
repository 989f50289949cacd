"""A run as a Python script: library imports only, and the same digits come out.

The script builds or opens the data, learns the encoder and its baseline anew, repeats the whole
experiment, and says whether the probabilities of the test rows are the recorded ones, bit by
bit. Whatever a person typed stands in it as a quoted constant, so that no name can become code.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from core.data.made_from import table_arguments, table_file
from core.errors import NotFound
from core.pretrain import get_method
from core.report.facts import DataFacts, EncoderFacts, RunFacts

_WIDTH = 96  # of the lines of a script
_OPEN = (
    '"""The fine-tuning of a Warmstart run, as a script: the same digits from library imports.\n'
)
_HOW = """
Run it from the folder of Warmstart (or with that folder on PYTHONPATH):

    python this_script.py [predictions.npz]

{data}
"""
_END = '''
def main() -> int:
    """Do the run again; returns 0 when the same digits came out."""
    for package, version in VERSIONS.items():
        if now().get(package) != version:
            print(f"Note: recorded with {package} {version}, this is {now().get(package)}.")
    dataset = open_data()
    baseline = learn_baseline(dataset)
    outcome = experiment(dataset, baseline)
    print(NAME)
    print(words.verdict_title(outcome.evaluation) + ".")
    print(words.verdict_sentence(outcome.evaluation))
    for sentence in DECIDED_SINCE:
        print(f"Note: {sentence} This script learns it as it was trained.")
    if len(sys.argv) > 1:
        np.savez(sys.argv[1], **outcome.arrays)
        print(f"Predictions are in {sys.argv[1]}.")
    proba = np.ascontiguousarray(outcome.arrays["test_proba"], "<f8")
    if hashlib.sha256(proba.tobytes()).hexdigest() == TEST_PROBABILITIES:
        print("The probabilities of all test rows are the recorded ones, to the last digit.")
        return 0
    print("The probabilities of the test rows differ from the recorded ones. Other versions,")
    print("another processor or number of threads, or a training ended by hand can do that.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
'''


def probabilities_digest(proba: np.ndarray[Any, Any]) -> str:
    """SHA-256 of probabilities as little-endian float64: equal digits, equal digest."""
    return hashlib.sha256(np.ascontiguousarray(proba, "<f8").tobytes()).hexdigest()


def script(facts: RunFacts) -> str:
    """The run as a Python script.

    Raises
    ------
    NotFound
        When the predictions of the run, or the recipe of its encoder, are not here any more.
    """
    request = facts.request
    if "test_proba" not in facts.arrays:
        raise NotFound(
            f"The predictions of the run {facts.run} are not here, so a script could not be held "
            "against them.",
            hint="Run it again to make them anew.",
        )
    if facts.encoder is None and _pretrained(request):
        raise NotFound(
            f"The pretrained model of the run {facts.run} is not in the library any more, so its "
            "recipe is not known.",
            hint="Run it again, or take the bundle: it holds the model itself.",
        )
    lines = [_OPEN + _HOW.format(data=_data_words(facts.data)) + '"""', ""]
    lines += _imports(facts)
    lines += ["", *_constants(facts), "", ""]
    lines += [*_open_data(facts), "", ""]
    if request.get("source") is None:
        lines += _learn_encoder(facts)
    lines += _baseline(facts.baseline)
    lines += ["", "", *_experiment(facts), ""]
    return "\n".join(lines) + _END


def _pretrained(request: Mapping[str, Any]) -> bool:
    return any(request.get(name) is not None for name in ("model", "pretrain", "source"))


def _data_words(data: DataFacts) -> str:
    if data.built_in:
        return "The data set is built in; it is made anew where it is not at hand."
    said = "It reads the data set from the home folder (WARMSTART_HOME) that keeps it."
    if table_file(data.options):
        said += (
            "\nWhere none does, it makes it anew from its FILE, looked for in the current folder."
        )
    return said


def _imports(facts: RunFacts) -> Iterator[str]:
    remade = not facts.data.built_in and bool(table_file(facts.data.options))
    yield "import hashlib"
    yield "import sys"
    if remade:
        yield "from pathlib import Path"
    yield ""
    yield "import numpy as np"
    yield ""
    learned = [] if facts.request.get("source") is not None else _lineage(facts.encoder)
    opened = [facts.data, *(one.data for one in learned)]
    if any(data.built_in for data in opened):
        yield "from core.data import catalogue"
    yield "from core.data.dataset import Dataset"
    if remade:
        yield "from core.data.reading import read_table"
        yield "from core.data.table import dataset_from_table"
        yield "from core.errors import NotFound"
    yield "from core.evaluate import words"
    yield "from core.evaluate.experiment import Outcome, run_experiment"
    yield "from core.jobs.machine import versions as now"
    if facts.request.get("source") is not None:
        yield "from core.jobs.sources import open_source"
    elif any(_needs_files(one.method) for one in learned):
        yield "from core.jobs.outside import unfitted"
    yield "from core.params import resolve"
    yield "from core.pretrain import get_method"
    yield "from core.pretrain.base import Encoder"
    if not all(data.built_in for data in opened):
        yield "from core.store import datasets"


def _constants(facts: RunFacts) -> Iterator[str]:
    yield f"NAME = {_literal(facts.name)}"
    yield f"FINGERPRINT = {_literal(facts.data.fingerprint)}"
    if not facts.data.built_in and (file := table_file(facts.data.options)):
        yield "# what the data set was made from"
        yield f"FILE = {_literal(file)}"
        yield f"SHEET = {_literal(_sheet(facts.data))}"
        yield f"COLUMNS = {_literal(table_arguments(facts.data.options), 0, 10)}"
    yield f"TEST_PROBABILITIES = {_literal(probabilities_digest(facts.arrays['test_proba']))}"
    yield f"VERSIONS = {_literal(dict(facts.versions), 0, 11)}"
    yield "# what was decided about the answers later; nothing here repeats it"
    yield f"DECIDED_SINCE = {_literal(_decided(facts))}"


def _decided(facts: RunFacts) -> list[str]:
    """What the classifier of the run does beside what it was trained to, in sentences."""
    told = []
    if facts.temperature != 1:
        told.append(
            f"Its probabilities are sharpened with a temperature of {facts.temperature!r} since."
        )
    return [*told, *([facts.threshold_words] if facts.threshold_words else [])]


def _open_data(facts: RunFacts) -> Iterator[str]:
    yield "def open_data() -> Dataset:"
    yield '    """The data set, checked against its fingerprint."""'
    if not facts.data.built_in and table_file(facts.data.options):
        yield "    try:"
        yield "        dataset = datasets.load(FINGERPRINT)"
        yield "    except NotFound:"
        yield "        table = read_table(Path(FILE), sheet=SHEET)"
        yield "        dataset = dataset_from_table(table, name=FILE, **COLUMNS)"
    else:
        yield f"    dataset = {_dataset(facts.data)}"
    yield "    if dataset.fingerprint != FINGERPRINT:"
    yield '        sys.exit("The data set is not the one of the run: its fingerprint differs.")'
    yield "    return dataset"


def _sheet(data: DataFacts) -> str | None:
    """The sheet of the workbook that a data set was made from."""
    sheet = data.options.get("sheet")
    return sheet if isinstance(sheet, str) else None


def _dataset(data: DataFacts) -> str:
    if data.built_in:
        return f"catalogue.build({_literal(data.built_in)}, {_literal(dict(data.options), 4, 40)})"
    return f"datasets.load({_literal(data.fingerprint)})"


def _learn_encoder(facts: RunFacts) -> Iterator[str]:
    """Functions ``learn_encoder`` and, for a model that continues others, one for each of these."""
    line = _lineage(facts.encoder)
    for place, one in enumerate(line):  # the first has no parent
        last = place == len(line) - 1
        name, step = ("encoder", "") if last else (f"ancestor_{place + 1}", f", step {place + 1}")
        yield f"def learn_{name}(dataset: Dataset) -> Encoder:"
        yield f'    """The pretrained model as it was learned{step}."""'
        if one.data.fingerprint == facts.data.fingerprint:
            yield "    data = dataset"
        else:
            yield f"    data = {_dataset(one.data)}"
        yield f"    rows = data.take(data.pool_rows({_literal(one.pool)}))"
        if place:
            yield f"    return learn_ancestor_{place}(dataset).continued(rows)"
        else:
            yield f"    method = get_method({_literal(one.method)})"
            yield f"    settings = resolve(method.params, {_literal(dict(one.settings), 4, 35)})"
            if _needs_files(one.method):
                yield f"    return unfitted(method, settings, {int(one.seed)}, data).fit(rows)"
            else:
                yield f"    return method.make(settings, {int(one.seed)}).fit(rows)"
        yield ""
        yield ""


def _lineage(encoder: EncoderFacts | None) -> list[EncoderFacts]:
    """An encoder with those that it continues, the oldest first."""
    line: list[EncoderFacts] = []
    while encoder is not None:
        line.append(encoder)
        encoder = encoder.parent
    return line[::-1]


def _needs_files(method: str) -> bool:
    """Whether a method reads what was brought along: files of vectors, tables of rows."""
    return any(param.kind == "file" for param in get_method(method).params)


def _baseline(baseline: Mapping[str, Any]) -> Iterator[str]:
    yield "def learn_baseline(dataset: Dataset) -> Encoder:"
    yield '    """The encoder that learns nothing: what everything is held against."""'
    yield f"    method = get_method({_literal(baseline['method'])})"
    yield f"    settings = resolve(method.params, {_literal(dict(baseline['settings']), 4, 35)})"
    yield '    return method.make(settings, 0).fit(dataset.take(dataset.pool_rows("all")))'


def _experiment(facts: RunFacts) -> Iterator[str]:
    request = facts.request
    source = request.get("source")
    yield "def experiment(dataset: Dataset, baseline: Encoder) -> Outcome:"
    yield '    """The same labels, draws, heads and test rows."""'
    if source is not None:
        yield f"    learned, source, _ = open_source({_literal(source)}, dataset)"
    yield "    return run_experiment("
    yield "        dataset,"
    if source is not None:
        yield "        learned.encoder,"
    elif facts.encoder is not None:
        yield "        learn_encoder(dataset),"
    else:
        yield "        None,"
    yield "        baseline,"
    for name in ("head", "head_settings", "strategy", "strategy_settings"):
        yield f"        {name}={_literal(_plain(request[name]), 8, len(name))},"
    if source is not None:
        yield "        source=source,"
    for name in ("labels_per_class", "draws", "curve", "seed"):
        yield f"        {name}={_literal(request[name])},"
    # as it was then: rows held out of a source's own labels would not be held out
    yield f"        validate={'validation_proba' in facts.arrays},"
    yield "    )"


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


def _literal(value: Any, indent: int = 0, used: int = 0) -> str:
    """A value as Python writes it; what is too long for a line goes over several.

    ``indent`` is that of its line, ``used`` what stands in that line before it.
    """
    text = repr(value)
    if not isinstance(value, dict) or indent + used + len(text) <= _WIDTH:
        return text
    inner = " " * (indent + 4)
    items = [
        f"{inner}{key!r}: {_literal(item, indent + 4, len(repr(key)) + 2)},\n"
        for key, item in value.items()
    ]
    return "{\n" + "".join(items) + " " * indent + "}"
