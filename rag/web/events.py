"""How the page's events are told to Gradio."""

from typing import Any

QUIET: dict[str, Any] = {"show_progress": "hidden", "show_progress_on": (), "api_visibility": "private"}
"""Gradio draws nothing over what an event changes: the page tells itself what goes on. Nor does it keep any state of
that, which the browser would copy for every such component with each message of the server."""

AT_ONCE: dict[str, Any] = {**QUIET, "queue": False}
"""An event that takes milliseconds, and does not wait in the queue with questions."""
