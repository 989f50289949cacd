"""From a text to its terms."""

from __future__ import annotations

from functools import cached_property
from threading import Lock

from core.text.pieces import pieces_of
from core.text.preparation import TextPreparation
from core.text.scripts import is_unspaced, lower, split_words, word_spans
from core.text.stopwords import stop_words
from core.text.wordforms import word_form

_MOST_FORMS = 500_000  # words remembered with their forms, some 60 MB


class _Forms(dict[str, str]):
    """From a word to the form that is counted, "" where it is left out; found out once."""

    def __init__(self, preparation: TextPreparation) -> None:
        super().__init__()
        self._shortest = preparation.min_length
        self._longest = preparation.max_length
        self._stop = stop_words(preparation.language) if preparation.stop_words else frozenset()
        self._form = word_form(preparation)
        self._cased = bool(self._stop) and not preparation.lowercase

    def keeps(self, word: str) -> bool:
        """Whether length and stop words let the word through."""
        if len(word) < self._shortest and not is_unspaced(word):
            return False
        if self._longest is not None and len(word) > self._longest:
            return False
        return not self.is_stop_word(word)

    def is_stop_word(self, word: str) -> bool:
        """Whether the word is on the list, whatever its case."""
        return word in self._stop or (self._cased and word.lower() in self._stop)

    def form(self, word: str) -> str:
        """The stem or lemma, or the word itself."""
        return word if self._form is None else self._form(word)

    def find(self, word: str) -> str:
        """As looking the word up, without remembering it."""
        return self.form(word) if self.keeps(word) else ""

    def __missing__(self, word: str) -> str:
        if len(self) >= _MOST_FORMS:  # a server that reads many files must not fill up
            self.clear()
        form = self[word] = self.find(word)
        return form


class Tokenizer:
    """Turns texts into terms as a :class:`TextPreparation` says. Safe to share by threads.

    Words are runs of two or more word characters in lower case, as scikit-learn's default
    analyser has them (see :mod:`core.text.scripts` for scripts without spaces); then stop
    words go, then each word becomes its stem or lemma, then neighbours that are left form
    word groups, and words fall into pieces. Frequency limits are no matter of one text: see
    :func:`core.text.corpus.build_corpus`.

    Parameters
    ----------
    preparation : TextPreparation
        The settings.
    """

    def __init__(self, preparation: TextPreparation) -> None:
        self.preparation = preparation
        self._forms: _Forms | None = None
        self._plain = (
            preparation.word_form == "written"
            and preparation.max_length is None
            and (preparation.lowercase or not preparation.stop_words)
        )
        self._shortest = preparation.min_length
        self._lock = Lock()

    def __reduce__(self) -> tuple[object, ...]:
        # the remembered forms hold a lock and a C object; another process finds them again
        return Tokenizer, (self.preparation,)

    @cached_property
    def _left_out(self) -> frozenset[str]:
        return stop_words(self.preparation.language) if self.preparation.stop_words else frozenset()

    @property
    def forms(self) -> _Forms:
        """From a word to the form that is counted ("" where it is left out)."""
        if self._forms is None:
            with self._lock:
                if self._forms is None:
                    self._forms = _Forms(self.preparation)
        return self._forms

    def raw(self, text: str) -> list[str]:
        """The words of a text before any is left out or changed, but in the right case."""
        return split_words(text.lower() if self.preparation.lowercase else text)

    def words(self, text: str) -> list[str]:
        """The words that count, each in the form that counts."""
        if self._plain and text.isascii():
            # nothing to look up: half the time of the way below
            words, shortest, left_out = self.raw(text), self._shortest, self._left_out
            if not left_out:
                return [word for word in words if len(word) >= shortest]
            return [word for word in words if len(word) >= shortest and word not in left_out]
        return list(filter(None, map(self.forms.__getitem__, self.raw(text))))

    def __call__(self, text: str) -> list[str]:
        """All terms of a text: its words, then groups of two, then of three, then pieces."""
        words = self.words(text)
        terms = words
        for n in range(2, self.preparation.ngram_max + 1):
            terms = terms + [" ".join(words[i : i + n]) for i in range(len(words) - n + 1)]
        longest = self.preparation.piece_max
        if longest is not None:
            terms = terms + [piece for word in words for piece in pieces_of(word, longest)]
        return terms

    def spans(self, text: str) -> list[tuple[int, int, str]]:
        """The terms of a text with where they stand.

        Returns
        -------
        list of (start, end, term)
            In the order of ``self(text)``; positions in characters of ``text``. A word group
            reaches from its first word to its last, over what was left out between them; a
            piece stands where its word stands.
        """
        source, places = lower(text) if self.preparation.lowercase else (text, None)
        forms = self.forms
        words: list[tuple[int, int, str]] = []
        for start, end in word_spans(source):
            form = forms[source[start:end]]
            if form and places is None:
                words.append((start, end, form))
            elif form and places is not None:
                words.append((places[start], places[end - 1] + 1, form))
        spans = words
        for n in range(2, self.preparation.ngram_max + 1):
            spans = spans + [
                (words[i][0], words[i + n - 1][1], " ".join(w for _, _, w in words[i : i + n]))
                for i in range(len(words) - n + 1)
            ]
        longest = self.preparation.piece_max
        if longest is not None:
            spans = spans + [
                (start, end, piece)
                for start, end, word in words
                for piece in pieces_of(word, longest)
            ]
        return spans
