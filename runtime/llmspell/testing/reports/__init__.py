"""How the results of tests are told: text for people, and the forms that other programs read."""
