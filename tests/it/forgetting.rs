//! `docmill forget`: a source goes for good, after asking, and the rest stays.

use docmill_tests::{TestEnv, exit};

#[test]
fn a_source_is_forgotten_once_somebody_agrees() {
    let env = TestEnv::with_small_pipeline();
    env.write("in/gone.txt", "A text that must go.\n");
    env.write("in/kept.txt", "A text that stays.\n");
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    // Nobody sits at a terminal.
    let refused = env.run(["forget", "in/gone.txt"]).expect(exit::SOME_FAILED);
    let _ = refused.says("to be forgotten").says("nothing was forgotten").says("--yes");
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    assert_eq!(listed.stdout.lines().count(), 2);
    let forgotten = env.run(["forget", "./in/gone.txt", "--yes"]).expect(exit::SUCCESS);
    let _ = forgotten.says("in/gone.txt").says("forgot 1 source");
    let listed = env.run(["list", "--output", "json"]).expect(exit::SUCCESS);
    assert!(listed.stdout.contains("in/kept.txt") && !listed.stdout.contains("gone"), "{listed:?}");
    let _ = env.run(["verify"]).expect(exit::SUCCESS);
    let none = env.run(["forget", "in/gone.txt", "--yes"]).expect(exit::SOME_FAILED);
    let _ = none.says("there is no source `in/gone.txt`");
    // What still lies there is taken in again.
    let again = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    let _ = again.says("1 document added");
}
