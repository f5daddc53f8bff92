"""Every English word of the page, in one place for whoever translates it.

Constants are shown as they stand; those with ``{names}`` are filled by ``str.format``. Figures keep their names, which
``docs/eval.md`` defines.
"""

# The tabs
CHAT = "Chat"

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
RUNS_EXAMPLE = "rag eval eval/article.jsonl --sources seeds"
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
