"""What can be said of spells: text in, facts out; no protocol, no files, no Lua state."""
