"""Every English word of the page, in one place for whoever translates it.

Constants are shown as they stand; those with ``{names}`` are filled by ``str.format``.
"""

# The list of conversations beside the chat
KEPT_CONVERSATIONS = "Conversations"
KEPT_NEW_CONVERSATION = "New conversation"
KEPT_FIND = "Search conversations"
KEPT_FIND_HOLDER = "Search"
KEPT_OPEN_SHARED = "Open a share file"
KEPT_NONE = "What you ask is kept here, on this server, for this browser alone."
KEPT_NONE_FOUND = "No conversation has these words."
KEPT_ONE_QUESTION, KEPT_QUESTIONS = "1 question", "{count} questions"
KEPT_SHARED = "shared, read-only"
KEPT_MORE = "Options of {title}"
KEPT_TITLE = "Title"
KEPT_RENAME = "Rename"
KEPT_EXPORT = "Export"
KEPT_FORMS = {"md": "Markdown", "html": "HTML", "json": "Share file (JSON)"}
KEPT_DELETE = "Delete"
KEPT_DELETE_SURE = "Delete it for good?"
KEPT_GOLD = "Rated answers as gold candidates (JSON Lines)"
KEPT_GOLD_ABOUT = "For rag eval, to be looked through by a person"
KEPT_BANNER = (
    "Shared, read-only. Each quote stands in the documents that came with the file; they were not compared with the "
    "sources here."
)
KEPT_CONVERSATION_GONE = "This conversation is not there any more."
KEPT_TOO_LARGE = "The file has over {most} MB: it is no share file."

# What is exported of a conversation
SHARE_UNTITLED = "Conversation"
SHARE_EXPORTED = "From Quoteline: each line of an answer names the quotes that support it."
SHARE_ASKED_AS = "Asked as: {question}"
SHARE_VERBATIM = "Verbatim from the sources · confidence {odds:.0%}"
SHARE_WRITTEN = "Written by {llm}, each line checked against its quotes · confidence {odds:.0%}"
SHARE_CLOSEST = "Closest passages"
SHARE_QUOTES = "Quotes"
SHARE_SOURCES = "Sources"
SHARE_ON_PAGE = "page {page}"
SHARE_MOVED = "The source has changed since, or is not there any more."
SHARE_IN_SOURCE = "in its source"
