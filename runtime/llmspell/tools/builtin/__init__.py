"""The tools that come with llmspell, by subject: a module for each, imported when it is called."""
