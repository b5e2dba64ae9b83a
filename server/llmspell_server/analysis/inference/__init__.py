"""Types of expressions, also where nothing is annotated; worked out when asked for, and kept."""
