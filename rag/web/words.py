"""Every English word of the page, in one place for whoever translates it.

Constants are shown as they stand; those with ``{names}`` are filled by ``str.format``.
"""

# The list of conversations beside the chat
CONVERSATIONS = "Conversations"
NEW_CONVERSATION = "New conversation"
FIND = "Search conversations"
FIND_HOLDER = "Search"
OPEN_SHARED = "Open a share file"
NONE_KEPT = "What you ask is kept here, on this server, for this browser alone."
NONE_FOUND = "No conversation has these words."
ONE_QUESTION, QUESTIONS = "1 question", "{count} questions"
SHARED = "shared, read-only"
MORE = "Options of {title}"
TITLE = "Title"
RENAME = "Rename"
EXPORT = "Export"
FORMS = {"md": "Markdown", "html": "HTML", "json": "Share file (JSON)"}
DELETE = "Delete"
DELETE_SURE = "Delete it for good?"
GOLD = "Rated answers as gold candidates (JSON Lines)"
GOLD_ABOUT = "For rag eval, to be looked through by a person"
BANNER = (
    "Shared, read-only. Each quote stands in the documents that came with the file; they were not compared with the "
    "sources here."
)
CONVERSATION_GONE = "This conversation is not there any more."
TOO_LARGE = "The file has over {most} MB: it is no share file."

# What is exported of a conversation
UNTITLED = "Conversation"
EXPORTED = "From Quoteline: each line of an answer names the quotes that support it."
ASKED_AS_SHOWN = "Asked as: {question}"
VERBATIM_SHOWN = "Verbatim from the sources · confidence {odds:.0%}"
WRITTEN_SHOWN = "Written by {llm}, each line checked against its quotes · confidence {odds:.0%}"
CLOSEST_SHOWN = "Closest passages"
QUOTES = "Quotes"
SOURCES_SHOWN = "Sources"
ON_PAGE = "page {page}"
MOVED = "The source has changed since, or is not there any more."
IN_SOURCE = "in its source"
