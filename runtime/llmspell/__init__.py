"""The llmspell runtime: runs spells, owns their API."""
