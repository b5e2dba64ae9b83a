"""Tools for pictures, sound and films."""
