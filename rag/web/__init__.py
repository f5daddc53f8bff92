"""The site in the browser: chat, sources, evaluation."""
