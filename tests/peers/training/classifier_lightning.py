"""classifier.qml with PennyLane on lightning.qubit: gradients by the adjoint, a batch one call, PennyLane's Adam."""
import sys
import time

import iris
import pennylane as qml
from pennylane import numpy as np

epochs = int(sys.argv[1])


@qml.qnode(qml.device("lightning.qubit", wires=4), diff_method="adjoint")
def values(w, x):
    for layer in range(3):
        for q in range(4):
            qml.RX(x[:, q], q)
            qml.RZ(w[layer, 1, q], q)
            qml.RY(w[layer, 0, q], q)
        for q in range(4):
            qml.CNOT([q, (q + 1) % 4])
    return [qml.expval(qml.Z(q)) for q in range(3)]


def loss(w, scale, bias, xs, labels):
    scores = scale * qml.math.stack(values(w, xs)).T + bias
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - scores[np.arange(len(xs)), labels])


model = [np.array(part, requires_grad=True) for part in (iris.weights, iris.scale, iris.bias)]
data = [(np.array(x, requires_grad=False), y) for x, y in iris.batches]
adam = qml.AdamOptimizer(0.05, beta2=0.999)
start = time.perf_counter()
for _ in range(epochs):
    for x, y in data:
        model = adam.step(lambda *model: loss(*model, x, y), *model)
seconds = time.perf_counter() - start
print(loss(*model, np.array(iris.features, requires_grad=False), iris.labels), seconds)
