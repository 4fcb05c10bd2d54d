"""A workload that attacks, for tests: what `stub_workload` does, but for one attack at one moment.

Run as ``python hostile_workload.py ATTACK`` with ``tests.stub_workload`` within reach. Where an attack comes to its
end, the good conversation goes on. `report` lines tell what it has found; the first is there before the attack begins.
"""

import base64
import errno
import json
import os
import signal
import socket
import struct
import sys
import time

from tests import stub_workload as stub

EVENT = ":::HARNESS "
MIB = 1 << 20
ATTACKS: dict = {}  # type: ignore[type-arg]
ESCAPES = "\x1b[41;5m\x1b]0;owned\x07\x9b2J\u202e"
HTML = "</title></script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&"
NASTY = ESCAPES + HTML


def attack(moment, name=None):
    """What follows is made at the first ``moment``."""

    def keep(do):
        ATTACKS[name or do.__name__.replace("_", "-")] = (moment, do)
        return do

    return keep


def write(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def event_line(name, **fields):
    """An event whose fields, `seq` and `clock` too, are what they are told to be."""
    whole = {"event": name, "seq": stub.SEQ, "clock": time.monotonic(), **fields}
    return (EVENT + json.dumps(whole) + "\n").encode()


def epoch(count=16, **fields):
    return event_line(
        "epoch", **{"n": 1, "loss": 0.5, "images": 1, "steps": 1, "predictions": stub.predictions(count), **fields}
    )


def sleep_for_ever():
    while True:
        time.sleep(3600)


for moment in ("start", "hello", "plan", "go", "epoch", "train", "trained", "predict", "predicted", "infer", "finish"):
    attack(moment, f"sleeps-at-{moment}")(sleep_for_ever)


# --- The machine ---


@attack("go")
def opens_the_network():
    for name, address in (
        ("world", ("1.1.1.1", 53)),
        ("bridge", ("172.17.0.1", 2375)),
        ("metadata", ("169.254.169.254", 80)),
    ):
        stub.report(f"{name} {network_error(address)}")
    try:
        socket.getaddrinfo("example.org", 80)
    except OSError:
        stub.report("names are not resolved")
    probe = socket.socket(socket.AF_UNIX)
    for path in ("/var/run/docker.sock", "/run/containerd/containerd.sock"):
        stub.report(f"{path} {errno.errorcode[probe.connect_ex(path)]}")


def network_error(address):
    with socket.socket() as probe:
        probe.settimeout(3)
        return errno.errorcode[probe.connect_ex(address)]


@attack("go")
def dies_without_the_network():
    socket.create_connection(("1.1.1.1", 53), timeout=3)


def fill_tmp():
    with open("/tmp/filling", "wb", buffering=0) as file:
        while True:
            file.write(bytes(MIB))


@attack("go")
def fills_tmp():
    try:
        fill_tmp()
    except OSError as error:
        stub.report(f"tmp {errno.errorcode[error.errno or 0]} at {os.path.getsize('/tmp/filling') // MIB} MiB")


attack("go", "dies-of-a-full-tmp")(fill_tmp)


@attack("go")
def fills_the_log():
    for _ in range(200):
        sys.stderr.write(("x" * 999 + "\n") * 100)
        write(b"y" * 100_000 + b"\n")


@attack("go")
def logs_without_end():
    while True:
        sys.stderr.write("x" * 999 + "\n")


@attack("go")
def logs_newlines_without_end():
    while True:
        os.write(1, b"\n" * 65536)


@attack("go")
def trickles_log_for_ever():
    while True:
        write(b".")
        sys.stderr.write("still here\n")
        sys.stderr.flush()
        time.sleep(0.05)


@attack("go")
def forks_and_goes_on():
    children = 0
    try:
        while True:
            if os.fork() == 0:
                sleep_for_ever()
            children += 1
    except OSError as error:
        stub.report(f"fork {errno.errorcode[error.errno or 0]} after {children}")


@attack("go")
def forks_without_end():
    while True:
        os.fork()


def take_all_memory():
    taken = []
    while True:
        taken.append(b"x" * MIB)


attack("go", "takes-all-memory")(take_all_memory)


@attack("go")
def a_child_takes_all_memory():
    child = os.fork()
    if child == 0:
        take_all_memory()
    _, status = os.waitpid(child, 0)
    stub.report(f"child ended by signal {os.WTERMSIG(status)}")


@attack("go")
def ignores_term():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    stub.report("ignoring")
    sleep_for_ever()


@attack("go", "exits-0-at-go")
@attack("trained", "exits-0-after-trained")
def exit_0():
    sys.exit(0)


@attack("epoch", "runs-on-without-output")
@attack("done", "says-done-and-runs-on-without-output")
def run_on_without_output():
    silent = os.open("/dev/null", os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(silent, descriptor)
    sleep_for_ever()


attack("done", "says-done-and-stays")(sleep_for_ever)


# --- Predictions ---


def predict_instead(moment, text_of):
    def arm():
        stub.predictions = text_of

    attack(moment, f"{text_of.__name__.replace('_', '-')}-at-{moment}")(arm)


def floats(count, value):
    return base64.b64encode(struct.pack("<f", value) * count).decode()


def wrong_count(count):
    return floats(count + 1, 0.5)


def nan(count):
    return floats(count, float("nan"))


def infinity(count):
    return floats(count, float("-inf"))


def bad_base64(count):
    return "*" + floats(count, 0.5)[1:]


def outside(count):
    return floats(count, 1.0000001)


for moment in ("go", "predict", "infer"):
    for text_of in (wrong_count, nan, infinity, bad_base64, outside):
        predict_instead(moment, text_of)


# --- Forged events ---


@attack("epoch")
def trained_before_an_epoch():
    stub.say("trained", epochs=0, steps=0, images=0, non_finite_steps=0, observed=stub.observed(), allocator={})


@attack("start")
def speaks_without_listening():
    # In one piece, so that all of it is there before the plan is sent.
    hello = event_line("hello", protocol=1, versions={})
    write(hello + event_line("ready", seq=1, device="cpu") + epoch(seq=2) + event_line("trained", seq=3))
    sleep_for_ever()


@attack("epoch")
def number_left_out():
    stub.SEQ += 1


@attack("epoch")
def number_said_twice():
    stub.SEQ -= 1


@attack("epoch")
def time_runs_backwards():
    write(epoch(clock=time.monotonic() - 60))


@attack("epoch")
def time_before_all_time():
    write(epoch(clock=-1e308))


@attack("epoch")
def a_million_epochs():
    # A thousand in one piece, so that the second is there before the first was answered.
    for begin in range(0, 1_000_000, 1000):
        write(b"".join(epoch(n=n + 1, seq=stub.SEQ + n) for n in range(begin, begin + 1000)))


@attack("epoch")
def epoch_a_million():
    write(epoch(n=1_000_000))


@attack("start")
def progress_without_end():
    stub.say("hello", protocol=1, versions={})
    while True:
        stub.say("progress", phase="train", done=1, total=None, unit="images")


def long_line(begin):
    write(begin)
    for _ in range(100):
        write(b"z" * MIB)
    write(b"\n")


@attack("epoch", "a-100-mb-event")
def long_event():
    long_line(EVENT.encode() + b'{"event":"epoch","loss":"')


@attack("epoch", "a-100-mb-log-line")
def long_log_line():
    long_line(b"log ")


@attack("epoch", "an-event-without-an-end")
def endless_event():
    write(EVENT.encode())
    while True:
        write(b"z" * MIB)


def send(name, line):
    attack("epoch", name)(lambda: write(line() if callable(line) else line))


def epoch_with(text, *, instead=b'"loss": 0.5'):
    """An epoch with a piece of JSON that no serialiser would write."""
    return lambda: epoch().replace(instead, text)


send("invalid-utf-8-event", EVENT.encode() + b'{"event":"epoch","loss":"\xff\xfe"}\n')
send("invalid-utf-8-log", b"\xff\xfe\xc3( half a letter \xe2\x82\n")
send("deep-nesting", epoch_with(b'"loss": ' + b"[" * 900 + b"]" * 900))
send("deepest-nesting", epoch_with(b'"loss": ' + b'{"a":' * 500_000))
send("an-enormous-number", lambda: epoch(seq="@").replace(b'"@"', b"1" + b"0" * 5000))
send("a-large-number", lambda: epoch(seq=10**300))
send("a-loss-beyond-all-numbers", epoch_with(b'"loss": 1e999'))
send("a-key-twice", epoch_with(b'"loss": 0.5, "loss": 0.1'))
send("a-million-faults", epoch_with(b'"loss": [' + b"{}," * MIB + b"0]"))
send("an-unknown-event", lambda: event_line("won", auc=1.0))
send("no-event", EVENT.encode() + b"\n")


@attack("start")
def a_hundred_thousand_versions():
    stub.VERSIONS.update({f"library-{number}": "1.0" for number in range(100_000)})


@attack("start")
def half_a_letter():
    stub.VERSIONS["\ud800"] = "\udfff"


@attack("start")
def a_clock_at_the_end_of_time():
    write(event_line("hello", clock=1e308, protocol=1, versions={}))


@attack("train")
def tells_of_a_million_epochs():
    change_next(epochs=1_000_000)


@attack("infer", "an-empty-histogram")
def empty_histogram():
    change_next(latency={"count": 1, "max_ns": 1, "buckets": {}})


@attack("infer")
def more_images_than_there_were():
    change_next(images=10**9)


@attack("infer")
def latencies_that_do_not_fit_their_sum():
    # One call as long as the window, many that are said to have taken no time.
    change_next(latency={"count": 1, "max_ns": 10**9, "buckets": {"10": 1}})


def change_next(**changes):
    """Say the next event with these fields changed."""
    say = stub.say

    def changed(event, **fields):
        stub.say = say
        say(event, **{**fields, **changes})

    stub.say = changed


# --- Text for whoever looks on ---


def dress_up():
    stub.VERSIONS.update({NASTY[:60]: NASTY, "python": NASTY})
    stub.DEVICE_NAME = NASTY
    observed = stub.observed
    stub.observed = lambda: {**observed(), "optimizer": NASTY, NASTY[:60]: [NASTY]}
    write(f"log {NASTY}\n".encode())
    stub.report(NASTY)


attack("start", "nasty-names")(dress_up)


@attack("start")
def nasty_names_in_a_lie():
    dress_up()
    observed = stub.observed
    stub.observed = lambda: {**observed(), "logits": NASTY}


@attack("train")
def nasty_progress():
    stub.say("progress", phase="train", done=1, total=None, unit=NASTY[:32])


@attack("go", "fails-nastily")
def nasty_failure():
    stub.report(NASTY)
    stub.say("failed", kind="error", message=NASTY * 20)
    sys.exit(1)


@attack("go")
def dies_nastily():
    sys.stderr.write(NASTY + "\n")
    os._exit(9)


def step_in(moment):
    due, do = ATTACKS.get(stub.BEHAVIOUR, (None, None))
    if moment == due:
        ATTACKS.clear()
        stub.report(f"attack {stub.BEHAVIOUR}")
        do()


stub.moment = step_in
stub.main()
