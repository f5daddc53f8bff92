"""Answers for other programs: HTTP, in our own shapes and in those of OpenAI, Anthropic and Cohere."""
