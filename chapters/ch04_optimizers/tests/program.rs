//! The program of the chapter, run as a reader runs it.

use std::path::Path;
use std::process::Command;

#[test]
fn a_short_study_tunes_every_contender_and_leaves_the_record_alone() {
    let record = Path::new("results/study.json"); // tests run in the folder of their crate
    let before = std::fs::read(record).expect("the record is committed");
    let program = env!("CARGO_BIN_EXE_ch04_optimizers");
    let run = Command::new(program).args(["study", "--short"]).output().expect("it runs");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{told}{}", String::from_utf8_lossy(&run.stderr));
    let contenders = told.lines().filter(|line| line.contains(": rate "));
    assert_eq!(contenders.count(), 2 * 2 * 5, "functions, initializations and rules: {told}");
    assert_eq!(std::fs::read(record).expect("still there"), before);
}
