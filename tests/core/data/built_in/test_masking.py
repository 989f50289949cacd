"""Masking: references to modules go, words of the language stay."""

from __future__ import annotations

import pytest

from core.data.built_in.masking import Masker

MODULES = {
    "stats": ["_qmc", "qmc", "contingency"],
    "signal": ["windows"],
    "fft": ["_basic"],
    "linalg": ["blas"],
    "sparse": ["csgraph", "linalg"],
    "io": ["wavfile"],
    "interpolate": [],
    "optimize": [],
}
MASK = Masker(["scipy", "numpy", "requests"], MODULES, "scipy")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("scipy.stats.norm", "module.norm"),
        ("see `scipy.stats.qmc.Sobol`.", "see `module.Sobol`."),
        ("scipy.sparse.csgraph.dijkstra", "module.dijkstra"),
        ("scipy.sparse.linalg.cg(A, b)", "module.cg(A, b)"),
        ("scipy.stats._qmc", "module"),
        # a function called like its module is no module
        ("scipy.fft.fft(x)", "module.fft(x)"),
        ("import scipy", "import module"),
        ("numpy.array", "module.array"),
        ("numpy.scipy.fft", "module"),
        ("x.scipy.fft.dct", "x.module.dct"),
        ("np.linalg.norm(x)", "np.module.norm(x)"),
        ("np.fft.fft(x)", "np.module.fft(x)"),
        ("stats.norm.cdf(0)", "module.norm.cdf(0)"),
        ("qmc.Sobol(d=2)", "module.Sobol(d=2)"),
        (":mod:`scipy.stats`", ":mod:`module`"),
        (":mod:`signal`", ":mod:`module`"),
        (".. currentmodule:: scipy.signal", ".. currentmodule:: module"),
        ("the optimize module", "the module module"),
        ("the `signal` package", "the `module` package"),
        ("SciPy ``optimize`` provides", "SciPy ``module`` provides"),
        ("https://x.org/scipy/tutorial/stats/zipf.html", "https://x.org/module/tutorial/module/zipf.html"),
        (":ref:`linalg_batch`", ":ref:`module_batch`"),
        (":ref:`tutorial-interpolate_2d`", ":ref:`tutorial-module_2d`"),
        (":doc:`fft`", ":doc:`module`"),
        ("functions of ndimage and linalg", "functions of ndimage and module"),
        ("requests.get(url)", "module.get(url)"),
    ],
)  # fmt: skip
def test_references_are_masked(text: str, masked: str) -> None:
    assert MASK(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "An input signal. The signal is sampled.",
        "A sparse matrix; sparse arrays",
        "Compute the fft of x: fft(x), rfft(x)",
        "We optimize and interpolate",
        "an io error",
        "all requests are sent",
        "myscipy.stats2 is another thing",
        "sparse_output : bool",
        "ttest_ind_from_states(x)",
        "numpydoc",
    ],
)
def test_words_of_the_language_stay(text: str) -> None:
    assert MASK(text) == text


def test_imports_lose_modules_and_keep_functions() -> None:
    text = (
        ">>> from scipy import stats, optimize as opt\n"
        ">>> from scipy.stats import qmc, norm\n"
        ">>> from scipy.fft import fft, ifft\n"
        ">>> from scipy.spatial import KDTree\n"
        ">>> from io import StringIO\n"
        ">>> import numpy as np\n"
        ">>> import scipy.signal as sig\n"
        ">>> sig.lfilter(x), opt.minimize(f), np.ones(3), design.sig.x\n"
    )
    assert MASK(text) == (
        ">>> from module import module, module as module\n"
        ">>> from module import module, norm\n"
        ">>> from module import fft, ifft\n"
        ">>> from module.spatial import KDTree\n"
        ">>> from module import StringIO\n"
        ">>> import module as np\n"
        ">>> import module as module\n"
        ">>> module.lfilter(x), module.minimize(f), np.ones(3), design.sig.x\n"
    )


def test_modules_within_modules_only_when_thorough() -> None:
    assert MASK("qmc.Sobol", thorough=False) == "qmc.Sobol"
    assert MASK("stats.norm", thorough=False) == "module.norm"


def test_masking_twice_changes_nothing() -> None:
    text = "from scipy import stats as st\nst.norm, scipy.stats.qmc.Sobol, the stats module"
    once = MASK(text)
    assert MASK(once) == once


def test_another_process_makes_an_equal_one() -> None:
    again = Masker(**MASK.arguments)
    assert again.arguments == MASK.arguments
    assert again("scipy.stats.qmc.Sobol") == "module.Sobol"


def test_nothing_to_mask() -> None:
    assert Masker([], {}, "scipy")("scipy.stats :ref:`a`") == "scipy.stats :ref:`a`"
