"""`python -m llmspell_server`."""

from .main import main

if __name__ == "__main__":
    main()
