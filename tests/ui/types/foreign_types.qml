fn mean_of(x: List[float], y: list) -> float {
    return mean(x);
}

fn pair(x: tuple, f: Callable) { }
