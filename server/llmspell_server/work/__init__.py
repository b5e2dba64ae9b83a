"""Who does the work, and when: one thread for all that is asked, processes for what is heavy."""
