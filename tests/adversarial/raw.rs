//! Components that no decent tool would make: hand-written core modules behind the types of the
//! contract, and plain bytes.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// Where the core modules below keep what they return; all of it can be written over with
/// [`Module::put`].
pub mod at {
    /// The name of the only kind of annotation: `finding`, 7 bytes.
    pub const KIND: u32 = 48;
    /// The result of `analyze`: a tag, then 8 bytes on the pointer and the length of the list.
    pub const RESULT: u32 = 384;
    /// The only annotation of that list, of 48 bytes: kind, span (at 8), value (at 20), confidence
    /// (at 32), attributes (at 40).
    pub const ANNOTATION: u32 = 416;
    /// Room for anything else.
    pub const FREE: u32 = 1024;
}

/// A core module that is an analyzer or extractor as the canonical ABI asks for it, until something
/// in it is exchanged.
#[derive(Debug, Clone)]
pub struct Module {
    /// Fields of the module that come first.
    pub imports: String,
    /// The memory; exported as `memory`.
    pub memory: String,
    /// The body of `cabi_realloc`, with the size in local 3.
    pub realloc: String,
    /// The body of `analyze` or `extract`.
    pub body: String,
    /// Fields of the module that come last.
    pub more: String,
    data: Vec<(u32, Vec<u8>)>,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Analyzer,
    Extractor,
}

impl Module {
    /// An analyzer that finds one thing in every document.
    pub fn analyzer() -> Module {
        Module::new(Role::Analyzer, "finding")
    }

    /// An extractor of plain text that finds no document, and gives its source back.
    pub fn extractor() -> Module {
        let mut module = Module::new(Role::Extractor, "text/plain");
        module.imports = DROP.to_owned();
        module.body = format!("(call $drop (local.get 0)) (i32.const {})", at::RESULT);
        module.put(at::RESULT, &words(&[0, 0, 0, 0]));
        module
    }

    fn new(role: Role, declared: &str) -> Module {
        let length = |text: &str| text.len() as u32;
        let (name, version, summary) = ("hand-made", "0.1.0", "Made by hand");
        let mut module = Module {
            imports: String::new(),
            memory: "(memory (export \"memory\") 2)".to_owned(),
            // A bump allocator that never gives anything back: an instance serves a single call.
            realloc: "(local $at i32)
                (local.set $at (i32.and (i32.add (global.get $next) (i32.const 7)) (i32.const -8)))
                (global.set $next (i32.add (local.get $at) (local.get 3)))
                (local.get $at)"
                .to_owned(),
            body: format!("(i32.const {})", at::RESULT),
            more: String::new(),
            data: Vec::new(),
            role,
        };
        module.put(0, name.as_bytes());
        module.put(16, version.as_bytes());
        module.put(24, summary.as_bytes());
        module.put(at::KIND, declared.as_bytes());
        // What `describe` returns: three strings and four empty lists.
        let (name, version, summary) = (length(name), length(version), length(summary));
        module.put(256, &words(&[0, name, 16, version, 24, summary, 0, 0, 0, 0, 0, 0, 0, 0]));
        // What `kinds` and `accepts` return: a list of one string.
        module.put(320, &words(&[0, 0, 352, 1]));
        module.put(352, &words(&[at::KIND, length(declared)]));
        module.put(at::RESULT, &words(&[0, 0, at::ANNOTATION, 1]));
        module.put(at::ANNOTATION, &words(&[at::KIND, length(declared)]));
        module
    }

    /// Writes bytes over what the memory holds in the beginning.
    pub fn put(&mut self, at: u32, bytes: &[u8]) -> &mut Module {
        self.data.push((at, bytes.to_owned()));
        self
    }

    fn text(&self) -> String {
        let data: String = (self.data.iter())
            .map(|(at, bytes)| {
                let bytes: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
                format!("(data (i32.const {at}) \"{bytes}\")\n")
            })
            .collect();
        let (interface, declare, function, parameters) = match self.role {
            // A document is flattened to text, language, attributes and marks.
            Role::Analyzer => {
                ("analysis", "kinds", "analyze", "i32 i32 i32 i32 i32 i32 i32 i32 i32")
            }
            Role::Extractor => ("extraction", "accepts", "extract", "i32"),
        };
        let Module { imports, memory, realloc, body, more, .. } = self;
        format!(
            "(module
                {imports}
                {memory}
                (global $next (mut i32) (i32.const 4096))
                {data}
                (func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32) {realloc})
                (func (export \"docmill:plugin/metadata@VERSION#describe\") (result i32) (i32.const 256))
                (func (export \"docmill:plugin/{interface}@VERSION#{declare}\") (result i32) (i32.const 320))
                (func (export \"docmill:plugin/{interface}@VERSION#{function}\") (param {parameters}) (result i32) {body})
                {more})"
        )
    }

    /// The component.
    ///
    /// # Panics
    ///
    /// If the module is not what the contract asks for; what it does when it runs is not looked at.
    pub fn component(&self) -> Vec<u8> {
        let text = of_this_contract(&self.text());
        let module = wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"));
        let world = match self.role {
            Role::Analyzer => "analyzer",
            Role::Extractor => "extractor",
        };
        let (resolve, package) = contract(|text| text);
        let world = resolve.select_world(&[package], Some(world)).expect("a world of the contract");
        encode(module, &resolve, world)
    }
}

/// Gives a source back, as whoever borrows one has to.
pub const DROP: &str = "(import \"docmill:plugin/sources@VERSION\" \"[resource-drop]source\" (func $drop (param i32)))";
/// Reads from a source: handle, offset, length, where to put pointer and length of what was read.
pub const READ: &str = "(import \"docmill:plugin/sources@VERSION\" \"[method]source.read\" (func $read (param i32 i64 i32 i32)))";
/// Logs a message: level, message, fields.
pub const LOG: &str =
    "(import \"docmill:plugin/log@VERSION\" \"write\" (func $write (param i32 i32 i32 i32 i32)))";

/// Little-endian words, as they lie in a guest's memory.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// A component of one world of the contract that traps whatever it is asked, made after `change`
/// was done to the contract's text.
///
/// # Panics
///
/// If the changed contract is none.
pub fn dummy(world: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let (resolve, package) = contract(change);
    let world = resolve.select_world(&[package], Some(world)).expect("a world of the contract");
    let module = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    encode(module, &resolve, world)
}

/// A component made of text in which `@VERSION` stands for that of the contract.
///
/// # Panics
///
/// If the text is none.
pub fn text(text: &str) -> Vec<u8> {
    let text = of_this_contract(text);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\nin\n{text}"))
}

/// The text of the contract as a version that it is not.
pub fn of_version(version: &str, text: &str) -> String {
    let (package, since) = ("package docmill:plugin@", "@since(version = ");
    let line = |line: &str| match line.trim_start() {
        it if it.starts_with(package) => format!("{package}{version};"),
        it if it.starts_with(since) => format!("{since}{version})"),
        _ => line.to_owned(),
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

/// Puts the version of the contract where `@VERSION` stands: the only other place that has it is
/// the contract.
fn of_this_contract(text: &str) -> String {
    let (resolve, package) = contract(|text| text);
    let version = resolve.packages[package].name.version.as_ref().expect("it has a version");
    text.replace("@VERSION", &format!("@{version}"))
}

/// Components within each other, this many levels deep; written as bytes because no parser of text
/// goes that deep.
pub fn nested(levels: usize) -> Vec<u8> {
    const HEADER: &[u8] = b"\0asm\x0d\0\x01\0";
    const COMPONENT_SECTION: u8 = 4;
    (0..levels).fold(HEADER.to_vec(), |inner, _| {
        let mut outer = HEADER.to_vec();
        outer.push(COMPONENT_SECTION);
        let mut length = inner.len();
        while length >= 0x80 {
            outer.push((length & 0x7f) as u8 | 0x80);
            length >>= 7;
        }
        outer.push(length as u8);
        outer.extend(inner);
        outer
    })
}

fn encode(mut module: Vec<u8>, resolve: &Resolve, world: wit_parser::WorldId) -> Vec<u8> {
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8)
        .expect("the types can be embedded");
    ComponentEncoder::default()
        .module(&module)
        .and_then(|encoder| encoder.validate(false).encode())
        .unwrap_or_else(|error| panic!("{error:#}"))
}

/// All functions of the contract: `extraction.extract`, and `lookup.table.find` for a method.
///
/// # Panics
///
/// If a resource has a constructor or a static function, of which the contract has none.
pub fn functions() -> Vec<String> {
    let (resolve, package) = contract(|text| text);
    let interfaces = resolve.packages[package].interfaces.iter();
    let of_interface = |(name, id): (&String, &wit_parser::InterfaceId)| {
        let function = |function: &String| match function.strip_prefix("[method]") {
            Some(method) => format!("{name}.{method}"),
            None => format!("{name}.{function}"),
        };
        resolve.interfaces[*id].functions.keys().map(function).collect::<Vec<_>>()
    };
    let functions: Vec<String> = interfaces.flat_map(of_interface).collect();
    assert!(functions.iter().all(|function| !function.contains('[')), "{functions:?}");
    functions
}

fn contract(change: impl Fn(String) -> String) -> (Resolve, wit_parser::PackageId) {
    let mut files: Vec<_> = std::fs::read_dir("../wit")
        .expect("the contract is there")
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "wit"))
        .collect();
    files.sort();
    let mut sources = wit_parser::SourceMap::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a file of the contract can be read");
        sources.push(&path, change(text));
    }
    let mut resolve = Resolve::default();
    let group = sources.parse().map_err(|(_, error)| error).expect("the contract parses");
    let package = resolve.push_group(group).expect("the contract resolves");
    (resolve, package)
}
