"""Children that hear Ctrl-C, however the tests were started."""

import signal


def heed_ctrl_c() -> None:
    """Undoes what a shell's `&` does to its children: they would ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
