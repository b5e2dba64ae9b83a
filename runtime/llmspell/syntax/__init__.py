"""What can be said of Lua text without running it."""
