"""Tools that ask the system: programs, variables, services, figures."""
