//! Golden cases: what becomes of real shapes of input, each in a folder of its own.

use std::path::Path;

use docmill_plugin::testing::cases;
use unpack_feed::UnpackFeed;

#[test]
fn golden_cases_give_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    cases::check_unpacker::<UnpackFeed>(&folder);
}
