"""Optuna's default sampler, asked by the program of chapter 8: `cargo run -p ch08_tuning -- optuna`.

    pip install optuna
    python suggest_optuna.py KNOBS TRIALS SEED

Prints a point of the unit cube on a line, reads the loss that it has, and so on.
"""

import sys

import optuna


def main():
    knobs, trials, seed = (int(word) for word in sys.argv[1:4])
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for _ in range(trials):
        trial = study.ask()
        point = [trial.suggest_float(f"knob{knob}", 0.0, 1.0) for knob in range(knobs)]
        print(*point, flush=True)
        study.tell(trial, float(sys.stdin.readline()))


if __name__ == "__main__":
    main()
