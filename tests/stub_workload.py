"""A workload in the standard library alone, for tests: it speaks the protocol and, when told to, misbehaves.

Run as ``python stub_workload.py [BEHAVIOUR]``. It predicts from nothing: the probability of case i is a fixed
function of i. `report` lines on standard error tell what it saw from inside. ``hostile_workload.py`` builds on it: it
steps in at each `moment`.
"""

import base64
import hashlib
import json
import math
import os
import signal
import struct
import sys
import threading
import time

BEHAVIOUR = sys.argv[1] if len(sys.argv) > 1 else "good"
SEQ = 0
NEXT_PROGRESS = 0.0
DEVICE_NAME = "stub"
VERSIONS = {"python": sys.version.split()[0]}
PLAN: dict = {}  # type: ignore[type-arg]


def say(event, **fields):
    global SEQ
    line = ":::HARNESS " + json.dumps({"event": event, "seq": SEQ, "clock": time.monotonic(), **fields}) + "\n"
    SEQ += 1
    sys.stdout.write(line)
    sys.stdout.flush()


def progress():
    """At most twice a second, as the protocol asks."""
    global NEXT_PROGRESS
    if time.monotonic() >= NEXT_PROGRESS:
        NEXT_PROGRESS = time.monotonic() + 0.5
        say("progress", phase="train", done=1, total=2, unit="images")


def moment(name):
    """A point of the conversation at which a workload built on this one may do something else."""


def report(text):
    sys.stderr.write(f"report {text}\n")
    sys.stderr.flush()


def hear(*names):
    line = sys.stdin.readline()
    if not line:
        os._exit(7)
    command = json.loads(line)
    assert command.pop("command") in names, line
    return command


def rows(name):
    """Number of cases in an npy file, from its header alone."""
    with open(os.path.join(PLAN["data"], name), "rb") as file:
        file.seek(8)
        (length,) = struct.unpack("<H", file.read(2))
        header = eval(file.read(length), {"__builtins__": {}}, {"False": False, "True": True})
    return header["shape"][0]


def predictions(count):
    return base64.b64encode(struct.pack(f"<{count}f", *[((i * 37) % 101) / 101 for i in range(count)])).decode()


def look_around(when):
    """Report what /data holds; as a `deep-spy` also the digest of every small readable file that there is."""
    report(f"{when} data {sorted(os.listdir(PLAN['data']))}")
    if BEHAVIOUR == "deep-spy":
        for digest in sorted(small_files()):
            report(f"{when} file {digest}")


def small_files():
    digests = set()
    for top, folders, files in os.walk("/"):
        if top == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys", "dev")]
        for name in files:
            path = os.path.join(top, name)
            try:
                if os.path.getsize(path) < 1 << 16:
                    with open(path, "rb") as file:
                        digests.add(hashlib.sha256(file.read()).hexdigest())
            except OSError:
                continue
    return digests


def wait_for_ever():
    """Answer nothing; only the end of standard input (the harness is gone) ends it."""
    while sys.stdin.readline():
        pass
    os._exit(7)


def observed():
    state = (
        {"uint8": 900, "float32": 100}
        if PLAN["submission"]["efficiency"].get("optimizer_state") == "int8"
        else {"float32": 1000}
    )
    if BEHAVIOUR == "wrong-strategy":
        state = {"float16": 1000}
    return {
        "parameters": {"float32": 400},
        "gradients": {"float32": 400},
        "saved_activations": {"float32": 4000},
        "logits": "float32",
        "float32_products": "float32",
        "optimizer_state": state,
        "optimizer": "Stub",
    }


def initialization():
    digest = None
    if PLAN["weights"] is not None:
        with open(PLAN["weights"], "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    if BEHAVIOUR == "other-weights":
        digest = "0" * 64
    return {"kind": PLAN["benchmark"]["initialization"], "weights_sha256": digest}


def ready():
    if BEHAVIOUR == "fail-refused":
        say("failed", kind="refused", message="this stub refuses\x1b[31m everything")
        sys.exit(1)
    if BEHAVIOUR == "hang-before-ready":
        wait_for_ever()
    moment("plan")
    slow = 1000.0 if BEHAVIOUR == "slow" else 0.001
    say(
        "ready",
        device="cpu",
        device_name=DEVICE_NAME,
        parameters=100,
        initialization=initialization(),
        step_seconds=slow,
        step_images=4,
        predict_images=4,
        predict_seconds_per_image=0.001,
        observed=observed(),
    )


def train():
    moment("go")
    if BEHAVIOUR in ("spy", "deep-spy"):
        look_around("go")
    if BEHAVIOUR == "hang-after-go":
        wait_for_ever()
    if BEHAVIOUR == "exit-0":
        sys.exit(0)
    if BEHAVIOUR == "early-trained":
        say("trained", epochs=0, steps=0, images=0, non_finite_steps=0, observed=observed(), allocator={})
    profile, hyper = PLAN["profile"], PLAN["benchmark"]["hyperparameters"]
    count = min(rows("val_images.npy"), profile["validation"] or 10**9)
    epochs = profile["epochs"] or hyper["epochs"]
    epoch = 0
    for epoch in range(1, epochs + 1):
        progress()
        if BEHAVIOUR == "noise":
            sys.stdout.write("a library prints without asking \x1b[2J\n" + "x" * 200_000 + "\n")
        loss = 0.5
        text = predictions(count)
        if BEHAVIOUR == "few-predictions":
            text = predictions(count - 1)
        if BEHAVIOUR == "nan":
            text = base64.b64encode(struct.pack("<f", float("nan")) * count).decode()
        if BEHAVIOUR == "skip-seq":
            global SEQ
            SEQ += 1
        if BEHAVIOUR == "epoch-0":
            epoch = 0
        if BEHAVIOUR == "not-json":
            sys.stdout.write(":::HARNESS {nonsense\n")
        if BEHAVIOUR == "long-line":
            sys.stdout.write(":::HARNESS " + "y" * (5 * 1024 * 1024) + "\n")
        if BEHAVIOUR == "not-utf8":
            sys.stdout.flush()
            sys.stdout.buffer.write(b":::HARNESS \xff\xfe{}\n")
        moment("epoch")
        say("epoch", n=epoch, loss=loss, images=10, steps=2, predictions=text)
        command = sys.stdin.readline()
        if not command:
            os._exit(7)
        if json.loads(command)["command"] == "stop":
            break
    if BEHAVIOUR == "hang-after-trained-epochs":
        wait_for_ever()
    moment("train")
    say(
        "trained",
        epochs=epoch,
        steps=2 * epoch,
        images=10 * epoch,
        non_finite_steps=0,
        observed=observed(),
        allocator={},
    )
    moment("trained")


def main():
    if BEHAVIOUR == "ignore-term":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if BEHAVIOUR == "child" and os.fork() == 0:
        threading.Event().wait()
    if BEHAVIOUR == "hang-before-hello":
        wait_for_ever()
    moment("start")
    say("hello", protocol=1, versions=VERSIONS)
    moment("hello")
    PLAN.update(hear("plan"))
    if BEHAVIOUR in ("spy", "deep-spy"):
        look_around("plan")
    ready()
    command = json.loads(sys.stdin.readline() or os._exit(7))
    while command["command"] == "plan":
        PLAN.update(command)
        ready()
        command = json.loads(sys.stdin.readline() or os._exit(7))
    count = train_and_predict()
    while True:
        command = json.loads(sys.stdin.readline() or os._exit(7))
        if command["command"] == "finish":
            moment("finish")
            break
        if command["command"] == "renew" and BEHAVIOUR == "exit-in-renew":
            sys.exit(0)
        if command["command"] == "renew":
            say("renewed")
            hear("go")
            train_and_predict()
        elif command["command"] == "fit":
            batch = count + 1 if BEHAVIOUR == "fits-too-much" else count
            say("fitted", batch=batch, tried=[], reason="a stub takes any")
        else:
            infer(command, count)
    say("done")
    moment("done")
    if BEHAVIOUR == "event-after-done":
        say("progress", phase="train", done=1, total=2, unit="images")


def train_and_predict():
    train()
    hear("predict")
    if BEHAVIOUR in ("spy", "deep-spy"):
        look_around("predict")
    count = min(rows("test_images.npy"), PLAN["profile"]["test"] or 10**9)
    moment("predict")
    say("predicted", predictions=predictions(count), images=count)
    moment("predicted")
    return count


def infer(command, count):
    moment("infer")
    began = time.perf_counter_ns()
    time.sleep(command["seconds"])
    calls = math.ceil(count / command["batch"])
    each = (time.perf_counter_ns() - began) // calls
    if BEHAVIOUR == "lies-about-latency":
        each //= 10
    shifted = (
        predictions(count)
        if BEHAVIOUR != "other-model"
        else base64.b64encode(struct.pack(f"<{count}f", *[0.5] * count)).decode()
    )
    say(
        "inferred",
        mode=command["mode"],
        batch=command["batch"],
        passes=1,
        images=count,
        sum_ns=calls * each,
        latency={"count": calls, "max_ns": each, "buckets": {str(math.floor(16 * math.log2(each))): calls}},
        predictions=shifted,
    )


if __name__ == "__main__":
    main()
