"""An answer as JSON and as text for a terminal."""
