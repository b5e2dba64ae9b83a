"""What an editor starts: it launches debuggees or finds them, and relays messages."""
