"""The words of RTF: how they are told apart, and what some of them stand for."""

import re

TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})|\\(?P<sign>[^a-zA-Z])"
    r"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\",
    re.DOTALL,
)
CHARSETS = {
    77: "mac_roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp850",
}  # fmt: skip
SETS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
CHARS = {
    "tab": "\t", "line": "\n", "page": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "emdash": "—", "endash": "–", "bullet": "•", "emspace": " ", "enspace": " ", "qmspace": " ",
}  # fmt: skip
SIGNS = {"~": "\xa0", "_": "-", "{": "{", "}": "}", "\\": "\\"}
SKIPPED = frozenset(
    """
    colortbl stylesheet fldtype pnseclvl xe tc tcn rxe bxe txe themedata nonshppict shprslt sp falt nonesttables objdata
    objclass objname mmathPict private template keywords subject comment operator company category manager doccomm
    hlinkbase printim buptim bkmkstart bkmkend ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn
    """.split()
)
KEPT = frozenset("shpinst shptxt shppict nesttableprops fldinst ud annotation moMath moMathPara do dptxbxtext".split())
"""Destinations that are read though a reader that does not know them may pass them over."""
MARGINS = {f"{name}{page}": name.capitalize() for name in ("header", "footer") for page in ("", "l", "r", "f")}
BESIDE = frozenset(("shptxt", "dptxbxtext", "footnote"))
GATHERED = frozenset(("fonttbl", "title", "author", "fldinst", "listtext", "pntext"))
DESTINATIONS = GATHERED | MARGINS.keys() | BESIDE | {"pict", "info", "upr", "object", "creatim", "revtim"}
"""Words that say what a group is for, and that are acted on."""
