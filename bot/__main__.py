"""`python -m bot` is the `vpclink` command."""

from bot.cli import main

if __name__ == "__main__":
    main()
