"""Runs as a Markdown table: table.py RUNS NAME

RUNS has a line `name|fit seconds|test accuracy` for each run; times are compared to those of NAME.
"""
import sys
from statistics import mean, median

runs = {}
for line in open(sys.argv[1]):
    name, seconds, accuracy = line.strip().split("|")
    runs.setdefault(name, []).append((float(seconds), float(accuracy)))

reference = median(seconds for seconds, _ in runs[sys.argv[2]])
print("| program | runs | fit, median s | fit, min to max | times as long | test accuracy, mean |")
print("| --- | ---: | ---: | ---: | ---: | ---: |")
for name, results in runs.items():
    times = [seconds for seconds, _ in results]
    accuracy = 100 * mean(accuracy for _, accuracy in results)
    middle, low, high = median(times), min(times), max(times)
    print(
        f"| {name} | {len(times)} | {middle:.2f} | {low:.2f} to {high:.2f} "
        f"| {middle / reference:.1f} | {accuracy:.2f} % |"
    )
