//! Gives itself a name that leads out of a folder.
//!
//! verdict: rejected
//! because: it names a plugin `../../etc/passwd`
//! breaks: D-4

docmill_adversaries::described_as!(|mut description| {
    description.name = "../../etc/passwd".to_owned();
    description
});
