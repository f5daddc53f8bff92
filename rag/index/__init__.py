"""An index folder: its generations are built, checked, opened and watched."""
