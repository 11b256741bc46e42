//! Golden cases: what becomes of each format, in a folder of its own.

use std::path::Path;

use docmill_plugin::testing::cases;
use extract_markup::ExtractMarkup;

#[test]
fn golden_cases_give_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    cases::check_extractor::<ExtractMarkup>(&folder);
}
