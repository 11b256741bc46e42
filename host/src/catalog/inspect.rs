//! What a file says about itself before any of its code runs: kind, role, track of the contract,
//! imports.

use std::fmt;

use wasmparser::{
    Chunk, ComponentExternalKind, Encoding, Parser, Payload, Validator, WasmFeatures,
};

use super::error::LoadError;
use super::needs::Needs;
use crate::abi::{PACKAGE, TRACKS, role_interface};
use crate::model::{ContractVersion, Digest, Role};

/// The most imports and exports a component may have. The largest runtime seen imports 40
/// interfaces.
const MOST_NAMES: usize = 1_000;

/// What a component is, as far as its bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// The digest of the bytes.
    pub digest: Digest,
    /// The number of bytes.
    pub size: u64,
    /// The role that it exports.
    pub role: Role,
    /// The track of the contract that it was built for.
    pub contract: ContractVersion,
    /// What it imports, in the order of the component: its permission list.
    pub imports: Vec<Import>,
}

/// One interface that a component imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Such as `docmill:plugin/log@0.1.0`.
    pub name: String,
    /// What stands behind it.
    pub provider: Provider,
}

impl Import {
    /// The name of the interface, such as `log`, if it is one of the contract.
    pub fn contract_interface(&self) -> Option<&str> {
        parse_name(&self.name).map(|(interface, _)| interface)
    }
}

/// What stands behind an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// The contract: the host does what it says.
    Contract,
    /// WASI with every door closed.
    ClosedDoor,
    /// Nothing: the component cannot be loaded.
    Nothing,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Provider::Contract => "granted",
            Provider::ClosedDoor => "empty",
            Provider::Nothing => "refused",
        })
    }
}

/// Validates a component and reads off what it is. Runs none of its code.
///
/// # Errors
///
/// If the bytes are no valid component, or one that plays no single role of a supported track of
/// the contract.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, LoadError> {
    check_kind(bytes)?;
    Validator::new_with_features(features()).validate_all(bytes).map_err(|error| {
        LoadError::Invalid { reason: error.message().to_owned(), offset: error.offset() as u64 }
    })?;
    inspect_validated(bytes, Digest::of(bytes))
}

/// Reads off what a component is of which these very bytes were validated before.
pub(super) fn inspect_validated(bytes: &[u8], digest: Digest) -> Result<Inspection, LoadError> {
    let names = names(bytes)?;
    let imports =
        names.imports.into_iter().map(|name| Import { provider: provider(&name), name }).collect();
    let tracks = TRACKS.iter().map(|track| track.version).collect::<Vec<_>>();
    let (role, contract) = role(&names.exports, &tracks)?;
    names.needs.check()?;
    Ok(Inspection { digest, size: bytes.len() as u64, role, contract, imports })
}

/// What a plugin may be made of: WebAssembly 2.0 and what today's tools emit beyond it. No threads,
/// no garbage collection, no exceptions, no 64-bit memories.
fn features() -> WasmFeatures {
    WasmFeatures::WASM2
        | WasmFeatures::COMPONENT_MODEL
        | WasmFeatures::MULTI_MEMORY
        | WasmFeatures::EXTENDED_CONST
        | WasmFeatures::TAIL_CALL
        | WasmFeatures::RELAXED_SIMD
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::CALL_INDIRECT_OVERLONG
}

/// Identifies the rules of validation.
pub(super) fn rules() -> u64 {
    features().bits()
}

fn check_kind(bytes: &[u8]) -> Result<(), LoadError> {
    let not_a_component = |found| Err(LoadError::NotAComponent { found });
    match bytes {
        [] => not_a_component("it is empty"),
        [b'\0', b'a', b's', b'm', ..] if bytes.len() < 8 => {
            not_a_component("it is cut off after a few bytes")
        }
        [b'\0', b'a', b's', b'm', ..] if Parser::is_component(bytes) => Ok(()),
        [b'\0', b'a', b's', b'm', ..] if Parser::is_core_wasm(bytes) => {
            not_a_component("it is a core module, which has no types that the host could check")
        }
        [b'\0', b'a', b's', b'm', ..] => not_a_component("it is WebAssembly of an unknown version"),
        [0x7f, b'E', b'L', b'F', ..] => not_a_component("it is native code, which never runs here"),
        _ if std::str::from_utf8(&bytes[..bytes.len().min(64)]).is_ok() => {
            not_a_component("it is text")
        }
        _ => not_a_component("it does not begin like WebAssembly"),
    }
}

struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
    needs: Needs,
}

/// The names that the outermost component imports and exports.
fn names(bytes: &[u8]) -> Result<Names, LoadError> {
    let invalid = |error: wasmparser::BinaryReaderError| LoadError::Invalid {
        reason: error.message().to_owned(),
        offset: error.offset() as u64,
    };
    let mut names = Names { imports: Vec::new(), exports: Vec::new(), needs: Needs::default() };
    let (mut parser, mut rest, mut depth) = (Parser::new(0), bytes, 0_usize);
    let mut parents = Vec::new();
    loop {
        let (consumed, payload) = match parser.parse(rest, true).map_err(invalid)? {
            Chunk::Parsed { consumed, payload } => (consumed, payload),
            Chunk::NeedMoreData(_) => {
                return Err(LoadError::Invalid {
                    reason: "it ends early".to_owned(),
                    offset: bytes.len() as u64,
                });
            }
        };
        rest = &rest[consumed..];
        names.needs.add(&payload).map_err(invalid)?;
        match payload {
            Payload::Version { encoding: Encoding::Module | Encoding::Component, .. } => {}
            Payload::ModuleSection { parser: inner, .. }
            | Payload::ComponentSection { parser: inner, .. } => {
                parents.push(std::mem::replace(&mut parser, inner));
                depth += 1;
            }
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.imports.push(import.map_err(invalid)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    let export = export.map_err(invalid)?;
                    if export.kind == ComponentExternalKind::Instance {
                        names.exports.push(export.name.name.to_owned());
                    }
                }
            }
            Payload::End(_) => match parents.pop() {
                Some(parent) => {
                    parser = parent;
                    depth -= 1;
                }
                None => break,
            },
            _ => {}
        }
        if names.imports.len() + names.exports.len() > MOST_NAMES {
            return Err(LoadError::TooMany { what: "imports and exports", limit: MOST_NAMES });
        }
    }
    Ok(names)
}

/// What stands behind an import of this name.
pub(super) fn provider(import: &str) -> Provider {
    let contract = parse_name(import).is_some_and(|(interface, version)| {
        TRACKS.iter().any(|track| track.version == version && track.imports.contains(&interface))
    });
    if contract {
        Provider::Contract
    } else if crate::sandbox::offers(import) {
        Provider::ClosedDoor
    } else {
        Provider::Nothing
    }
}

/// Splits `docmill:plugin/log@0.1.3` into `log` and track 0.1.
fn parse_name(name: &str) -> Option<(&str, ContractVersion)> {
    let (interface, version) = name.strip_prefix(PACKAGE)?.strip_prefix('/')?.split_once('@')?;
    let mut parts = version.split('.');
    let version =
        ContractVersion { major: parts.next()?.parse().ok()?, minor: parts.next()?.parse().ok()? };
    // A pre-release is no release of any track.
    parts.next()?.parse::<u32>().ok()?;
    parts.next().is_none().then_some((interface, version))
}

/// The one role that a component plays, on the newest of these tracks on which it plays it.
fn role(
    exports: &[String],
    tracks: &[ContractVersion],
) -> Result<(Role, ContractVersion), LoadError> {
    let known = exports.iter().filter_map(|export| parse_name(export)).collect::<Vec<_>>();
    let played = |of: &dyn Fn(ContractVersion) -> bool| {
        let plays = |role: &Role| {
            known.iter().any(|(name, version)| *name == role_interface(*role) && of(*version))
        };
        Role::ALL.into_iter().filter(plays).collect::<Vec<_>>()
    };
    let role = match played(&|version| tracks.contains(&version)).as_slice() {
        &[role] => role,
        [] => {
            let other = |role: Role| known.iter().find(|(name, _)| *name == role_interface(role));
            return Err(match played(&|_| true).into_iter().find_map(other) {
                Some((_, version)) => LoadError::UnknownTrack { version: *version },
                None => LoadError::NoRole { exports: exports.to_vec() },
            });
        }
        several => return Err(LoadError::SeveralRoles(several.to_vec())),
    };
    let is_whole = |track: &&ContractVersion| {
        known.contains(&(role_interface(role), **track)) && known.contains(&("metadata", **track))
    };
    let track = tracks.iter().find(is_whole).ok_or(LoadError::NoMetadata { role })?;
    Ok((role, *track))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_contract_are_split() {
        let v = |major, minor| ContractVersion { major, minor };
        assert_eq!(parse_name("docmill:plugin/log@0.1.3"), Some(("log", v(0, 1))));
        assert_eq!(parse_name("docmill:plugin/analysis@2.0.0"), Some(("analysis", v(2, 0))));
        for other in [
            "docmill:plugin/log",
            "docmill:plugin/log@0.1",
            "docmill:plugin/log@0.1.0-rc.1",
            "other:plugin/log@0.1.0",
        ] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }

    #[test]
    fn a_role_is_exported_once_with_metadata() {
        let check = |exports: &[&str]| {
            let exports = exports.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
            role(&exports, &[ContractVersion { major: 0, minor: 1 }])
        };
        let metadata = "docmill:plugin/metadata@0.1.0";
        assert_eq!(check(&[metadata, "docmill:plugin/analysis@0.1.2"]).unwrap().0, Role::Analyzer);
        assert!(matches!(check(&[metadata]), Err(LoadError::NoRole { .. })));
        assert!(matches!(
            check(&["docmill:plugin/analysis@0.1.2"]),
            Err(LoadError::NoMetadata { .. })
        ));
        assert!(matches!(
            check(&["docmill:plugin/analysis@7.0.0"]),
            Err(LoadError::UnknownTrack { .. })
        ));
        let two = ["docmill:plugin/analysis@0.1.0", "docmill:plugin/extraction@0.1.0", metadata];
        assert!(matches!(check(&two), Err(LoadError::SeveralRoles(_))));
    }

    #[test]
    fn a_role_that_is_exported_on_several_tracks_is_played_on_the_newest_that_is_supported() {
        let v = |minor| ContractVersion { major: 0, minor };
        let on = |tracks: &[&str], names: &[&str]| {
            let exports = tracks.iter().flat_map(|track| {
                names.iter().map(move |it| format!("docmill:plugin/{it}@{track}"))
            });
            role(&exports.collect::<Vec<_>>(), &[v(2), v(1)])
        };
        let both = ["metadata", "analysis"];
        assert_eq!(on(&["0.1.1", "0.2.0"], &both).unwrap(), (Role::Analyzer, v(2)));
        assert_eq!(on(&["0.2.0", "0.1.0", "0.3.0"], &both).unwrap(), (Role::Analyzer, v(2)));
        assert_eq!(on(&["0.3.0", "0.1.0"], &both).unwrap(), (Role::Analyzer, v(1)));
        // Two releases of one track are one track.
        assert_eq!(on(&["0.1.0", "0.1.1"], &both).unwrap(), (Role::Analyzer, v(1)));
        assert!(
            matches!(on(&["0.3.0"], &both), Err(LoadError::UnknownTrack { version }) if version == v(3))
        );
        assert!(matches!(
            on(&["0.1.0", "0.2.0"], &["analysis"]),
            Err(LoadError::NoMetadata { .. })
        ));
        let several = on(&["0.1.0", "0.2.0"], &["metadata", "analysis", "extraction"]);
        assert!(matches!(several, Err(LoadError::SeveralRoles(roles)) if roles.len() == 2));
    }

    #[test]
    fn what_is_no_component_is_named() {
        let check = |bytes: &[u8], expected: &str| {
            let error = inspect(bytes).unwrap_err();
            assert!(
                error.to_string().contains(expected) || format!("{error:?}").contains(expected),
                "{error:?}"
            );
        };
        check(b"", "it is empty");
        check(b"\0asm", "cut off");
        check(b"\0asm\x01\0\0\0", "core module");
        check(b"\x7fELF\x02\x01\x01\0", "native code");
        check(b"[[step]]", "text");
        check(b"\0asm\x0d\0\x01\0\xff\xff", "Invalid");
    }
}
