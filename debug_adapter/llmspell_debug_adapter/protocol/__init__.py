"""The messages of the Debug Adapter Protocol and how they travel. Knows nothing of debugging."""
