"""Build the documentation site from the pages of the project: ``python docs/make_site.py FOLDER``.

The pages are copied to ``FOLDER/pages`` with the paths that they have here, so that their links hold; the site is
written to ``FOLDER/site``. A link or an anchor that leads nowhere fails the build.
"""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = [
    "*.md",
    "LICENSE",
    "benchmarks/*.md",
    "docs/*.md",
    "docs/*.png",
    "index/README.md",
    "rag/models.toml",
    "rag/weights/README.md",
    "rag/weights/careful/README.md",
    "training/*.md",
]
"""The pages, and the files that they show or link to."""


def stage(folder: Path) -> None:
    """Copy the pages and the site's settings to ``folder``, which has none of them yet."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            target = folder / "pages" / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    shutil.copytree(ROOT / "docs" / "overrides", folder / "overrides")
    shutil.copyfile(ROOT / "docs" / "zensical.toml", folder / "zensical.toml")


def build(folder: Path) -> bool:
    """Build the site of what was staged in ``folder``; tell what is wrong with it, and whether it was built."""
    settings = str(folder / "zensical.toml")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "--config-file", settings]
    return subprocess.run(command, check=False).returncode == 0


def main() -> None:
    """Build the site in the folder that is named."""
    folder = Path(sys.argv[1])
    for part in ("pages", "overrides", "site"):
        shutil.rmtree(folder / part, ignore_errors=True)
    stage(folder)
    if not build(folder):
        sys.exit(f"the site was not built: mend what is named above, in {ROOT}")
    print(f"to read it: {sys.executable} -m http.server --bind 127.0.0.1 --directory {folder / 'site'}")


if __name__ == "__main__":
    main()
