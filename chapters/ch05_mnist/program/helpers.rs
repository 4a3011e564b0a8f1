//! Threads that help with a step where that is faster, and rest where it is not.

use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::{Duration, Instant};

/// How many steps are timed with the helpers, and as many without them.
const TRIAL: u32 = 100;
/// How many steps are made before the next trial.
const TERM: u32 = 1_000;

/// All threads of rayon's current pool but one. They cannot change a bit of a result, so whether they
/// take part may be decided by the clock, and again and again: on a machine that is busy with something
/// else a step is faster without them.
pub struct Helpers {
    /// Closed while they rest.
    gate: Option<Arc<Gate>>,
    steps: u32,
    start: Instant,
    /// How long the last trials took: with the helpers, and without.
    trials: [Duration; 2],
}

#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
}

impl Helpers {
    /// Ready to help.
    pub fn new() -> Self {
        Self { gate: None, steps: 0, start: Instant::now(), trials: [Duration::ZERO; 2] }
    }

    /// To be called after each step of a training.
    pub fn after_step(&mut self) {
        self.steps += 1;
        match self.steps {
            TRIAL => {
                self.trials[0] = self.start.elapsed();
                self.rest();
            }
            steps if steps == 2 * TRIAL => {
                self.trials[1] = self.start.elapsed();
                if self.trials[0] < self.trials[1] {
                    self.work();
                }
            }
            steps if steps == 2 * TRIAL + TERM => {
                self.work();
                self.steps = 0;
            }
            _ => return,
        }
        self.start = Instant::now();
    }

    /// Gives each helper something to wait for. If one is busy elsewhere, they all go on helping.
    fn rest(&mut self) {
        let (gate, (here, waiting)) = (Arc::<Gate>::default(), mpsc::channel());
        let helpers = rayon::current_num_threads() - 1;
        for _ in 0..helpers {
            let (gate, here) = (Arc::clone(&gate), here.clone());
            rayon::spawn(move || {
                here.send(()).ok();
                let open = gate.open.lock().expect("nobody panics with it");
                drop(gate.opened.wait_while(open, |open| !*open));
            });
        }
        self.gate = Some(gate);
        if (0..helpers).any(|_| waiting.recv_timeout(Duration::from_millis(5)).is_err()) {
            self.work();
        }
    }

    fn work(&mut self) {
        if let Some(gate) = self.gate.take() {
            *gate.open.lock().expect("nobody panics with it") = true;
            gate.opened.notify_all();
        }
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        self.work();
    }
}
