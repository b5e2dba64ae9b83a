"""Hooks: functions that run at named points around what tools, agents and workflows do."""
