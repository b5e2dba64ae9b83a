"""Recordings of what spells under test ask of models and of servers over HTTP."""
