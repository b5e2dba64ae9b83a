"""What is under a cursor, where that is defined, and where else it is used."""
