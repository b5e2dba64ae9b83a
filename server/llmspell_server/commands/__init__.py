"""Commands of `llmspell` that need the analysis; found through `llmspell.commands`."""
