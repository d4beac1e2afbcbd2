"""Counts and times beside Qiskit and TKET, all measured in one run, as a table in Markdown.

    compare.py FOLDER [--only TEXT] [--without-tket]

FOLDER is what the example `suite` wrote with `--emit` a moment before, on as many threads as `RAYON_NUM_THREADS` says, which
Qiskit reads too. Times are of compiling alone, in the process, without reading or writing files.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import math
import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from circuits import TARGETS, Row, bind, coupling, rows
from pytket.architecture import Architecture
from pytket.circuit import OpType
from pytket.extensions.qiskit import qiskit_to_tk
from pytket.passes import (
    AutoRebase,
    CliffordSimp,
    DefaultMappingPass,
    FullPeepholeOptimise,
    KAKDecomposition,
    SequencePass,
)
from qiskit import QuantumCircuit, transpile

BASIS = ["cz", "rz", "sx", "x"]


@dataclass(frozen=True)
class Figures:
    """What a tool makes of a circuit, and how long that takes."""

    gates: int
    depth: int
    seconds: float
    cpu_seconds: float


@dataclass
class Stopwatch:
    """Seconds by the clock and of processor time."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __enter__(self) -> Stopwatch:
        self.seconds, self.cpu_seconds = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self.seconds
        self.cpu_seconds = time.process_time() - self.cpu_seconds


def ours(folder: Path) -> dict[tuple[str, str, str], Figures]:
    with (folder / "figures.csv").open() as file:
        return {
            (line["suite"], line["circuit"], line["target"]): Figures(
                int(line["two_qubit_gates"]),
                int(line["two_qubit_depth"]),
                float(line["seconds"]),
                float(line["cpu_seconds"]),
            )
            for line in csv.DictReader(file)
        }


def qiskit(level: int) -> Callable[[QuantumCircuit, str], Figures]:
    def run(circuit: QuantumCircuit, target: str) -> Figures:
        pairs = coupling(target)
        with Stopwatch() as watch:
            compiled = transpile(
                circuit, coupling_map=pairs, basis_gates=BASIS, optimization_level=level, seed_transpiler=0
            )
        depth = compiled.depth(lambda item: len(item.qubits) == 2)
        return Figures(compiled.num_nonlocal_gates(), depth, watch.seconds, watch.cpu_seconds)

    return run


def tket(circuit: QuantumCircuit, target: str) -> Figures:
    # pytket has no RYY that it would read.
    compiled = qiskit_to_tk(circuit.decompose(["ryy"]))
    pairs = coupling(target)
    passes = [FullPeepholeOptimise(allow_swaps=True)]
    if pairs:
        passes += [DefaultMappingPass(Architecture([tuple(pair) for pair in pairs])), KAKDecomposition(allow_swaps=False)]
        passes += [CliffordSimp(allow_swaps=False)]
    passes += [AutoRebase({OpType.CZ, OpType.Rz, OpType.SX, OpType.X})]
    with Stopwatch() as watch:
        SequencePass(passes).apply(compiled)
    return Figures(
        compiled.n_2qb_gates(), compiled.depth_by_type(OpType.CZ), watch.seconds, watch.cpu_seconds
    )


Pair = tuple[Figures, Figures]


def mean(ratios: list[float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def ratio(mine: int, their: int) -> float:
    """Of counts, of which none is taken as less than 1."""
    return max(mine, 1) / max(their, 1)


def measure(row: Row, with_tket: bool) -> dict[str, Figures]:
    """All tools on a row."""
    source = row.source()
    found = {"Qiskit -O3": qiskit(3)(source, row.target)}
    if row.suite == "bound":
        found["Qiskit -O2"] = qiskit(2)(source, row.target)
        if with_tket:
            found["TKET"] = tket(source, row.target)
    else:
        found["Qiskit -O3 after binding"] = qiskit(3)(bind(source), row.target)
    return found


def line(name: str, pairs: list[Pair]) -> str:
    """Means of ours over theirs, and sums of times."""
    gates = mean([ratio(mine.gates, their.gates) for mine, their in pairs])
    depth = mean([ratio(mine.depth, their.depth) for mine, their in pairs])
    mine, their = (sum(pair[i].seconds for pair in pairs) for i in range(2))
    my_cpu, their_cpu = (sum(pair[i].cpu_seconds for pair in pairs) for i in range(2))
    times = f"{mine:.2f} / {their:.2f} | {my_cpu:.2f} / {their_cpu:.2f} | {my_cpu / their_cpu:.3f}"
    return f"| {name} | {gates:.3f} | {depth:.3f} | {times} |"


def table(pairs: dict[tuple[str, str, str], list[Pair]]) -> list[str]:
    """A line for each suite, target and tool, and one for each tool."""
    lines = [
        "| suite | target | tool | gates | depth | seconds, ours / theirs | of processor time | ratio |",
        "| --- " * 8 + "|",
    ]
    for (suite, target, tool), some in sorted(pairs.items()):
        lines.append(line(f"{suite} | `{target}` | {tool}", some))
    for tool in sorted({key[2] for key in pairs}):
        lines.append(line(f"all | all | {tool}", [pair for key in pairs if key[2] == tool for pair in pairs[key]]))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="rows that contain this text")
    parser.add_argument("--without-tket", action="store_true", help="TKET takes most of the time")
    options = parser.parse_args()
    figures = ours(options.folder)
    pairs: dict[tuple[str, str, str], list[Pair]] = defaultdict(list)
    worst: list[tuple[float, str]] = []
    qiskit(3)(QuantumCircuit(2), TARGETS[0])  # What is loaded at first use is not measured.
    for row in rows(options.folder, options.only):
        mine = figures[row.suite, row.name, row.target]
        for tool, their in measure(row, not options.without_tket).items():
            pairs[row.suite, row.target, tool].append((mine, their))
            if tool == "Qiskit -O3":
                text = f"`{row.name}` on `{row.target}`: {mine.gates} to {their.gates}"
                worst.append((ratio(mine.gates, their.gates), text))
    threads = os.environ.get("RAYON_NUM_THREADS", "all")
    versions = f"Qiskit {version('qiskit')}, pytket {version('pytket')}"
    print(f"{datetime.date.today():%-d %B %Y}, {versions}, threads: {threads}\n")
    print("\n".join(table(pairs)))
    print("\nMost gates beside Qiskit -O3:\n")
    for most, text in sorted(worst, reverse=True)[:8]:
        print(f"- {text} ({most:.2f})")


if __name__ == "__main__":
    main()
