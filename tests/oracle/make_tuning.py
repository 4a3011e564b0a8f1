"""Writes tuning.json: what SciPy and scikit-learn say of chapter 8's points and Gaussian processes.

    pip install scipy scikit-learn
    python tests/oracle/make_tuning.py

It needs to be run again only if a case is added.
"""

import json
import pathlib

import numpy
from scipy.stats import qmc
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

POINTS = 64
PROCESSES = [(1, 5, 1.0, 0.2, 0.1), (2, 8, 0.5, 0.3, 0.05), (3, 12, 2.0, 0.7, 0.4)]


def process(knobs, trials, scale, length, noise):
    """A process with a given kernel: its predictions and its log evidence."""
    generator = numpy.random.default_rng(8)
    points = generator.random((trials, knobs))
    values = numpy.sin(5 * points.sum(axis=1)) + 0.1 * generator.standard_normal(trials)
    places = generator.random((6, knobs))
    kernel = ConstantKernel(scale**2) * RBF(length) + WhiteKernel(noise**2)
    model = GaussianProcessRegressor(kernel, optimizer=None, alpha=0.0)
    mean = values.mean()  # chapter 8's process expects the mean far away
    model.fit(points, values - mean)
    predicted, deviation = model.predict(places, return_std=True)
    deviation = numpy.sqrt(numpy.maximum(deviation**2 - noise**2, 0.0))  # without noise
    return {
        "kernel": [scale, length, noise],
        "points": points.tolist(),
        "values": values.tolist(),
        "places": places.tolist(),
        "mean": (predicted + mean).tolist(),
        "deviation": deviation.tolist(),
        "log_evidence": model.log_marginal_likelihood_value_,
    }


def main():
    oracle = {
        "sobol": qmc.Sobol(8, scramble=False).random(POINTS).tolist(),
        "halton": qmc.Halton(8, scramble=False).random(POINTS).tolist(),
        "processes": [process(*case) for case in PROCESSES],
    }
    text = json.dumps(oracle, indent=1) + "\n"
    pathlib.Path(__file__).with_name("tuning.json").write_text(text)


if __name__ == "__main__":
    main()
