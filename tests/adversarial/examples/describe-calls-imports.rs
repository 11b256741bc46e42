//! Asks for a setting while it describes itself, when there are none yet.
//!
//! verdict: rejected
//! because: it called the host while describing itself
//! breaks: D-1

docmill_adversaries::described_as!(|description| {
    let seen = docmill_plugin::setting("name").unwrap_or_default();
    description.attribute("seen", &seen)
});
