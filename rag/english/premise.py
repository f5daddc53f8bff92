"""What a question takes for granted, as a question of yes or no: "Why did Ana sell?" takes it that Ana sold."""

import re

from rag.english.polarity import negated
from rag.english.question_form import bare, yes_no
from rag.english.vocabulary import AUXILIARY

_AUX = rf"(?P<aux>{AUXILIARY})"
_DO = r"(?P<aux>did|do|does)"
_HAVE = r"(?P<aux>did|do|does|have|has|had|will|can|could|would)"
_WHAT = rf"(?P<what>(?:(?!\b{AUXILIARY}\b).)+?)"
_FORMS = (
    (rf"(?:why|when|where|how|by how much|since when|until when) {_AUX} (?P<rest>.+)", "{aux} {rest}"),
    (rf"(?:for )?how (?:long|often|fast|far|well) {_HAVE} (?P<rest>.+)", "{aux} {rest}"),
    (rf"(?:on|in|at|from|until|by|for) (?:what|which) \w+ {_AUX} (?P<rest>.+)", "{aux} {rest}"),
    (rf"(?:how (?:many|much)|which|what) of {_WHAT} {_AUX} (?P<rest>.+)", "{aux} any of {what} {rest}"),
    (rf"(?:how (?:many|much)|which|what) {_WHAT} {_DO} (?P<rest>.+)", "{aux} {rest} any {what}"),
    (rf"(?:how (?:many|much)|which|what) {_WHAT} {_AUX} (?P<rest>.+)", "{aux} any {what} {rest}"),
    (rf"how \w+ (?P<what>an? .+?) {_HAVE} (?P<rest>.+)", "{aux} {rest} {what}"),
    (rf"(?:(?P<to>to|with|from|by|for) )?whom {_AUX} (?P<rest>.+)", "{aux} {rest} {to} anyone"),
    (rf"who {_DO} (?P<rest>.+)", "{aux} {rest} anyone"),
    (rf"who {_AUX} (?P<rest>.+)", "{aux} anyone {rest}"),
    (rf"(?:how much|what) {_HAVE} (?P<rest>.+)", "{aux} {rest} anything"),
    (rf"who (?!(?:{AUXILIARY})\b)(?P<rest>\w+(?<!s)\b.*)", "did anyone {rest}"),
    (rf"which (?P<what>(?:(?!\b{AUXILIARY}\b).)+)", "did any {what}"),
)
"""Questions that are not ones of yes or no, folded or not, and what each takes for granted."""
_PATTERNS = [(re.compile(f"{pattern}$", re.IGNORECASE), form) for pattern, form in _FORMS]


def premise(question: str) -> str | None:
    """Return the question whose "no" contradicts what a question takes for granted; None where that is not plain.

    >>> premise("Why did the union accept the offer?"), premise("How many men were hurt in the fire?")
    ('Did the union accept the offer?', 'Were any men hurt in the fire?')
    >>> premise("Who did Ana meet?"), premise("What is a premise?"), premise("Did Ana come?")
    ('Did Ana meet anyone?', None, None)
    """
    text = bare(question).rstrip("?. ")
    if yes_no(question) or negated(text):
        return None
    for pattern, form in _PATTERNS:
        if found := pattern.match(text):
            parts = found.groupdict(default="")
            for name in parts.keys() & {"aux", "to"}:
                parts[name] = parts[name].lower()
            said = " ".join(form.format(**parts).split())
            return f"{said[0].upper()}{said[1:]}?"
    return None
