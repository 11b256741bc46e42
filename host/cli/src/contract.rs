//! Two versions of the contract: what is different, and what of that breaks which plugins.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use wit_parser::{
    Function, Handle, Resolve, SourceMap, Type, TypeDefKind, TypeId, TypeOwner, WorldItem, WorldKey,
};

/// The most bytes of a contract.
pub const LARGEST: u64 = 1 << 20;

/// A contract, as far as plugins can tell it from another.
#[derive(Debug)]
pub struct Contract {
    /// The version of the package, such as `0.1.1`.
    pub version: String,
    interfaces: BTreeMap<String, Interface>,
    worlds: BTreeMap<String, World>,
}

#[derive(Debug, Default)]
struct Interface {
    types: BTreeMap<String, Item>,
    functions: BTreeMap<String, Item>,
}

/// A type or a function.
#[derive(Debug)]
struct Item {
    /// What it is, in the words of the contract.
    shape: String,
    /// The types that it names, as `interface.type`.
    names: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct World {
    imports: BTreeSet<String>,
    exports: BTreeSet<String>,
}

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Such as `types.span` or `log.write`; a world has no dot.
    pub what: String,
    /// What it was, if it was there.
    pub before: Option<String>,
    /// What it is, if it is there.
    pub after: Option<String>,
    /// The interfaces whose plugins it breaks: those that export one of them or import it.
    pub breaks: BTreeSet<String>,
}

impl Contract {
    /// Reads a contract out of its files: names and texts.
    ///
    /// # Errors
    ///
    /// If they are none; the words of the parser, several lines of them.
    pub fn parse<'a>(
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Contract, String> {
        let mut sources = SourceMap::default();
        files.into_iter().for_each(|(name, text)| sources.push_str(name, text));
        let group = sources.parse().map_err(|(sources, error)| error.render(&sources))?;
        let version = group.main.name.version.as_ref().map(ToString::to_string);
        let version = version.ok_or("the package has no version")?;
        // What is announced for a later version counts as it stands.
        let mut resolve = Resolve { all_features: true, ..Resolve::default() };
        let package = resolve.push_group(group).map_err(|error| error.to_string())?;
        let package = &resolve.packages[package];
        let interfaces = package.interfaces.iter().map(|(name, id)| {
            let interface = &resolve.interfaces[*id];
            let types = interface.types.iter();
            let types = types.map(|(name, id)| (name.clone(), type_item(&resolve, *id)));
            let functions = interface.functions.iter();
            let functions = functions.map(|(name, it)| (name.clone(), function_item(&resolve, it)));
            let interface = Interface { types: types.collect(), functions: functions.collect() };
            (name.clone(), interface)
        });
        let interfaces = interfaces.collect();
        let worlds = package.worlds.iter().map(|(name, id)| {
            let world = &resolve.worlds[*id];
            let named = |(key, item): (&WorldKey, &WorldItem)| match (key, item) {
                (_, WorldItem::Interface { id, .. }) => {
                    resolve.interfaces[*id].name.clone().unwrap_or_default()
                }
                (key, _) => resolve.name_world_key(key),
            };
            let imports = world.imports.iter().map(named).collect();
            (name.clone(), World { imports, exports: world.exports.iter().map(named).collect() })
        });
        let worlds = worlds.collect();
        Ok(Contract { version, interfaces, worlds })
    }

    /// The track, such as `0.1`: on it, nothing may break.
    pub fn track(&self) -> &str {
        let track = self.version.match_indices('.').nth(1).map(|(at, _)| &self.version[..at]);
        track.unwrap_or(&self.version)
    }

    /// What is different in `after`, in the order of names.
    pub fn changes(&self, after: &Contract) -> Vec<Change> {
        let mut changes = Vec::new();
        let exported: BTreeSet<&str> = self.exported().chain(after.exported()).collect();
        for name in names(&self.interfaces, &after.interfaces) {
            let (was, is) = (self.interfaces.get(name), after.interfaces.get(name));
            let none = Interface::default();
            let (before, now) = (was.unwrap_or(&none), is.unwrap_or(&none));
            for item in names(&before.types, &now.types) {
                let (before, now) = (before.types.get(item), now.types.get(item));
                let what = format!("{name}.{item}");
                // Whoever names a type that is another one is as broken as who declares it.
                let breaks = match before {
                    Some(_) => self.users(&what),
                    None => BTreeSet::new(),
                };
                push(&mut changes, what, before, now, breaks);
            }
            for item in names(&before.functions, &now.functions) {
                let (before, now) = (before.functions.get(item), now.functions.get(item));
                let is_exported = exported.contains(name);
                // A function more is offered to those that import it, and asked of those that
                // export it.
                let breaks = before.is_some() || (is_exported && was.is_some());
                let breaks = breaks.then(|| name.to_owned()).into_iter().collect();
                push(&mut changes, format!("{name}.{item}"), before, now, breaks);
            }
        }
        for name in names(&self.worlds, &after.worlds) {
            changes.extend(world_change(name, self.worlds.get(name), after.worlds.get(name)));
        }
        changes
    }

    fn exported(&self) -> impl Iterator<Item = &str> {
        self.worlds.values().flat_map(|world| &world.exports).map(String::as_str)
    }

    /// The interfaces with functions that name a type, or a type that names it, and so on.
    fn users(&self, what: &str) -> BTreeSet<String> {
        let mut types = BTreeSet::from([what.to_owned()]);
        loop {
            let before = types.len();
            for (name, interface) in &self.interfaces {
                let users = interface.types.iter().filter(|(_, it)| !it.names.is_disjoint(&types));
                let users: Vec<_> = users.map(|(item, _)| format!("{name}.{item}")).collect();
                types.extend(users);
            }
            if types.len() == before {
                break;
            }
        }
        let uses = |interface: &Interface| {
            interface.functions.values().any(|it| !it.names.is_disjoint(&types))
        };
        self.interfaces.iter().filter(|(_, it)| uses(it)).map(|(name, _)| name.clone()).collect()
    }
}

fn world_change(name: &str, was: Option<&World>, is: Option<&World>) -> Option<Change> {
    let told = |world: &World| {
        let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        format!("imports {}; exports {}", list(&world.imports), list(&world.exports))
    };
    let breaks = match (was, is) {
        // What is not there any more, or is asked of a plugin that does not have it.
        (Some(was), Some(is)) => {
            let gone = was.imports.difference(&is.imports).cloned();
            let asked = was.exports.symmetric_difference(&is.exports).next();
            let asked = asked.map(|_| was.exports.iter().cloned()).into_iter().flatten();
            gone.chain(asked).collect()
        }
        (Some(was), None) => was.exports.clone(),
        (None, _) => BTreeSet::new(),
    };
    let (before, after) = (was.map(told), is.map(told));
    (before != after).then(|| Change { what: name.to_owned(), before, after, breaks })
}

fn push(
    changes: &mut Vec<Change>,
    what: String,
    before: Option<&Item>,
    after: Option<&Item>,
    breaks: BTreeSet<String>,
) {
    let shape = |item: Option<&Item>| item.map(|it| it.shape.clone());
    let (before, after) = (shape(before), shape(after));
    if before != after {
        changes.push(Change { what, before, after, breaks });
    }
}

fn names<'a, T>(one: &'a BTreeMap<String, T>, other: &'a BTreeMap<String, T>) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

fn type_item(resolve: &Resolve, id: TypeId) -> Item {
    let mut writer = Writer { resolve, names: BTreeSet::new() };
    let shape = writer.kind(&resolve.types[id].kind);
    Item { shape, names: writer.names }
}

fn function_item(resolve: &Resolve, function: &Function) -> Item {
    let mut writer = Writer { resolve, names: BTreeSet::new() };
    let parameters: Vec<String> =
        (function.params.iter()).map(|it| format!("{}: {}", it.name, writer.ty(&it.ty))).collect();
    let result = function.result.as_ref().map(|ty| format!(" -> {}", writer.ty(ty)));
    let is_async = if function.kind.is_async() { "async " } else { "" };
    let result = result.unwrap_or_default();
    let shape = format!("{is_async}func({}){result}", parameters.join(", "));
    Item { shape, names: writer.names }
}

/// Writes types as the contract does, and notes which ones it names.
struct Writer<'a> {
    resolve: &'a Resolve,
    names: BTreeSet<String>,
}

impl Writer<'_> {
    fn ty(&mut self, ty: &Type) -> String {
        let Type::Id(id) = ty else { return primitive(ty).to_owned() };
        let definition = &self.resolve.types[*id];
        match (&definition.name, &definition.kind) {
            // Used from another interface: it is called as there.
            (Some(_), TypeDefKind::Type(Type::Id(other))) if self.is_foreign(*id, *other) => {
                self.ty(&Type::Id(*other))
            }
            (Some(name), _) => {
                let owner = match definition.owner {
                    TypeOwner::Interface(id) => self.resolve.interfaces[id].name.as_deref(),
                    _ => None,
                };
                self.names.insert(format!("{}.{name}", owner.unwrap_or_default()));
                name.clone()
            }
            (None, kind) => self.kind(kind),
        }
    }

    fn is_foreign(&self, one: TypeId, other: TypeId) -> bool {
        let owner = |id: TypeId| &self.resolve.types[id].owner;
        owner(one) != owner(other)
    }

    fn optional(&mut self, ty: Option<&Type>) -> String {
        ty.map_or("_".to_owned(), |ty| self.ty(ty))
    }

    fn kind(&mut self, kind: &TypeDefKind) -> String {
        let mut shape = String::new();
        // Writing to a string does not fail.
        let _ = match kind {
            TypeDefKind::Record(record) => {
                let fields = record.fields.iter();
                let fields: Vec<_> =
                    fields.map(|it| format!("{}: {}", it.name, self.ty(&it.ty))).collect();
                write!(shape, "record {{ {} }}", fields.join(", "))
            }
            TypeDefKind::Variant(variant) => {
                let case = |it: &wit_parser::Case| match &it.ty {
                    Some(ty) => format!("{}({})", it.name, self.ty(ty)),
                    None => it.name.clone(),
                };
                let cases: Vec<_> = variant.cases.iter().map(case).collect();
                write!(shape, "variant {{ {} }}", cases.join(", "))
            }
            TypeDefKind::Enum(it) => {
                let cases: Vec<_> = it.cases.iter().map(|it| it.name.as_str()).collect();
                write!(shape, "enum {{ {} }}", cases.join(", "))
            }
            TypeDefKind::Flags(it) => {
                let flags: Vec<_> = it.flags.iter().map(|it| it.name.as_str()).collect();
                write!(shape, "flags {{ {} }}", flags.join(", "))
            }
            TypeDefKind::Tuple(it) => {
                let types: Vec<_> = it.types.iter().map(|ty| self.ty(ty)).collect();
                write!(shape, "tuple<{}>", types.join(", "))
            }
            TypeDefKind::Option(ty) => write!(shape, "option<{}>", self.ty(ty)),
            TypeDefKind::List(ty) => write!(shape, "list<{}>", self.ty(ty)),
            TypeDefKind::FixedLengthList(ty, length) => {
                write!(shape, "list<{}, {length}>", self.ty(ty))
            }
            TypeDefKind::Map(key, value) => {
                write!(shape, "map<{}, {}>", self.ty(key), self.ty(value))
            }
            TypeDefKind::Result(it) => {
                let (ok, err) = (self.optional(it.ok.as_ref()), self.optional(it.err.as_ref()));
                write!(shape, "result<{ok}, {err}>")
            }
            TypeDefKind::Handle(Handle::Own(id)) => write!(shape, "{}", self.ty(&Type::Id(*id))),
            TypeDefKind::Handle(Handle::Borrow(id)) => {
                write!(shape, "borrow<{}>", self.ty(&Type::Id(*id)))
            }
            TypeDefKind::Future(ty) => write!(shape, "future<{}>", self.optional(ty.as_ref())),
            TypeDefKind::Stream(ty) => write!(shape, "stream<{}>", self.optional(ty.as_ref())),
            TypeDefKind::Type(ty) => write!(shape, "{}", self.ty(ty)),
            TypeDefKind::Resource => write!(shape, "resource"),
            TypeDefKind::Unknown => write!(shape, "unknown"),
        };
        shape
    }
}

const fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        Type::ErrorContext => "error-context",
        Type::Id(_) => "type",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carried;

    fn edited(edit: impl Fn(&str, String) -> String) -> Vec<Change> {
        let files = carried::contract();
        let own =
            |(name, text): &(&str, &str)| ((*name).to_owned(), edit(name, (*text).to_owned()));
        let after: Vec<(String, String)> = files.iter().map(own).collect();
        let after = after.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        let after = Contract::parse(after).unwrap_or_else(|error| panic!("{error}"));
        Contract::parse(files).unwrap().changes(&after)
    }

    /// What is different after an addition to one file, and what that breaks.
    fn added(file: &str, place: &str, addition: &str) -> Vec<(String, Vec<String>)> {
        let changes = edited(|name, text| {
            if name != file {
                return text;
            }
            assert!(text.contains(place), "`{place}` is not in the contract any more");
            text.replacen(place, &format!("{place}\n{addition}"), 1)
        });
        changes.into_iter().map(|it| (it.what, it.breaks.into_iter().collect())).collect()
    }

    fn one(what: &str, breaks: &[&str]) -> Vec<(String, Vec<String>)> {
        vec![(what.to_owned(), breaks.iter().map(|it| (*it).to_owned()).collect())]
    }

    #[test]
    fn no_release_of_a_track_breaks_a_plugin_of_an_earlier_one() {
        assert!(edited(|_, text| text).is_empty());
        let now = Contract::parse(carried::contract()).unwrap();
        for version in carried::releases() {
            let before = Contract::parse(carried::release(version).unwrap()).unwrap();
            if before.track() == now.track() {
                let broken = before.changes(&now).into_iter().find(|it| !it.breaks.is_empty());
                assert_eq!(broken, None, "{version}");
            }
        }
    }

    #[test]
    fn what_is_added_breaks_only_those_of_whom_it_is_asked() {
        assert_eq!(
            added("log.wit", "interface log {", "moo: func(loudness: u32);"),
            one("log.moo", &[])
        );
        assert_eq!(
            added("extraction.wit", "interface extraction {", "moo: func();"),
            one("extraction.moo", &["extraction"])
        );
        assert_eq!(
            added("worlds.wit", "world imports {", "import cattle: interface { moo: func(); }")
                .len(),
            6
        );
    }

    #[test]
    fn a_type_breaks_all_who_name_it_or_what_has_it() {
        let changes = added("types.wit", "record span {", "moo: option<u32>,");
        let [(what, breaks)] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!(what, "types.span");
        for user in ["lookup", "extraction", "classification", "analysis", "findings"] {
            assert!(breaks.iter().any(|it| it == user), "{user}: {breaks:?}");
        }
        assert!(
            !breaks
                .iter()
                .any(|it| ["log", "config", "metadata", "unpacking"].contains(&it.as_str())),
            "{breaks:?}"
        );
    }

    #[test]
    fn a_world_that_is_gone_breaks_its_role() {
        let changes = edited(|name, text| match name {
            "worlds.wit" => text.replace("world analyzer {", "world finder {"),
            _ => text,
        });
        let broken: Vec<_> = changes.iter().filter(|it| !it.breaks.is_empty()).collect();
        let [change] = &broken[..] else { panic!("{changes:?}") };
        assert_eq!((change.what.as_str(), change.after.as_ref()), ("analyzer", None));
        assert!(change.breaks.contains("analysis"));
    }

    #[test]
    fn what_is_no_contract_is_said() {
        assert!(Contract::parse([("a.wit", "interface {")]).is_err());
        assert!(
            Contract::parse([("a.wit", "package a:b; interface c {}")])
                .unwrap_err()
                .contains("version")
        );
    }
}
