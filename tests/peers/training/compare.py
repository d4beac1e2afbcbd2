"""Training beside other tools, as tables in Markdown.

    compare.py QMLANG BENCH PYTHON CATALYST_PYTHON [cold] [classifier] [kernels] [first]

QMLANG is the tool, BENCH the program of runtime/simulator/bench, the others are the Pythons of the two environments. Contestants take
turns, each in a process of its own; times are medians of ROUNDS (5). QUBITS (4 8) are the sizes of the first table. A row tells how far the results of the peers are from ours.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
QMLANG, BENCH, PYTHON, CATALYST = (str(Path(argument).absolute()) for argument in sys.argv[1:5])
THREADS = os.environ.get("THREADS", "2")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
Command = list[str]


def ours(program: str, *params: str) -> Command:
    defined = [word for param in params for word in ("-D", param)]
    return [QMLANG, "run", program, "--no-run-dir", "-q", "--seed", "0", "--threads", THREADS, *defined]


def run(command: Command) -> tuple[str, float]:
    """What a command prints, and the seconds from its start to its end."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout, seconds


def numbers(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def medians(contestants: dict[str, Command], *, inside: bool) -> dict[str, tuple[float, float]]:
    """Of each contestant its result and its seconds: those that it measures itself, or those of its process."""
    results: dict[str, float] = {}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, command in contestants.items():
            text, seconds = run(command)
            result, *measured = numbers(text)
            results[name] = result
            times[name].append(measured[0] if inside else seconds)
    return {name: (results[name], statistics.median(times[name])) for name in contestants}


def show(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def head(*columns: str) -> None:
    print("\n|", " | ".join(columns), "|\n|" + " --- |" * len(columns))


def distance(found: dict[str, tuple[float, float]]) -> str:
    (first, *others) = (result for result, _ in found.values())
    return f"{max(abs(other - first) for other in others):.0e}"


def cold() -> None:
    """500 steps of Adam, from the start of a process to its end."""
    head("500 steps, cold", "ours", "PRISM-Q", "qulacs", "JAX", "Catalyst", "fastest peer over ours", "distance")
    for n in os.environ.get("QUBITS", "4 8").split():
        found = medians(
            {
                "ours": ours("vqe.qml", f"n={n}"),
                "PRISM-Q": [BENCH, "train", n, "500"],
                "qulacs": [PYTHON, "vqe_qulacs.py", n, "500"],
                "JAX": [PYTHON, "vqe_jax.py", n, "500"],
                "Catalyst": [CATALYST, "vqe_catalyst.py", n, "500"],
            },
            inside=False,
        )
        seconds = [seconds for _, seconds in found.values()]
        print(f"| n = {n} |", " | ".join(map(show, seconds)), f"| {min(seconds[1:]) / seconds[0]:.3g} | {distance(found)} |")


def classifier() -> None:
    """50 epochs of the classifier; Lightning does two, which differ by nothing from the others."""
    epochs, few = 50, 2
    found = medians(
        {"ours": ours("classifier.qml", f"epochs={epochs}"), "JAX": [PYTHON, "classifier_jax.py", str(epochs)]}, inside=True
    )
    (result, seconds), (_, jax_seconds) = found.values()
    slow, slow_seconds = numbers(run([PYTHON, "classifier_lightning.py", str(few)])[0])
    same, _ = numbers(run(ours("classifier.qml", f"epochs={few}"))[0])
    slow_seconds *= epochs / few
    head("classifier, 50 epochs", "time", "over ours", "distance")
    print(f"| ours | {show(seconds)} | | |")
    print(f"| JAX, jit and vmap, warm | {show(jax_seconds)} | {jax_seconds / seconds:.3g} | {distance(found)} |")
    print(f"| Lightning, adjoint, from {few} epochs | {show(slow_seconds)} | {slow_seconds / seconds:.3g} | {abs(slow - same):.0e} |")


def kernels() -> None:
    """102 x 102 fidelities at ten qubits: our first call, which plans the circuit, and as JAX is measured the median of seven."""
    found = medians(
        {
            "ours, first call": ours("kernel_matrix.qml"),
            "ours, called again": ours("kernel_matrix.qml", "calls=7"),
            "JAX, jit and vmap over pairs, warm": [PYTHON, "kernel_matrix_jax.py", "pairs"],
            "JAX, jit and vmap over states, warm": [PYTHON, "kernel_matrix_jax.py", "states"],
        },
        inside=True,
    )
    head("102 x 102 fidelities, n = 10", "time", "over our first call", "over ours, called again", "distance")
    (result, once), (_, again), *_ = found.values()
    for name, (_, seconds) in list(found.items())[:2]:
        print(f"| {name} | {show(seconds)} | | | |")
    for name, (theirs, seconds) in list(found.items())[2:]:
        ratios = f"{seconds / once:.3g} | {seconds / again:.3g}"
        print(f"| {name} | {show(seconds)} | {ratios} | {abs(theirs - result):.0e} |")


def first() -> None:
    """All that is before the second step of a program of a hundred lines; the shortest, since others only add to it."""
    lines = len((FOLDER / "hundred_lines.qml").read_text().splitlines())
    head(f"{lines} lines, process start to end", "time")
    for steps in (1, 101):
        shortest = min(run(ours("hundred_lines.qml", f"steps={steps}"))[1] for _ in range(8 * ROUNDS))
        print(f"| {steps} {'steps' if steps > 1 else 'step'} | {show(shortest)} |")


PARTS = {"cold": cold, "classifier": classifier, "kernels": kernels, "first": first}
for part in sys.argv[5:] or PARTS:
    PARTS[part]()
