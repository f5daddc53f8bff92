"""Formats that are text: data, feeds, mail, EPUB, subtitles, reStructuredText."""
