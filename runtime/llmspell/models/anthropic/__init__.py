"""Models of Anthropic, over the messages API."""
