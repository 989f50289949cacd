"""Decision tree, kept and walked as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from sklearn.tree import DecisionTreeClassifier

from core.finetune.base import Head, HeadSpec
from core.finetune.state import (
    damaged,
    frozen,
    plain_classes,
    read_array,
    read_classes,
    read_number,
)
from core.finetune.watch import watch
from core.params import Param, Value
from core.progress import SILENT, Progress
from core.types import Floats, Ints, Matrix, State

_LEAF = -1
_CELLS = 4_000_000  # numbers of a block that are laid out densely at once: 16 MB

PARAMS = (
    Param(
        "max_depth",
        "int",
        None,
        "Questions from the root to a leaf, at most; none asks until the leaves are pure. Lower "
        "it when training is perfect and test is not.",
        label="Depth",
        low=1,
        high=200,
        optional=True,
    ),
    Param(
        "min_samples_leaf",
        "int",
        1,
        "Labelled rows that a leaf needs. Raise it for a simpler tree with softer probabilities.",
        label="Rows in a leaf",
        low=1,
        high=1000,
        scale="log",
    ),
    Param(
        "criterion",
        "choice",
        "gini",
        "How the purity of a split is measured. It seldom matters.",
        label="Purity",
        choices=("gini", "entropy"),
        choice_labels={"gini": "Gini", "entropy": "Entropy"},
        advanced=True,
    ),
)


class TreeHead(Head):
    """Classification tree grown by scikit-learn; predictions equal its own to the last bit.

    Attributes
    ----------
    left_, right_ : ndarray of int, shape (nodes,)
        Node that follows where the value is at most the threshold, and where it is above; -1 in
        a leaf. A node stands before those that follow it.
    feature_ : ndarray of int, shape (nodes,)
        Column asked for; -1 in a leaf.
    threshold_ : ndarray, shape (nodes,)
        What its value is compared with.
    value_ : ndarray, shape (nodes, k)
        Shares of the classes among the training rows that reach a node.

    Parameters
    ----------
    max_depth, min_samples_leaf, criterion
        As in scikit-learn.
    random_state : int, RandomState or None, default=0
        Of the order in which equally good columns are tried.

    Notes
    -----
    Breiman, Friedman, Olshen & Stone 1984, Classification and Regression Trees.
    """

    def __init__(
        self,
        *,
        max_depth: int | None = None,
        min_samples_leaf: int = 1,
        criterion: str = "gini",
        random_state: Any = 0,
    ) -> None:
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.criterion = criterion
        self.random_state = random_state

    def fit(
        self,
        X: Matrix,
        y: Ints,
        *,
        row_weights: Floats | None = None,
        units: Ints | None = None,
        progress: Progress = SILENT,
    ) -> Self:
        """Learn from encoded rows (n, d) and their labels (n,); it holds none of them out."""
        X, codes = self._training(X, y)
        grower = DecisionTreeClassifier(
            max_depth=self.max_depth,
            min_samples_leaf=self.min_samples_leaf,
            criterion=self.criterion,
            random_state=self.random_state,
        )
        watch(
            lambda: grower.fit(X, codes, sample_weight=row_weights),
            progress,
            f"Growing a decision tree on {len(codes):,} rows",
        )
        tree = grower.tree_
        inner = tree.children_left != _LEAF
        self.left_ = frozen(np.array(tree.children_left))
        self.right_ = frozen(np.array(tree.children_right))
        self.feature_ = frozen(np.where(inner, tree.feature, _LEAF))
        self.threshold_ = frozen(np.where(inner, tree.threshold, 0.0))
        self.value_ = frozen(np.array(tree.value[:, 0, :]))
        return self

    def predict_proba(self, X: Matrix) -> Floats:
        """Shares of the classes in the leaf that a row falls into, shape (n, k)."""
        leaves = self.leaves(X)
        return self.value_[leaves]  # type: ignore[no-any-return]

    def leaves(self, X: Matrix) -> Ints:
        """The number of the leaf that each row falls into, shape (n,)."""
        rows = self._encoded(X)
        asked, place = np.unique(self.feature_[self.feature_ != _LEAF], return_inverse=True)
        column = np.zeros(len(self.feature_), dtype=np.intp)
        column[self.feature_ != _LEAF] = place
        block = max(1, _CELLS // max(1, len(asked)))
        found = np.zeros(rows.shape[0], dtype=np.intp)
        for start in range(0, len(found), block):
            part = rows[start : start + block][:, asked]
            part = part if isinstance(part, np.ndarray) else part.toarray()
            # scikit-learn grows on 32-bit values: a value must fall on the same side here
            found[start : start + block] = self._walk(part.astype(np.float32), column)
        return found

    def _walk(self, values: Floats, column: Ints) -> Ints:
        node = np.zeros(len(values), dtype=np.intp)
        walking = np.arange(len(values))
        while len(walking):
            at = node[walking]
            inner = self.left_[at] != _LEAF
            walking, at = walking[inner], at[inner]
            below = values[walking, column[at]] <= self.threshold_[at]
            node[walking] = np.where(below, self.left_[at], self.right_[at])
        return node

    def state(self) -> State:
        """Classes and the arrays of the tree."""
        return {
            "classes": plain_classes(self.classes_),
            "n_features": int(self.n_features_in_),
            "left": self.left_,
            "right": self.right_,
            "feature": self.feature_,
            "threshold": self.threshold_,
            "value": self.value_,
        }

    def load_state(self, state: State) -> Self:
        """Take over another tree, once every way through it is known to end in a leaf."""
        classes = read_classes(state)
        n_features = int(read_number(state, "n_features", low=1))
        left = read_array(state, "left", kinds="i", shape=(None,))
        shape = (len(left),)
        right = read_array(state, "right", kinds="i", shape=shape)
        feature = read_array(state, "feature", kinds="i", shape=shape)
        threshold = read_array(state, "threshold", kinds="f", shape=shape)
        value = read_array(state, "value", kinds="f", shape=(*shape, len(classes)))
        leaf = left == _LEAF
        here = np.arange(len(left))[~leaf]
        if not len(left) or (leaf != (right == _LEAF)).any():
            raise damaged("its tree has no nodes, or a node with one side only")
        for side in (left[~leaf], right[~leaf]):
            # forwards only: so a walk neither leaves the tree nor goes in circles
            if (side <= here).any() or (side >= len(left)).any():
                raise damaged("a node of its tree leads out of the tree or back")
        if (feature[~leaf] < 0).any() or (feature[~leaf] >= n_features).any():
            raise damaged(f"a node of its tree asks for a column beyond its {n_features}")
        if (value < 0).any() or not np.allclose(value.sum(axis=1), 1):
            raise damaged("shares of its tree do not add up to 1")
        self.classes_, self.n_features_in_ = classes, n_features
        self.left_, self.right_ = left, right
        self.feature_ = frozen(np.where(leaf, _LEAF, feature))
        self.threshold_, self.value_ = threshold, value
        return self


def _make(settings: Mapping[str, Value], seed: int) -> TreeHead:
    return TreeHead(**settings, random_state=seed)  # type: ignore[arg-type]


HEAD = HeadSpec(
    key="tree",
    title="Decision tree",
    help="Asks one column after another. Easy to read on tables; weak on texts, where no single "
    "column says much.",
    source="Breiman, Friedman, Olshen & Stone 1984, Classification and Regression Trees.",
    params=PARAMS,
    make=_make,
)
