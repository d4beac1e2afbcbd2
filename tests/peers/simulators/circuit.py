"""A circuit as ours wrote it: a gate a line. Wire i is bit i of an index, RX(t) = exp(-i t X / 2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

Gate = tuple[str, tuple[float, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Circuit:
    """Gates by name, with their angles and wires."""

    n: int
    gates: list[Gate]

    @staticmethod
    def read(path: Path, n: int) -> Circuit:
        gates: list[Gate] = []
        for line in path.read_text().splitlines():
            name, *words = line.split()
            n_wires = 2 if name in ("cx", "cz", "cp", "rzz", "swap") else 1
            angles, wires = words[:-n_wires], words[-n_wires:]
            gates.append((name, tuple(map(float, angles)), tuple(map(int, wires))))
        return Circuit(n, gates)

    def angles(self) -> np.ndarray:
        return np.array([angle for _, angles, _ in self.gates for angle in angles])


@dataclass(frozen=True)
class Task:
    """What a peer has prepared: what is timed, and what it gives in our conventions."""

    run: Callable[[], object]
    result: Callable[[], np.ndarray]


def means(bits: np.ndarray) -> np.ndarray:
    """Means of Z of each wire, of shots as rows."""
    return 1.0 - 2.0 * bits.mean(axis=0)
