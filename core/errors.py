"""The one family of errors that a user meets.

Each says what is wrong, with which value, and what to do about it. Pages and the command
line show ``str(error)`` and, where there is one, ``error.hint``; any other exception is a
fault of ours and is shown as a short text with a log id.
"""

from __future__ import annotations


class WarmstartError(Exception):
    """Base of all errors meant for a person.

    Parameters
    ----------
    message : str
        What is wrong, with the value that is wrong and where it stands.
    hint : str, optional
        What to do about it, as a sentence.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments are lost by the default pickling, and these errors cross
        # process borders (joblib workers).
        return _rebuild, (type(self), self.message, self.hint)

    @property
    def words(self) -> str:
        """Message and hint as one text, for places that show a single line."""
        return f"{self.message} {self.hint}" if self.hint else self.message


def _rebuild(kind: type[WarmstartError], message: str, hint: str | None) -> WarmstartError:
    return kind(message, hint=hint)


class BadData(WarmstartError):
    """A file or a data set cannot be used as it is."""


class BadParam(WarmstartError):
    """A setting is unknown, of the wrong kind, or out of its range."""


class BadModelFile(WarmstartError):
    """A model file is damaged, forged, or from an unknown version; nothing was executed."""


class NotFound(WarmstartError):
    """No data set, model, method or run has that name."""


class StoreFailed(WarmstartError):
    """The home folder or the run database cannot be read or written."""


class JobFailed(WarmstartError):
    """A job could not be started or carried on."""


class MissingExtra(WarmstartError):
    """An optional package is needed and not installed."""


class NoNetwork(WarmstartError):
    """A download was needed and could not be made."""


class Cancelled(WarmstartError):
    """The person asked for the work to stop."""

    def __init__(self, message: str = "Cancelled.", *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
