"""The simulator beside qulacs, qsim, Aer, Lightning and JAX, as tables in Markdown.

    compare.py BENCH FOLDER [states] [gradients] [batches] [shots] [noisy]

BENCH is the program of runtime/simulator/bench, which serves ours and writes the circuits to FOLDER, where the peers read them: all have the
same gates and angles. Ours and a peer take turns; times are medians of ROUNDS (7) turns, of fewer where they take longer than PATIENCE (20)
seconds. `tests/peers/run` tells all how many threads they use. ONLY (a regular expression) chooses rows by their names. In a cell stands the
time of a peer, how often that is ours in the same precision, and how far the results are apart: for states what the overlap lacks, else the
largest difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from statistics import median

import numpy as np
from circuit import Circuit, Task

FOLDER = Path(sys.argv[2])
ROUNDS = int(os.environ.get("ROUNDS", "7"))
PATIENCE = float(os.environ.get("PATIENCE", "20"))
ONLY = os.environ.get("ONLY", "")
SHOTS, NOISY_SHOTS, FEWER_NOISY_SHOTS = 1_000_000, 10_000, 100


class Ours:
    """The program that simulates by ours and is asked through a pipe."""

    def __init__(self, program: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([program, "serve", os.environ.get("THREADS", "2")], stdin=pipe, stdout=pipe, text=True)

    def ask(self, request: str) -> str:
        self.process.stdin.write(request + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def prepare(self, task: str, family: str, n: int, precision: str) -> None:
        self.ask(f"prepare {task} {family} {n} {precision} {FOLDER}")

    def seconds(self, calls: int = 1) -> float:
        return float(self.ask(f"time {calls}"))

    def result(self) -> np.ndarray:
        self.ask("check")
        return np.fromfile(FOLDER / "result.bin")


def seconds(task: Task) -> float:
    start = time.perf_counter()
    task.run()
    return time.perf_counter() - start


def turns(ours: Ours, task: Task) -> tuple[float, float]:
    """Medians of ours and of the peer; a turn is as many calls as make a tenth of a second, at most a thousand, after as many that
    are not counted: behind a pause, threads share a core for a while."""
    ours.seconds()
    first = [ours.seconds(), seconds(task)]
    if first[1] > PATIENCE:
        return first[0], first[1]
    calls = [min(1000, max(1, round(0.1 / once))) for once in first]
    mine, others, start = [], [], time.perf_counter()
    while len(mine) < ROUNDS and (not mine or time.perf_counter() - start < PATIENCE):
        # Threads of OpenMP wait busily for more work, up to a fifth of a second: not in our time.
        time.sleep(0.25)
        ours.seconds(calls[0])
        mine.append(ours.seconds(calls[0]))
        _ = [task.run() for _ in range(calls[1])]
        others.append(sum(seconds(task) for _ in range(calls[1])) / calls[1])
    return median(mine), median(others)


def show(time: float) -> str:
    for unit, factor in (("us", 1e6), ("ms", 1e3)):
        if time * factor < 1000:
            return f"{time * factor:.3g} {unit}"
    return f"{time:.3g} s"


def lacking(a: np.ndarray, b: np.ndarray) -> float:
    """1 minus the absolute overlap: global phases don't matter."""
    overlap, norms = np.vdot(a, b), np.vdot(a, a).real * np.vdot(b, b).real
    return abs(1.0 - abs(overlap) / np.sqrt(norms))


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max())


def cell(ours: Ours, task: Task, distance: float, factor: float) -> tuple[str, float]:
    """A peer's cell, and the time of ours; FACTOR is how much more work ours did."""
    mine, other = turns(ours, task)
    other *= factor
    return f"{show(other)}, **{other / mine:.3g}**, {distance:.0e}", mine


def table(first: str, precisions: tuple[str, ...], peers: dict[str, str]) -> None:
    columns = [first, "ours", *(f"{peer} {p}" for p in precisions for peer in peers[p].split())]
    print("\n|", " | ".join(columns), "|\n|" + " --- |" * len(columns), flush=True)


def row(ours: Ours, name: str, task: str, family: str, n: int, peers: dict[str, str], *rest: int, factor: float = 1.0) -> None:
    """One row: each peer in each precision, after its result was compared."""
    if not re.search(ONLY, name):
        return
    cells, times = [], []
    for precision, names in peers.items():
        ours.prepare(task, family, n, precision)
        expected = ours.result()
        if task == "state":
            expected = expected.view(complex)
        for peer in names.split():
            module = import_module(f"with_{peer.lower()}")
            if task == "batch":
                prepared = module.batch(n, np.fromfile(FOLDER / "data.bin"), precision)
            else:
                circuit = Circuit.read(FOLDER / "circuit.txt", n)
                prepared = getattr(module, task)(circuit, precision, *rest)
            found = prepared.result()
            text, mine = cell(ours, prepared, (lacking if task == "state" else apart)(expected, found), factor)
            cells.append(text)
        times.append(f"{show(mine)} {precision}")
    print(f"| {name} |", ", ".join(times), "|", " | ".join(cells), "|", flush=True)


def states(ours: Ours) -> None:
    peers = {"f64": "qulacs Aer Lightning", "f32": "qsim Aer Lightning"}
    table("state", ("f64", "f32"), peers)
    for n in (20, 22, 24):
        for family in ("brickwork", "qft", "qv", "hea", "qaoa"):
            row(ours, f"{family}, n = {n}", "state", family, n, peers)


def gradients(ours: Ours) -> None:
    peers = {"f64": "qulacs Lightning JAX", "f32": "Lightning JAX"}
    table("value and gradient", ("f64", "f32"), peers)
    for n in (4, 8, 12, 16, 20):
        row(ours, f"HEA, TFIM, n = {n}", "gradient", "hea", n, peers)


def batches(ours: Ours) -> None:
    peers = {"f64": "JAX", "f32": "JAX"}
    table("256 samples, gradient", ("f64", "f32"), peers)
    for n in (4, 8, 10):
        row(ours, f"classifier, n = {n}", "batch", "classifier", n, peers)


def shots(ours: Ours) -> None:
    peers = {"f64": "qulacs Aer", "f32": "qsim Aer"}
    table("a million shots", ("f64", "f32"), peers)
    row(ours, "n = 20", "shots", "short_hea", 20, peers, SHOTS)


def noisy(ours: Ours) -> None:
    peers = {"f64": "Aer", "f32": "qsim Aer"}
    table("10,000 noisy shots", ("f64", "f32"), peers)
    factor = NOISY_SHOTS / FEWER_NOISY_SHOTS
    row(ours, f"n = 16, peers from {FEWER_NOISY_SHOTS}", "noisy", "short_hea", 16, peers, FEWER_NOISY_SHOTS, factor=factor)


PARTS = {"states": states, "gradients": gradients, "batches": batches, "shots": shots, "noisy": noisy}
FOLDER.mkdir(parents=True, exist_ok=True)
served = Ours(sys.argv[1])
for part in sys.argv[3:] or PARTS:
    PARTS[part](served)
