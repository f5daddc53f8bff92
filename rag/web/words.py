"""Every English word of the page, in one place for whoever translates it.

Constants are shown as they stand; those with ``{names}`` are filled by ``str.format``.
"""

# The tab of the chat
CHAT = "Chat"
CHAT_HEAD = (
    "Every line of an answer is {proof}. Rest on its number to see the quote, press it to read it in its source."
)
CHAT_PROOF_QUOTE = "a verbatim quote"
CHAT_PROOF_LLM = "checked against the quotes it cites"
CHAT_SKIP = "Skip to the latest answer"
CHAT_KEYS = "Keys"
CHAT_KEYS_LIST = (
    ("Enter", "in the question box: ask"),
    ("n", "in an answer or a source: the next quote"),
    ("p", "in an answer or a source: the previous quote"),
    ("Enter", "on a number: go to its quote; Escape leads back"),
    ("← →", "on the tab of a source: the source beside it"),
    ("Delete", "on the tab of a source: close it"),
    ("Escape", "close the quote that a number shows, or give up an edit"),
)
CHAT_CONVERSATION = "Conversation"
CHAT_EMPTY = "Ask the sources a question."
CHAT_QUESTION = "Question"
CHAT_ASK = "Ask"
CHAT_STOP = "Stop"
CHAT_START_OVER = "Start over"
CHAT_PLACEHOLDER = "Ask the sources a question"
CHAT_FOR_EXAMPLE = "For example"
CHAT_YOU_CAN_ASK = "You can ask"
CHAT_ONE_AT_A_TIME = "One answer at a time: your question stays in the box. Wait for the answer, or press Stop."
CHAT_WAIT = "One answer at a time: wait for the answer, or press Stop."
CHAT_READ_ONLY = "This conversation was opened from a file and is only to be read. Start over to ask."
CHAT_BROKEN = "This question could not be answered: the server met an error, which stands in its log."
CHAT_NOT_KEPT = "The answer could not be kept among your conversations: {why}"
CHAT_NOT_RATED = "What you think of it could not be kept: {why}"
CHAT_SEARCHING = "Searching the sources…"
CHAT_READING = "Reading {count} passages…"
CHAT_WRITING = "Writing…"

# An answer
CHAT_TURN = "Question {number}"
CHAT_ASKED_AS = "Asked as: {question}"
CHAT_CITE = "Show quote {number} in its source"
CHAT_QUOTED = "quoted"
CHAT_QUOTED_ABOUT = "Quoted word for word from the source"
CHAT_SUPPORTED = "supported"
CHAT_SUPPORTED_ABOUT = "Written by {llm} and supported by the quotes it cites"
CHAT_VERBATIM = "Verbatim from the sources"
CHAT_WRITTEN = "Written by {llm}, each line checked against its quotes"
CHAT_CONFIDENT, CHAT_FAIRLY_SURE, CHAT_UNSURE = "confident", "fairly sure", "unsure"
CHAT_SURE_ABOUT = "Confidence {odds}: the odds that these quotes answer the question"
CHAT_SURE_NOT = "The odds that the first of them answers it are {odds}."
CHAT_DROPPED_ONE = "1 line of the LLM is not shown: its quotes do not support it"
CHAT_DROPPED = "{count} lines of the LLM are not shown: their quotes do not support them"
CHAT_LOOKED_FOR = "Looked for:"
CHAT_KEY_TERMS = "Key terms:"
CHAT_KEY_TERMS_MISSING = "not in the closest passages:"
CHAT_CLOSEST = "They come closest to it:"
CHAT_ANSWERED_BY = "Answer: {count} quotes, {sure}."
CHAT_COPY = "Copy"
CHAT_COPY_ABOUT = "Copy the answer with its quotes"
CHAT_COPIED = "Copied with its quotes"
CHAT_NOT_COPIED = "The browser does not let this page copy"
CHAT_AGAIN = "Ask again"
CHAT_AGAIN_ABOUT = "Ask this again: what follows it in the conversation is dropped when the answer is there"
CHAT_EDIT = "Edit"
CHAT_EDIT_ABOUT = "Edit this question: what follows it is dropped when the answer is there"
CHAT_EDIT_LABEL = "The question, edited"
CHAT_EDIT_SAVE = "Ask this instead"
CHAT_CANCEL = "Cancel"
CHAT_GOOD, CHAT_BAD = "Good answer", "Bad answer"
CHAT_ACTIONS = "This answer"
CHAT_COMMENT = "What is good or bad about it (optional; kept on this computer)"
CHAT_COMMENT_SAVE = "Save"
CHAT_COMMENT_SAVED = "Saved"
CHAT_TRACE = "How it was found"
CHAT_TRACE_QUESTION = "The question as it was read:"
CHAT_TRACE_NO_HITS = "The passages that were found are not kept with a conversation: ask again to see them."
CHAT_TRACE_HITS = "Passages found, best first"
CHAT_TRACE_HEADS = ("#", "Passage", "Score", "Dense rank", "BM25 rank", "Cosine")
CHAT_TRACE_RERANKER = "Reranker rank"
CHAT_TRACE_TIMES = "Times:"
CHAT_TRACE_MODELS = "Models:"
CHAT_TRACE_INDEX = "Index:"

# The sources beside the chat
CHAT_SOURCES = "Sources"
CHAT_SOURCES_ONE = "1 source"
CHAT_SOURCES_COUNT = "{count} sources"
CHAT_SOURCES_MORE = "and {count} more"
CHAT_ALL_SOURCES = "All sources"
CHAT_OPEN_SOURCES = "Open sources"
CHAT_PREVIOUS, CHAT_NEXT = "Previous quote", "Next quote"
CHAT_QUOTE_OF = "Quote {number} of {count}"
CHAT_PASSAGE_OF = "Passage {number} of {count}"
CHAT_CLOSE = "Close"
CHAT_CLOSE_ABOUT = "Close {title}"
CHAT_PAGE = "page {page}"
CHAT_ALSO_IN = "The same sentence is also in {others}"
CHAT_TEXT_OF = "Text of {title}"
CHAT_GONE = "{source} is no longer among the sources. This was quoted from it:"
CHAT_CHANGED = "This source has changed since it was quoted: the quote is no longer at its place. It was:"
