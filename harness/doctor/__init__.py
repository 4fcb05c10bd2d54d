"""What this machine can run and measure, what is missing, and the command or setting that gets it.

One module a group of findings. Everything here only reads: nothing is made, started, pulled or set, and the one thing
that is talked to is the container engine, at its socket.
"""
