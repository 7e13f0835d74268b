"""Measures Ray for one family of rows, and prints {row: figure} as the last line.

    python bench.py FAMILY

The families and the rows have the names that they have in ../rows; the units are the same too.
"""
import json
import os
import sys
import time

os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")

import ray

MEBIBYTE = 2**20
GIBIBYTE = 2**30


def init():
    ray.init(
        num_cpus=os.cpu_count(),
        include_dashboard=False,
        log_to_driver=False,
        logging_level="error",
        object_store_memory=4 * GIBIBYTE,
    )


@ray.remote
def small():
    return b"ok"


@ray.remote
def add(a, b):
    return a + b


@ray.remote
def total(array):
    return array.sum()


@ray.remote
def batch(count):
    ray.get([small.remote() for _ in range(count)])


@ray.remote
def count_arguments(*arguments):
    return len(arguments)


@ray.remote(num_returns=3000)
def many_returns():
    return list(range(3000))


@ray.remote
def fib(n):
    if n < 2:
        return n
    return sum(ray.get([fib.remote(n - 1), fib.remote(n - 2)]))


def warm_up():
    ray.get([small.remote() for _ in range(2000)])


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def median_seconds(count, work):
    return median([seconds(work) for _ in range(count)])


def warm_median_seconds(count, work):
    """The same, of runs that come after half a second of others."""
    end = time.perf_counter() + 0.5
    work()
    while time.perf_counter() < end:
        work()
    return median_seconds(count, work)


def rate(times, work, duration=2.0):
    """How often a second `work` happens, `times` times a call."""
    work()
    calls = 0
    start = now = time.perf_counter()
    while now - start < duration:
        work()
        calls += 1
        now = time.perf_counter()
    return calls * times / (now - start)


def tasks():
    warm_up()
    in_flight = rate(1000, lambda: ray.get([add.remote(i, 1) for i in range(1000)]))
    one = [1e6 * seconds(lambda: ray.get(add.remote(i, 1))) for i in range(1000)]
    return {"tiny tasks, 1000 in flight": in_flight, "tiny tasks, one at a time": median(one)}


def nested():
    warm_up()
    return {
        "tiny tasks submitted by two tasks": rate(1000, lambda: ray.get([batch.remote(500) for _ in range(2)]))
    }


def small_objects():
    warm_up()
    ref = ray.put(0)
    return {
        "get of a small object": rate(1, lambda: ray.get(ref)),
        "put of a small object": rate(1, lambda: ray.put(0)),
    }


def put():
    import numpy

    figures = {}
    for name, size, trials in (("1 MB", 1, 50), ("64 MB", 64, 9), ("800 MB", 800, 5)):
        array = numpy.ones(size * MEBIBYTE // 8)
        gigabytes = array.nbytes / 1e9
        figures[f"put of {name}, first"] = gigabytes / seconds(lambda: ray.put(array))
        figures[f"put of {name}"] = gigabytes / median_seconds(trials, lambda: ray.put(array))
    return figures


def array():
    import numpy

    numbers = numpy.random.randn(64 * MEBIBYTE // 8)
    ref = ray.put(numbers)
    first = seconds(lambda: ray.get(total.remote(ref)))
    for _ in range(10):
        ray.get(total.remote(ref))
    by_ref = median_seconds(9, lambda: ray.get(total.remote(ref)))
    for _ in range(5):
        ray.get(total.remote(numbers))
    by_value = median_seconds(9, lambda: ray.get(total.remote(numbers)))
    return {
        "64 MB by ref, first use": 1e3 * first,
        "64 MB by ref, summed": 1e3 * by_ref,
        "64 MB by value, summed": 1e3 * by_value,
    }


def wait():
    warm_up()

    def one_by_one():
        pending = [small.remote() for _ in range(1000)]
        while pending:
            _, pending = ray.wait(pending)

    return {"wait one by one over 1000 tasks": warm_median_seconds(3, one_by_one)}


def many():
    warm_up()
    refs = [ray.put(i) for i in range(10_000)]
    return {
        "10,000 arguments": warm_median_seconds(5, lambda: ray.get(count_arguments.remote(*refs))),
        "3,000 returns": warm_median_seconds(5, lambda: ray.get(many_returns.remote())),
        "get of 10,000": warm_median_seconds(5, lambda: ray.get(refs)),
    }


def chain():
    warm_up()

    def thousand():
        ref = 0
        for _ in range(1000):
            ref = add.remote(ref, 1)
        assert ray.get(ref) == 1000

    return {"chain of 1000 dependent tasks": warm_median_seconds(3, thousand)}


def fibonacci():
    warm_up()
    return {"fib(12) by tasks": warm_median_seconds(3, lambda: ray.get(fib.remote(12)))}


def queued():
    warm_up()
    return {"100,000 queued": seconds(lambda: ray.get([small.remote() for _ in range(100_000)]))}


def program():
    """Prints its first result, and stays until the standard input ends."""
    print(ray.get(add.remote(1, 2)), flush=True)
    ray.get([small.remote() for _ in range(2000)])
    sys.stdin.read()
    ray.shutdown()
    sys.exit()


FAMILIES = {
    "tasks": tasks,
    "nested": nested,
    "small": small_objects,
    "put": put,
    "array": array,
    "wait": wait,
    "many": many,
    "chain": chain,
    "fib": fibonacci,
    "queued": queued,
    "program": program,
}

if __name__ == "__main__":
    family = FAMILIES[sys.argv[1]]
    init()
    figures = family()
    ray.shutdown()
    print(json.dumps(figures))
