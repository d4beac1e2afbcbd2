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
from pytket.extensions.qiskit import qiskit_to_tk
from pytket.passes import (
    AutoRebase,
    CliffordSimp,
    DefaultMappingPass,
    FullPeepholeOptimise,
    KAKDecomposition,
    SequencePass,
)
from pytket.circuit import OpType
from qiskit import QuantumCircuit, transpile

BASIS = ["cz", "rz", "sx", "x"]


@dataclass(frozen=True)
class Figures:
    """What a tool makes of a circuit, and how long that takes."""

    gates: int
    depth: int
    seconds: float


def ours(folder: Path) -> dict[tuple[str, str, str], Figures]:
    with (folder / "figures.csv").open() as file:
        return {
            (line["suite"], line["circuit"], line["target"]): Figures(
                int(line["two_qubit_gates"]), int(line["two_qubit_depth"]), float(line["seconds"])
            )
            for line in csv.DictReader(file)
        }


def qiskit(level: int) -> Callable[[QuantumCircuit, str], Figures]:
    def run(circuit: QuantumCircuit, target: str) -> Figures:
        pairs = coupling(target)
        start = time.perf_counter()
        compiled = transpile(
            circuit, coupling_map=pairs, basis_gates=BASIS, optimization_level=level, seed_transpiler=0
        )
        seconds = time.perf_counter() - start
        return Figures(
            compiled.num_nonlocal_gates(), compiled.depth(lambda item: len(item.qubits) == 2), seconds
        )

    return run


def tket(circuit: QuantumCircuit, target: str) -> Figures:
    compiled = qiskit_to_tk(circuit)
    pairs = coupling(target)
    passes = [FullPeepholeOptimise(allow_swaps=True)]
    if pairs:
        passes += [DefaultMappingPass(Architecture([tuple(pair) for pair in pairs])), KAKDecomposition(allow_swaps=False)]
        passes += [CliffordSimp(allow_swaps=False)]
    passes += [AutoRebase({OpType.CZ, OpType.Rz, OpType.SX, OpType.X})]
    start = time.perf_counter()
    SequencePass(passes).apply(compiled)
    seconds = time.perf_counter() - start
    return Figures(compiled.n_2qb_gates(), compiled.depth_by_type(OpType.CZ), seconds)


@dataclass
class Comparison:
    """Ratios of ours to theirs, over the circuits of a suite and target."""

    gates: list[float]
    depth: list[float]
    seconds: list[float]
    their_seconds: list[float]


def mean(ratios: list[float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


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


def table(comparisons: dict[tuple[str, str, str], Comparison]) -> list[str]:
    lines = ["| suite | target | tool | gates | depth | seconds, ours | theirs | ratio |", "| --- " * 8 + "|"]
    for (suite, target, tool), c in sorted(comparisons.items()):
        mine, their = sum(c.seconds), sum(c.their_seconds)
        lines.append(
            f"| {suite} | `{target}` | {tool} | {mean(c.gates):.3f} | {mean(c.depth):.3f} "
            f"| {mine:.2f} | {their:.2f} | {mine / their:.3f} |"
        )
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="rows that contain this text")
    parser.add_argument("--without-tket", action="store_true", help="TKET takes most of the time")
    options = parser.parse_args()
    figures = ours(options.folder)
    comparisons: dict[tuple[str, str, str], Comparison] = defaultdict(lambda: Comparison([], [], [], []))
    worst: list[tuple[float, str]] = []
    qiskit(3)(QuantumCircuit(2), TARGETS[0])  # What is loaded at first use is not measured.
    for row in rows(options.folder, options.only):
        mine = figures[row.suite, row.name, row.target]
        for tool, their in measure(row, not options.without_tket).items():
            c = comparisons[row.suite, row.target, tool]
            gates = max(mine.gates, 1) / max(their.gates, 1)
            c.gates.append(gates)
            c.depth.append(max(mine.depth, 1) / max(their.depth, 1))
            c.seconds.append(mine.seconds)
            c.their_seconds.append(their.seconds)
            if tool == "Qiskit -O3":
                worst.append((gates, f"`{row.name}` on `{row.target}`: {mine.gates} to {their.gates}"))
    threads = os.environ.get("RAYON_NUM_THREADS", "all")
    versions = f"Qiskit {version('qiskit')}, pytket {version('pytket')}"
    print(f"{datetime.date.today():%-d %B %Y}, {versions}, threads: {threads}\n")
    print("\n".join(table(comparisons)))
    print("\nMost gates beside Qiskit -O3:\n")
    for ratio, text in sorted(worst, reverse=True)[:5]:
        print(f"- {text} ({ratio:.2f})")


if __name__ == "__main__":
    main()
