"""Who does the work, and when: one thread for all that is asked, the most urgent first."""
