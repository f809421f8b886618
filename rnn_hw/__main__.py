"""`python -m rnn_hw`."""

from rnn_hw.cli import main

if __name__ == "__main__":
    main()
