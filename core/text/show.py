"""What preparation does to one text, stage by stage, for people to look at."""

from __future__ import annotations

from core.text.preparation import TextPreparation
from core.text.tokens import Tokenizer


def before_after(text: str, preparation: TextPreparation) -> list[tuple[str, str | list[str]]]:
    """The stages that a text goes through.

    Frequency limits depend on all texts together and are not among them.

    Returns
    -------
    list of (title, content)
        The first content is the text itself, the others are lists of words or terms. Stages
        that the settings leave out are missing.
    """
    tokenizer = Tokenizer(preparation)
    forms = tokenizer.forms
    words = tokenizer.raw(text)
    stages: list[tuple[str, str | list[str]]] = [("Text", text), ("Words", words)]
    if preparation.stop_words:
        words = [word for word in words if not forms.is_stop_word(word)]
        stages.append(("Without stop words", words))
    short = [word for word in words if forms.keeps(word)]
    if short != words:
        stages.append(("Without too short or too long words", short))
    if preparation.word_form != "written":
        title = "Stems" if preparation.word_form == "stem" else "Lemmas"
        stages.append((title, [forms.form(word) for word in short]))
    if preparation.ngram_max > 1:
        stages.append(("With word groups", tokenizer(text)))
    return stages
