"""An LLM by name, asked within deadlines; none is used unless it is named."""
