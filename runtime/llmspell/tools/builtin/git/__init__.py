"""What `git-inspector` is made of."""
