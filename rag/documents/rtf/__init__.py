"""RTF: the text as a word processor shows it."""
