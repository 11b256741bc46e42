//! What must hold: the harness of docmill's integration tests.
