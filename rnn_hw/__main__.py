"""The process that a command is: `rnnhw`, or `python -m rnn_hw`."""

import gc
import signal
import sys

SELDOM = 100_000  # objects after which Python looks for cycles: few are made, and a class is millions of objects


def main() -> None:
    """Runs a command. Exit status as in `cli.py`; 130 after Ctrl-C, and after SIGTERM, which a cancelled job gets."""
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    gc.set_threshold(SELDOM, *gc.get_threshold()[1:])
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # σ must not stop a pipe whose encoding is ASCII
            stream.reconfigure(errors="replace")
    try:
        from rnn_hw.cli import app  # takes most of what a short command takes, and Ctrl-C may come meanwhile

        app()
    except KeyboardInterrupt:
        print("rnnhw: stopped", file=sys.stderr)
        sys.exit(130)
    except Exception as error:  # a fault of ours must not look like the status of a sheet with mistakes
        import traceback

        traceback.print_exc()
        print(f"rnnhw: a fault of the program itself, not of the input: {type(error).__name__}", file=sys.stderr)
        sys.exit(3)
    finally:
        gc.freeze()  # what is left ends with the process: to look through it once more takes a tenth of a short command


if __name__ == "__main__":
    main()
