"""The data, the first weights and the batches of classifier.qml."""
from pathlib import Path

import numpy as np

table = np.loadtxt(Path(__file__).parents[3] / "examples/data/iris.csv", delimiter=",", skiprows=1)
rows = [37 * k % 150 for k in range(150) if 37 * k % 3 != 0]
features, labels = table[rows, :4], table[rows, 4].astype(int)
low, high = features.min(0), features.max(0)
features = np.pi * (features - low) / (high - low)
weights = np.sin(np.arange(1.0, 25.0)).reshape(3, 2, 4)
scale, bias = np.full(3, 4.0), np.zeros(3)
batches = [(features[i : i + 20], labels[i : i + 20]) for i in range(0, 100, 20)]
