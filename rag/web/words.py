"""What the page says, in English, in one place for whoever translates it.

Braces are filled in by the module that shows it. Each word has its Spanish in ``spanish.py``: a test tells which lack
it. Read as ``words.NAME`` where something is shown, a word is in the language of the browser (``language.py``); bound
when a module is imported it would be English for all.
"""

import sys

from rag.web.language import Spoken

sys.modules[__name__].__class__ = Spoken

# Login
LOGIN = "Log in"
LOGOUT = "Log out"
PASSWORD = "Password"  # noqa: S105 (a label)
WRONG = "That is not the password."
WAIT = "Too many wrong tries: wait {seconds} s."
SIGN_NAME, SIGN_KEY = "Name", "Key"
SIGN_WRONG = "No key of this name is the one that was typed."
SIGN_NOTHING = "This key opens no collection that is here."
SIGN_NO_KEYS = "The keys cannot be read: the log of the server tells why."
SIGNED = "Signed in as {name}"
SIGNED_READS = "You may ask and read what is here, not change it."
SIGNED_SOME = "You may ask and read {collections}, not change it."
LEAVE = "End this session on this computer?"

# Under load
STOPPING = "Quoteline is being stopped: ask again when it is back."

# The page as an application
INSTALL_ABOUT = "Answers from your documents, each a verbatim quote."
OFFLINE_HEAD = "The server is not running"
OFFLINE_ABOUT = (
    "Quoteline answers from a computer of yours, which does not reply. Start it there with rag ui: this page comes "
    "back by itself."
)
OFFLINE_AGAIN = "Try again"

# The bar above all
VIEW_ASK, VIEW_LIBRARY = "Ask", "Library"
BAR_VIEWS = "Views"
BAR_HISTORY = "Conversations"
BAR_SETTINGS = "Settings"
BAR_DEVELOPERS = "For developers"
BAR_TRACE = "Show how each answer was found"
SET_LLM = "Who words an answer"
SET_LLM_NONE = "Nobody: quotes alone"
SET_LLM_NO = "No language model is set up on this server."
SET_LLM_ABOUT = "Set up on this server, which keeps its keys: they are neither shown here nor kept in this browser."
SET_TEST = "Test it"
SET_TEST_ABOUT = "Ask it for one word; nothing of the sources is sent"
SET_TESTING = "Asking {llm}…"
SET_TEST_SAID = "It works: {llm} said “{said}” after {seconds} s."
SET_TEST_NOTHING = "{llm} answered after {seconds} s, but said nothing."
SET_TEST_LATE = "{llm} did not answer within {seconds} s."
SET_TEST_BUSY = "It is being tested: try again in half a minute."
SET_TEST_LOST = "The server does not answer: is it still running?"
SET_UNKNOWN = "This server has no “{what}”: choose again in the settings."
SET_THRESHOLD = "How sure an answer must be"
SET_STEPS = {"more": "Answers more", "set": "As measured", "surer": "Answers surer"}
SET_AS_SERVER = "As this server is set"
SET_COST = "refuses {refused} of 100 questions that have an answer; answers {answered} of 100 that have none, wrongly"
SET_COST_ABOUT = "Measured on SQuAD 2.0; questions without an answer were written there to mislead."
SET_NO_COST = "What each costs was not measured for this reader."
SET_LENGTH = "Length of an answer"
SET_LENGTHS = {"sentence": "One sentence", "short": "Short", "all": "All that is found"}
SET_LENGTH_ABOUT = "Short is two sentences. Each value where sources disagree and each part of a question stay."
SET_ABOUT = "These settings are kept by this browser and sent with each question: no other user's answers change."
SET_LANGUAGE = "Language"
THEME = "Appearance"
THEME_SYSTEM, THEME_LIGHT, THEME_DARK = "System", "Light", "Dark"
SHEET_BACK = "Back to answer"
SIDE_WIDTH = "Width of the sources"

# The library
SOURCES = "Sources"
ADD = "Add sources"
DROP = "Drop files or folders here, or"
CHOOSE = "choose files"
CHOOSE_FOLDER = "choose a folder"
DROP_KINDS = "What can be added"
DROP_ABOUT = "{suffixes}; at most {megabytes} MB each. They are copied into {folder}, and indexed at once."
UPLOADING = "Adding {name} ({n} of {all})…"
UPLOADED_AS = "Kept under this name: there is another file called {name}."
UPLOADED_BEFORE = "It was there already, with the same content."
NOT_UPLOADED = "Not added: {error}"
NO_ANSWER = "the server does not answer: is it still running?"
WRONG_SUFFIX = "it is none of {suffixes}"
TOO_LARGE = "it is larger than {megabytes} MB"
NO_FILES = "There is no file in it that can be read."
LEFT_OUT_OF_FOLDER = "Left out of the folder, as their kind cannot be read: {count}."
ADDRESS = "Address of a page or a file"
ADDRESS_EXAMPLE = "https://example.org/report.pdf"
ADDRESS_ADD = "Add address"
ADDRESS_ABOUT = (
    "An address is fetched by the computer that serves this page, from public machines alone, without cookies or "
    "logins. Nothing is fetched unasked."
)
FIND_PAGES = "Find pages on the web"
FIND_PAGES_EXAMPLE = "fuel shortage Cuba 2026"
FIND_PAGES_GO = "Find pages"
FINDING = "Looking …"
FOUND_NOTHING = "Nothing was found."
NOT_FOUND = "Nothing could be looked for: {error}"
FOUND_LIST = "Pages that were found"
ADDRESS_BUSY = "{count} addresses are being fetched: add this one when one of them is there."
ARRIVALS = {
    "fetching": "Fetching…",
    "received": "Received",
    "read": "Read",
    "indexed": "In the index",
    "failed": "Could not be read: {why}",
    "unfetched": "Could not be fetched: {why}",
    "partly": "Not all of it could be read: {why}",
}
ARRIVALS_LIST = "What was added"
ARRIVALS_COUNT = {
    "fetching": "{count} being fetched",
    "received": "{count} received",
    "read": "{count} read",
    "indexed": "{count} in the index",
    "failed": "{count} could not be read",
}
ARRIVALS_MORE = "The first {count} are listed here, and all in the Library."
FOLDER = "Add a folder of this computer by its path"
FOLDER_ABOUT = "Its files are copied into {folder}; the folder itself stays as it is."
FOLDER_EXAMPLE = "/home/name/articles"
FOLDER_ADD = "Add folder"
REINDEX = "Re-index"
REMOVE = "Remove"
REMOVE_ASK = "Remove {name}? Its file is moved to {folder}, where you can take it back from; nothing is deleted."
REMOVED = "{name} was moved to {place}. It no longer answers once the index is built."
STAGES = {
    "wait": "Waiting for the index…",
    "copy": "Copying files: {done} of {total}…",
    "read": "Reading files: {done}…",
    "export": "Preparing the encoder, once for a new index…",
    "encode": "Indexing passages: {done} of {total}…",
    "open": "Opening the new index…",
}
STAGE_MEANWHILE = "The chat answers from the index as it was."
STAGE_FIRST = "It can be asked once the index is built."
DONE_SAME = "The index is up to date. Documents: {documents}."
DONE = (
    "Indexed. Documents: {documents} ({added} added, {changed} changed, {removed} removed); could not be read: "
    "{skipped}."
)
PARTLY_READ = "Of some sources not everything could be read ({count}): the list tells what."
FAILED = "The index is as it was: {error}"
FAILED_FIRST = "There is no index yet: {error}"
LEFT_OUT = "Not copied"
LIST = "Documents"
LIST_FIND = "Find a source"
LIST_EXAMPLE = "title, publisher, file name or date"
LIST_NONE = "No source is like that."
PUBLISHER = "Publisher"
STATES = {
    "indexed": "Indexed",
    "corpus": "Indexed: a file of many documents",
    "new": "Waits to be indexed",
    "gone": "Taken away; answers until the next index",
    "skipped": "Could not be read",
}
LIMIT_SOURCES = "Limit the chat to these sources"
LIMIT_SOURCES_ABOUT = "A pattern such as uploads/*, or words of their names; empty means all. Ticking does the same."
LIMIT_AFTER = "Published on or after"
LIMIT_BEFORE = "Published on or before"
LIMIT_DATE = "2026-01-31"
LIMIT_SET = "Limit the chat"
LIMIT_ALL = "Use all sources"
LIMIT_NOTHING = "No document is like that: the chat is not limited."
LIMIT_NO_SOURCE = "No source is like '{typed}': the limit is as it was."
LIMITED = "The chat is limited to {what}."
LIMITED_COUNT = "{passing} of all {documents} documents"
LIMITED_SOURCES = "sources {sources}"
LIMITED_AFTER = "published on {date} or later"
LIMITED_BEFORE = "published on {date} or earlier"
NOT_LIMITED = "The chat answers from all sources."
SHELF_CHIP = "{passing} of {documents} sources"
SHELF_CHIP_ALL, SHELF_CHIP_ONE, SHELF_CHIP_NONE = "All {documents} sources", "1 source", "No sources yet"
SHELF_ORDER = "Order"
SHELF_ORDERS = {
    "": "As in the folder",
    "title": "Title",
    "newest": "Newest first",
    "oldest": "Oldest first",
    "publisher": "Publisher",
    "pages": "Longest first",
    "unread": "Not read first",
}
SHELF_NARROW = "Publisher and date"
SHELF_ANY_PUBLISHER = "All publishers"
SHELF_COUNTS = {"one": "1 source", "many": "{count} sources", "some": "{count} of {all} sources"}
SHELF_TICK = "Ask only {title}"
SHELF_TICK_ALL = "Tick all {count}"
SHELF_TICK_ABOUT = "Tick sources to ask only them."
SHELF_TICKED = "{count} ticked: only what is ticked is asked."
SHELF_PAGES, SHELF_ONE_PAGE = "{count} pages", "1 page"
SHELF_NOTES = "Left out on purpose"
SHELF_MORE = "What can be done with {title}"
SHELF_OPEN = "Open"
SHELF_ONLY = "Ask only this"
SHELF_AGAIN = "Read again"
SHELF_NO_ANSWER = "The list does not come: is the server still running?"
TIMELINE = "When the documents were published"
TIMELINE_NONE = "No document says when it was published."
TIMELINE_ABOUT = "Documents with a date: {count}, from {first} to {last}."
TIMELINE_MOST = "Most at once: {count}, in {when}."
TIMELINE_UNDATED = "Without a date: {count}."
TIMELINE_BAR = "{when}: {count}"
TIMELINE_MORE = "and {count} more"
TIMELINE_LEGEND = {
    "day": "A bar is a day: press it to list what was published then",
    "month": "A bar is a month: press it to list what was published then",
    "year": "A bar is a year: press it to list what was published then",
    "decade": "A bar is ten years: press it to list what was published then",
    "century": "A bar is a century: press it to list what was published then",
}
MAP = "Map of passages"
MAP_DOT = "{title}, passage {number} of {count}"
MAP_KEYS = "Press a dot to read it; arrow keys go from one to the next."
MAP_COLOURS = "Each source has one of eight colours: rest on a dot to see which it is"
MAP_OTHERS = "Others ({count})"
MAP_ABOUT = (
    "Passages: {shown} of {passages}, a dot each. Documents: {documents}. What says similar things tends to lie near "
    "each other."
)
MAP_USED = "quoted by the last answer"
MAP_QUOTED_FROM = "{title} ({count})"
MAP_ANSWER = "Ringed are those that the last answer quotes: {quoted}."
MAP_NO_ANSWER = "Once a question is answered, the passages that it quotes are ringed."

# The page before there is an index
BEGIN_HEAD = "Begin with your documents."
BEGIN_NOTHING = "Nothing can be asked yet."
BEGIN_OTHERS = "Who may add sources begins. Load this page again then."
BEGIN_ABOUT = (
    "Add files, a folder or the address of a page, and ask them questions. Each line of an answer is a sentence of "
    "theirs, and opens where it stands."
)
BEGIN_PRESENT_ONE = "One file that can be read lies in {folder} already; it is indexed with what you add."
BEGIN_PRESENT = "{count} files that can be read lie in {folder} already; they are indexed with what you add."
BEGIN_INDEX = "Index now"
BEGIN_AGAIN = "Try again"
BEGIN_FAILED = "Nothing can be asked yet: {error}. Add other sources, or try again."
BEGIN_READY_ONE, BEGIN_READY = "1 source is in the index.", "{count} sources are in the index."
BEGIN_UNREAD_ONE, BEGIN_UNREAD = "One file could not be read", "{count} files could not be read"
BEGIN_SOURCES = "The sources, with their first sentences"
BEGIN_MORE = "See all of them, or add more, in the Library"
BEGIN_LOOKING = "Looking for questions that these sources answer…"
BEGIN_NO_QUESTION = "Ask in your own words: no question was found that could be offered."

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

# The tab of the chat
CHAT_HEAD = (
    "Every line of an answer is {proof}. Rest on its number to see the quote, press it to read it in its source."
)
CHAT_PROOF_QUOTE = "a verbatim quote"
CHAT_PROOF_LLM = "checked against the quotes it cites"
CHAT_SKIP = "Skip to the latest answer"
CHAT_KEYS = "Keys"
CHAT_KEYS_LIST = (
    ("Enter", "in the question box: ask"),
    ("← →", "on the edge of the sources: make them wider, or narrower"),
    ("n", "in an answer or a source: the next quote"),
    ("p", "in an answer or a source: the previous quote"),
    ("Enter", "on a number: go to its quote; Escape leads back"),
    ("← →", "on the tab of a source: the source beside it"),
    ("← →", "on a printed page: the next page, the previous one"),
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
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CHAT_CONFIDENT, CHAT_LIKELY, CHAT_UNSURE = "Confident", "Likely", "Unsure: read the quote"
CHAT_TURN = "Question {number}"
CHAT_ASKED_AS = "Asked as: {question}"
CHAT_CITE = "Show quote {number} in its source"
CHAT_TAGS = {
    "superseded": "superseded",
    "newer": "newer",
    "disputed": "disagrees",
    "described": "described",
    "transcribed": "transcribed",
}
CHAT_TAGS_ABOUT = {
    "superseded": "A newer version of this document says something else",
    "newer": "The latest of the sources that do not say the same",
    "disputed": "Another source says something else",
    "described": "A model says what a picture shows: not the source's own words",
    "transcribed": "A model says what it heard: not the source's own words",
}
CHAT_QUOTED = "quoted"
CHAT_QUOTED_ABOUT = "Quoted word for word from the source"
CHAT_SUPPORTED = "supported"
CHAT_SUPPORTED_ABOUT = "Written by {llm} and supported by the quotes it cites"
CHAT_VERBATIM = "Verbatim from the sources"
CHAT_WORD_FOR_WORD = "Word for word"
CHAT_PARTLY = {"described": "partly a model's description of a picture", "transcribed": "partly what a model heard"}
CHAT_WRITTEN = "Written by {llm}, each line checked against its quotes"
CHAT_SURE_ABOUT = "Confidence {odds}: the odds that these quotes answer the question"
CHAT_SURE_NOT = "The odds that the first of them answers it are {odds}."
CHAT_DROPPED_ONE = "1 line of the LLM is not shown: its quotes do not support it"
CHAT_DROPPED = "{count} lines of the LLM are not shown: their quotes do not support them"
CHAT_LOOKED_FOR = "Looked for:"
CHAT_KEY_TERMS = "Key terms:"
CHAT_KEY_TERMS_MISSING = "not in the closest passages:"
CHAT_CLOSEST = "These come closest:"
CHAT_CLOSEST_MORE = "Then:"
CHAT_ANSWERED_BY = "Answer, {sure}. Quotes: {count}."
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
CHAT_TRACE_HURRIED = "Many questions were waiting: the packaged reader, the faster one, read this one."
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
CHAT_PAGES = "pages {page}-{end}"
CHAT_TIME = "at {time}"
CHAT_ALSO_IN = "The same sentence is also in {others}"
CHAT_TEXT_OF = "Text of {title}"
CHAT_FRONT_MATTER = "What the file says of itself"
CHAT_GONE = "{source} is no longer among the sources. This was quoted from it:"
LEAF_TO_TEXT, LEAF_TO_PAGE = "Text view", "Page view"
LEAF_PREVIOUS, LEAF_NEXT = "Previous page", "Next page"
LEAF_LARGE = "Enlarge"
LEAF_OF = "Page {page} of {pages}"
LEAF_ALT = "Page {page} of {pages} of {title}, as it is printed. The text view has its words."
LEAF_PAGE_OF = "Pages of {title}"
LEAF_NOT_FOUND = "The quote could not be found on the printed page: the text view marks it."
LEAF_DESCRIBED = "{model} described a picture on this page. The words are its own: the text view marks them."
LEAF_CHANGED = "The file is not the one that was indexed: this is the text that was. Index again to see its pages."
LEAF_GONE = "The file is no longer in the sources folder: this is the text that was indexed."
LEAF_NOT_DRAWN = "The pages of this file cannot be shown ({why}): this is its text."
LEAF_NO_PICTURE = "This page cannot be shown now: the text view has its words."
LEAF_NONE = "This source has no pages."
LEAF_BUSY = "Too many pages are being drawn: try again in a moment."
SOUND_OF = "Player of {title}"
SOUND_GONE = "The file is no longer in the sources folder, or is not the one that was indexed."
CHAT_CHANGED = "This source has changed since it was quoted: the quote is no longer at its place. It was:"

# The tabs

# The tab of evaluations
EVALUATION = "Evaluation"
RUNS_ASKED = "Gold questions"
RUNS_AT_MOST = "at most {count}"
RUNS_FIGURES = "Figures shown"
RUNS_CHOOSE = "Choose figures"
RUNS_HEAD = "Evaluation"
RUNS_ABOUT = (
    "Runs of rag eval that asked the same gold questions, oldest to the left, each figure with its 95% interval. "
    "A dashed line stands where the gold questions were changed: what lies on its two sides was not asked the same."
)
RUNS_NONE = "There is no run yet."
RUNS_COMMAND = "This command asks gold questions, measures the answers, and writes a run into {folder}:"
RUNS_EXAMPLE = "rag eval run eval/article.jsonl --sources seeds"
RUNS_NO_FIGURE = "No figure is chosen, or these runs have none of those that are."
RUNS_NEWEST = "The newest {shown} of {all} are shown."
RUNS_SKIPPED = "{count} skipped"
RUNS_TABLE = "The same figures in numbers, newest run first"
RUNS_TABLE_HEADS = ("Run", "Started (UTC)", "Gate", "Questions")
RUNS_TABLE_MORE = ("Median ms", "LLM", "Commit")
RUNS_PASSED = "✓ passed"
RUNS_FAILED = "✗ failed ({count})"
RUNS_NO_LLM = "none"
RUNS_CHANGED = "and changes"
RUNS_UNKNOWN = "unknown"
RUNS_HIGHER = "higher is better"
RUNS_LOWER = "lower is better"
RUNS_VALUE = "{value:.3f} ({low:.3f} to {high:.3f})"
RUNS_POINT = "{figure} {value}\n{questions} questions\n{name}, {when}"
RUNS_PLOT = "{figure} over {count}; the last: {value}. The table below has every number."
RUNS_ONE, RUNS_MANY = "1 run", "{count} runs"
RUNS_NEW_GOLD = "From here on the gold questions are others"
RUNS_OPENS = "Report of {name}, in a new tab"
RUNS_FOREIGN = "holds no run of rag eval: it has no summary.json"
RUNS_EMPTY = "is empty: a run that goes on, or was ended before it was written"
RUNS_LINK = "is a link, which is not followed"
RUNS_NOT_UTF8 = "has a name that is not UTF-8"
RUNS_NO_RESULTS = "has no results.jsonl: it was not written to its end"
RUNS_UNREADABLE = "cannot be read: {why}"
RUNS_DEEP = "lies too deep to be looked into"
REPORT_MISSING = "There is no run of this name. The tab Evaluation lists those that there are."
REPORT_DAMAGED = "The report of this run cannot be made: {why}"
SHARE_UNTITLED = "Conversation"
SHARE_EXPORTED = "From Quoteline: each line of an answer names the quotes that support it."
SHARE_ASKED_AS = "Asked as: {question}"
SHARE_VERBATIM = "Verbatim from the sources · confidence {odds:.0%}"
SHARE_WRITTEN = "Written by {llm}, each line checked against its quotes · confidence {odds:.0%}"
SHARE_CLOSEST = "These come closest"
SHARE_QUOTES = "Quotes"
SHARE_SOURCES = "Sources"
SHARE_ON_PAGE = "page {page}"
SHARE_ON_PAGES = "pages {page}-{end}"
SHARE_AT = "at {time}"
SHARE_MOVED = "The source has changed since, or is not there any more."
SHARE_IN_SOURCE = "in its source"

# The notebook
NOTEBOOK = "Notebook"
NOTE_EMPTY = "Pin a quote or an answer, and it is kept here, on this server, for this browser alone."
NOTE_PIN, NOTE_PINNED = "Pin", "Pinned"
NOTE_PIN_QUOTE = "Pin this quote"
NOTE_PIN_ABOUT = "Keep it in the notebook; pressed again, it is taken out"
NOTE_SAID_PINNED = "Pinned to the notebook."
NOTE_SAID_UNPINNED = "Taken out of the notebook."
NOTE_SAID_COMMENTED = "It has a comment: take it out in the notebook."
NOTE_SAID_SAVED = "Saved."
NOTE_SAID_MOVED = "Moved."
NOTE_SAID_REMOVED = "Removed from the notebook."
NOTE_SAID_TAKEN = "It now points to where the quote stands."
NOTE_SAID_NOWHERE = "That is not in the notebook any more."
NOTE_ONE, NOTE_MANY = "1 pin", "{count} pins"
NOTE_COUNTED = "{count}, held against the sources as they are now: {told}."
NOTE_INDEX = "Index {index}"
NOTE_COUNTS = {"stands": "{count} as quoted", "moved": "{count} moved", "gone": "{count} gone"}
NOTE_STATES = {"stands": "Stands as quoted", "moved": "Moved within its source", "gone": "No longer in its source"}
NOTE_STATES_ABOUT = {
    "stands": "The quote stands at its place in the index as it is now",
    "moved": "The source has changed: the same words stand at another place in it now",
    "gone": "The source was removed, or no longer says this word for word",
}
NOTE_TAKE = "Take the new place"
NOTE_EXPORT = "Export"
NOTE_FORMS = {
    "md": "Markdown",
    "docx": "Word, with footnotes",
    "csl.json": "References (CSL-JSON)",
    "jsonld": "W3C annotations",
}
NOTE_NO_GROUP = "In no group"
NOTE_ANSWER = "Answer"
NOTE_OPEN = "Show the quote in its source"
NOTE_PLACE = "characters {start}-{end}"
NOTE_WHEN = "pinned on {day}"
NOTE_ASKED = "Asked:"
NOTE_EDIT = "Comment and group"
NOTE_COMMENT = "Comment"
NOTE_GROUP = "Group"
NOTE_SAVE = "Save"
NOTE_UP, NOTE_DOWN, NOTE_REMOVE = "Up", "Down", "Remove"
NOTE_OF = "{what}: {quote}"
NOTE_READ = "Press a quote to read it in its source."

# The check of a text
CHECK = "Check"
CHECK_ABOUT = "Paste a text, and see which of its claims the sources support, contradict or do not have."
CHECK_TEXT = "Text to check"
CHECK_EXAMPLE = "An answer of an LLM, a draft, a press release"
CHECK_DO, CHECK_STOP = "Check the text", "Stop"
CHECK_TOO_LONG = "The text has {length} characters: at most {most} are checked at a time."
CHECK_TOO_MANY = "{count} texts are being checked and wait: try again in a minute."
CHECK_BROKEN = "The text could not be checked: the server met an error, which stands in its log."
CHECK_GONE = "This check is not kept any more: check the text again."
CHECK_WAITS = "Waits for another text to be checked…"
CHECK_GOES_ON = "Checked {done} of {count} claims…"
CHECK_STOPPED = "Stopped: {left} claims were not checked."
CHECK_STATES = {
    "supported": "Supported",
    "contradicted": "Contradicted",
    "not_found": "Not found",
    "waiting": "Not checked yet",
}
CHECK_COUNTS = {
    "supported": "{count} supported",
    "contradicted": "{count} contradicted",
    "not_found": "{count} not found",
}
CHECK_ONE, CHECK_MANY = "1 claim", "{count} claims"
CHECK_MARKED = "The text, its claims marked"
CHECK_CLAIMS = "Its claims"
CHECK_CLAIM = "Claim {number}"
CHECK_QUOTE = "Show quote {number} in its source"
CHECK_READ_AS = "Read as: {text}"
CHECK_WHY = "Why: {reason}"
CHECK_ELSEWHERE = "The text cites {sources} for it, where it was not found."
CHECK_AGAINST = "But this contradicts it:"
CHECK_VERBATIM = "A source says it word for word: “{text}”"
CHECK_NOT_VERBATIM = "No source says it word for word: “{text}”"
CHECK_MISATTRIBUTED = "who is named here does not stand beside it there"
CHECK_CLOSEST = "What comes closest:"
CHECK_EXPORT = "Save as"
CHECK_FORMS = {"html": "HTML", "md": "Markdown", "json": "JSON"}
CHECK_READ = "Press a quote to read it in its source."
