"""The errors that a user can meet.

    QuotelineError           exit 1   something failed; the message says what helps
    ├── UsageError           exit 2   a bad option, question or configuration value
    ├── SourceError          exit 1   a sources folder or file that cannot be used
    │   └── UnknownSource    exit 1   a source that the index does not hold
    ├── EncoderError         exit 1   a model that cannot be loaded or is not what it should be
    ├── ReaderError          exit 1   a reader is missing or not the one that was made
    ├── BusyError            exit 1   another process is building this index, or pulling this model
    ├── RightsError          exit 1   what a key does not open
    ├── ModelError           exit 1   a language model that cannot be had, or whose bytes are not the published ones
    ├── LLMError             exit 1   an LLM that does not answer
    ├── FetchError           exit 1   an address that cannot be fetched
    ├── GoldError            exit 1   a file of gold questions, or the folder of an eval run, that cannot be used
    ├── ConversationError    exit 1   conversations that are kept, or one that was shared, that cannot be used
    └── IndexUnreadable      exit 4   no index that can be read
        ├── IndexMissing     exit 4   none was built here
        ├── IndexDamaged     exit 4   its files are not the ones that were built
        └── IndexUnreachable exit 4   the database that holds it does not answer

A message is one line: what was wrong, where, and the command that helps.
"""


class QuotelineError(Exception):
    """Base of every error that is the user's to mend."""

    exit_code = 1
    kind = "error"


RagError = QuotelineError
"""Its name before 0.9."""


class UsageError(RagError):
    """A bad option, question or configuration value."""

    exit_code = 2
    kind = "usage"


class SourceError(RagError):
    """A sources folder or file that cannot be used."""

    kind = "source"


class UnknownSource(SourceError):
    """A source that the index does not hold."""

    kind = "unknown_source"


class EncoderError(RagError):
    """A model that cannot be loaded, or whose bytes are not the ones expected."""

    kind = "encoder"


class ReaderError(RagError):
    """A reader is missing, or its bytes are not the published ones, or those that were made."""

    kind = "reader"


class BusyError(RagError):
    """Another process is building this index, or pulling this model."""

    kind = "busy"


class RightsError(RagError):
    """What the key of whoever asks does not open."""

    kind = "forbidden"


class ModelError(RagError):
    """A language model that cannot be had, or whose bytes are not the published ones."""

    kind = "model"


class LLMError(RagError):
    """An LLM that does not answer."""

    kind = "llm"


class FetchError(RagError):
    """An address that cannot be fetched, or must not be."""

    kind = "fetch"


class GoldError(RagError):
    """A file of gold questions, or the folder of an eval run, that cannot be used."""

    kind = "gold"


class ConversationError(RagError):
    """Conversations that are kept, or one that was shared, that cannot be used."""

    kind = "conversation"


class IndexUnreadable(RagError):
    """No index that can be read."""

    exit_code = 4
    kind = "index"


class IndexMissing(IndexUnreadable):
    """No index was built here."""

    kind = "index_missing"


class IndexDamaged(IndexUnreadable):
    """The index's files are not the ones that were built."""

    kind = "index_damaged"


class IndexUnreachable(IndexUnreadable):
    """The database that holds the index does not answer."""

    kind = "index_unreachable"


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its name."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
