"""Tools: filesystem."""
