"""A process that parses files for another: hostile bytes meet a limit on memory and time here, and nothing else.

Run as ``python -m rag.documents.worker MEGABYTES SECONDS UNPACKED_MB OCR_SECONDS PICTURES``; reads a request a line
from standard input, as JSON, and answers each with a line of JSON. A request names a file, and what is wanted of it:
its text, or a page with the places of quotes, or the picture of a page. Before each page whose text is recognised, and
each picture that is taken out, it writes an empty line, and has so much more time.
"""

import base64
import hashlib
import json
import os
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from rag.documents import leaf, parse
from rag.documents.common.decode import Unusable
from rag.documents.common.gallery import SECONDS, Gallery
from rag.documents.pdf.image import PICTURES, as_pdf
from rag.documents.pdf.ocr import MEMORY_MB, Recogniser
from rag.documents.places import Wanted


def main() -> None:
    """Answer requests until standard input ends."""
    megabytes, seconds, unpacked_mb, ocr_seconds, pictures = map(int, sys.argv[1:])
    megabytes += MEMORY_MB if ocr_seconds else 0
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", errors="surrogatepass")
    os.dup2(2, 1)  # what a library prints is no answer
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def more() -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (soft + 2 * (ocr_seconds or SECONDS), hard))
        answers.write("\n")
        answers.flush()

    ocr = Recogniser(ocr_seconds, more) if ocr_seconds else None
    wanted = partial(Gallery, more) if pictures else None
    for line in sys.stdin:
        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = int(used.ru_utime + used.ru_stime)
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds + 1, resource.RLIM_INFINITY))
        answers.write(json.dumps(_answer(json.loads(line), unpacked_mb, ocr, wanted), ensure_ascii=False) + "\n")
        answers.flush()


def _answer(
    request: dict[str, Any], unpacked_mb: int, ocr: Recogniser | None, wanted: Callable[[], Gallery] | None
) -> dict[str, Any]:
    try:
        path = Path(request["path"])
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        number = request.get("page")
        if number is None:
            gallery = wanted() if wanted else None
            found = parse.parse(path.suffix.lower(), data, unpacked_mb, ocr, gallery)
            found.unread += gallery.told() if gallery else []
            return asdict(found) | {"sha256": sha256}
        if path.suffix.lower() in PICTURES:
            data = as_pdf(data)
        if "width" in request:
            picture = leaf.draw(data, number, request["width"])
            return {"sha256": sha256, "picture": base64.b64encode(picture).decode()}
        return asdict(leaf.look(data, number, [Wanted(*one) for one in request["wanted"]], ocr)) | {"sha256": sha256}
    except Unusable as error:
        return {"reason": error.reason, "remedy": error.remedy}
    except OSError as error:
        return {"reason": error.strerror or str(error), "remedy": "make it readable"}
    except MemoryError:
        return {"reason": "too much memory", "remedy": "raise parse_memory_mb, if you trust it"}
    except Exception as error:  # a parser's own bug on this file must not end the others
        return {"reason": f"its parser failed ({type(error).__name__})", "remedy": "save it again in another program"}


if __name__ == "__main__":
    main()
