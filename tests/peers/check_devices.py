"""Random programs for every device and shape: Qiskit reads what `build` writes, and finds the outcomes of the source.

    check_devices.py QMLANG [--rounds N]

A program is a file of OpenQASM 3 with inputs, measurements, a reset and branches; its source is a circuit that is made
beside it, gate by gate, and never read by us. Each is built with inputs left open and with numbers, at each level, and the
probabilities of all outcomes are compared exactly. The gates of the text have to be those of the device, on coupled
qubits and in their direction. What a device can't do is refused, and counted.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from circuits import ROOT, load
from qiskit import QuantumCircuit
from qiskit.circuit import Clbit, Qubit
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.quantum_info import Operator, Statevector

GATES = get_standard_gate_name_mapping()
NAMES = "x h s sdg t sx rx ry rz p cx cy cz ch cp crx cry crz swap ccx cswap".split()
NUMBERS = [0.0, 1e-9, 0.3, -1.234, math.pi / 2, math.pi, -3 * math.pi, 7.9]
SHAPES = ["line:5", "grid:2x3", "heavy_hex:7", "all_to_all:4"]
BASES = ["cz", "cx", "ecr", "iswap", "sqrt_iswap", "rzz"]
CATALOGUE = ROOT / "compiler" / "devices" / "catalogue"
N_WIRES = 4


@dataclass
class Program:
    """A text, and the circuit that it stands for."""

    numbers: random.Random
    values: dict[str, float]
    source: QuantumCircuit = field(default_factory=lambda: QuantumCircuit(N_WIRES, N_WIRES + 1))
    lines: list[str] = field(default_factory=list)

    def gates(self, n: int) -> str:
        text = ""
        for name in self.numbers.choices(NAMES, k=n):
            gate = GATES[name]
            wires = self.numbers.sample(range(N_WIRES), gate.num_qubits)
            texts = [self.numbers.choice(["a", "b", "2*a - b", "a + pi/2", "0.25"]) for _ in gate.params]
            angles = [float(eval(text, {"pi": math.pi}, self.values)) for text in texts]
            self.source.append(gate.base_class(*angles), wires)
            params = f"({', '.join(texts)})" if texts else ""
            text += f"{name}{params} {', '.join(f'q[{wire}]' for wire in wires)}; "
        return text

    def write(self, has_branch: bool) -> str:
        head = 'OPENQASM 3.0; include "stdgates.inc"; input float a; input float b; '
        text = f"{head}qubit[{N_WIRES}] q; bit[{N_WIRES + 1}] c;\n"
        # Gates on wires that are 0 would be left out.
        for wire in range(N_WIRES):
            self.source.ry(wire + 0.5, wire)
            text += f"ry({wire + 0.5}) q[{wire}]; "
        text += self.gates(6) + "\n"
        if has_branch:
            self.source.measure(0, N_WIRES)
            text += f"c[{N_WIRES}] = measure q[0];\nif (c[{N_WIRES}]) {{ "
            with self.source.if_test((self.source.clbits[N_WIRES], 1)) as otherwise:
                text += self.gates(2)
            with otherwise:
                text += "} else { " + self.gates(2)
            self.source.reset(1)
            text += "}\nreset q[1];\n" + self.gates(4)
        # One wire stays without a measurement.
        for wire in range(1, N_WIRES):
            self.source.measure(wire, wire)
            text += f"\nc[{wire}] = measure q[{wire}];"
        return text + "\n"


Branch = tuple[Statevector, dict[int, int]]


def follow(
    circuit: QuantumCircuit, wires: dict[Qubit, int], bits: dict[Clbit, int], branches: list[Branch]
) -> list[Branch]:
    """All branches of a circuit, each with its unnormalised state and its bits."""
    for item in circuit.data:
        at, into = [wires[q] for q in item.qubits], [bits[c] for c in item.clbits]
        name = item.operation.name
        after: list[Branch] = []
        for state, known in branches:
            if name in ("measure", "reset"):
                for value in (0, 1):
                    row = 0 if name == "reset" else value
                    matrix = np.zeros((2, 2))
                    matrix[row, value] = 1
                    part = state.evolve(Operator(matrix), at)
                    if float(np.linalg.norm(part.data)) > 1e-9:
                        after.append((part, {**known, into[0]: value} if into else known))
            elif name == "if_else":
                bit, value = item.operation.condition
                holds = known.get(bits[bit], 0) == value
                for block in item.operation.blocks[:1] if holds else item.operation.blocks[1:]:
                    inner = dict(zip(block.qubits, at)), dict(zip(block.clbits, into))
                    after += follow(block, *inner, [(state, known)])
                if not holds and len(item.operation.blocks) == 1:
                    after.append((state, known))
            else:
                after.append((state if name == "barrier" else state.evolve(Operator(item.operation), at), known))
        branches = after
    return branches


def used(circuit: QuantumCircuit) -> list[int]:
    """The wires that something happens on."""
    return sorted({circuit.find_bit(q).index for item in circuit.data for q in item.qubits})


def outcomes(circuit: QuantumCircuit) -> Counter[tuple[int, ...]]:
    """The probability of each value of all bits."""
    place = {circuit.qubits[wire]: i for i, wire in enumerate(used(circuit))}
    start = Statevector.from_label("0" * len(place))
    found: Counter[tuple[int, ...]] = Counter()
    for state, known in follow(circuit, place, {bit: i for i, bit in enumerate(circuit.clbits)}, [(start, {})]):
        found[tuple(known.get(i, 0) for i in range(circuit.num_clbits))] += float(np.linalg.norm(state.data)) ** 2
    return found


def apart(a: Counter[tuple[int, ...]], b: Counter[tuple[int, ...]]) -> float:
    return sum(abs(a[key] - b[key]) for key in {*a, *b}) / 2


def pairs(circuit: QuantumCircuit, within: list[int] | None = None) -> set[tuple[str, int, int]]:
    """The gates on two qubits, branches included."""
    found = set()
    for item in circuit.data:
        at = [circuit.find_bit(q).index for q in item.qubits]
        at = at if within is None else [within[i] for i in at]
        for block in getattr(item.operation, "blocks", ()):
            found |= pairs(block, at)
        if len(at) == 2 and item.operation.name not in ("barrier", "if_else"):
            found.add((item.operation.name, at[0], at[1]))
    return found


def foreign(target: str, circuit: QuantumCircuit) -> list[tuple[str, int, int]]:
    """The gates on two qubits that the device doesn't have there; of shapes, those with the wrong gate."""
    name, _, gate = target.partition("/")
    path = CATALOGUE / f"{name}.json"
    if not path.exists():
        return [pair for pair in pairs(circuit) if pair[0] != (gate or "cz")]
    facts = json.loads(path.read_text())
    edges = {tuple(edge) for edge in facts["connectivity"].get("edges", [])}
    if not facts["connectivity"].get("directed", False):
        edges |= {(b, a) for a, b in edges}
    names = {{"zz": "rzz", "move": "swap"}.get(gate["name"], gate["name"]) for gate in facts["native_gates"]}
    return [pair for pair in pairs(circuit) if pair[0] not in names or (edges and pair[1:] not in edges)]


def build(tool: str, text: str, *options: str) -> str:
    """The compiled text; nothing if it is refused."""
    with tempfile.NamedTemporaryFile("w", suffix=".qasm") as file:
        file.write(text)
        file.flush()
        command = [tool, "build", file.name, "--no-cache", *options]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0 and "[Q071" not in result.stderr:
        sys.exit(f"{' '.join(options)}\n{text}\n{result.stderr}")
    return result.stdout if result.returncode == 0 else ""


def bind(circuit: QuantumCircuit, values: dict[str, float]) -> QuantumCircuit:
    return circuit.assign_parameters({p: values[p.name] for p in circuit.parameters})


def check(tool: str, target: str, seed: int) -> str:
    """`right`, `refused`, or what is wrong."""
    numbers = random.Random(seed)
    program = Program(numbers, {"a": numbers.choice(NUMBERS), "b": numbers.choice(NUMBERS)})
    text = program.write(has_branch=seed % 2 == 0)
    options = ["--target", target, "-O", str(seed // 2 % 4)]
    values = [option for name, value in program.values.items() for option in ("--bind", f"{name}={value!r}")]
    wanted = outcomes(program.source)
    for more in ([], values):
        compiled = build(tool, text, *options, *more)
        if not compiled:
            return "refused"
        if "floor(" in compiled:
            # Computed inputs: what they are stands in comments, for people.
            continue
        circuit = bind(load(compiled), program.values)
        distance = apart(wanted, outcomes(circuit))
        if distance > 1e-7 or foreign(target, circuit):
            return f"{distance:.1e} apart, foreign: {foreign(target, circuit)}\n{text}\n{compiled}"
    return "right"


def must_notice(tool: str) -> None:
    """Missing gates and foreign ones are seen; else the check is worth nothing."""
    program = Program(random.Random(7), {"a": 0.3, "b": -1.234})
    text = build(tool, program.write(has_branch=True), "--target", "line:5")
    lines = [line for line in text.splitlines() if "sx q" not in line]
    shorter = outcomes(bind(load("\n".join(lines)), program.values))
    if apart(outcomes(program.source), shorter) < 1e-3 or not foreign("line:5/cx", load(text)):
        sys.exit("what is wrong is not noticed")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("tool")
    parser.add_argument("--rounds", type=int, default=8)
    options = parser.parse_args()
    must_notice(options.tool)
    listed = subprocess.run([options.tool, "devices"], capture_output=True, text=True, check=True).stdout
    refused = ("not yet", "no gates", "not enough gates")
    devices = [line.split()[0] for line in listed.splitlines()[1:] if not line.endswith(refused)]
    targets = devices + ["ibm_fez/rzz", "google_weber/sqrt_iswap"]
    targets += [f"{shape}/{basis}" for shape in SHAPES for basis in BASES]
    tally: Counter[str] = Counter()
    for i, target in enumerate(targets):
        for k in range(options.rounds):
            said = check(options.tool, target, i * options.rounds + k)
            tally[said if said in ("right", "refused") else "wrong"] += 1
            if said not in ("right", "refused"):
                print(f"{target}: {said}", flush=True)
    print(", ".join(f"{n} {name}" for name, n in tally.items()))
    sys.exit(1 if tally["wrong"] or not tally["right"] else 0)


if __name__ == "__main__":
    main()
