"""What the server knows of spells in general: kinds of strings. Their subjects are data."""
