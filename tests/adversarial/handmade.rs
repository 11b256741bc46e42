//! Hostile components and files that no compiler makes, each with its verdict as in the headers of
//! `examples/`.

use crate::raw::{self, Module, at, words};

/// Tells `add` a name, a verdict, a part of what the operator is told, and the bytes of each.
pub fn cases(mut add: impl FnMut(&str, &str, &str, Vec<u8>)) {
    let changed = |change: &dyn Fn(&mut Module)| {
        let mut module = Module::analyzer();
        change(&mut module);
        module.component()
    };

    // Files that are no plugins.
    let whole = Module::analyzer().component();
    let mut long = whole.clone();
    long.extend_from_slice(b"something else entirely");
    add("file-empty", "rejected", "it is empty", Vec::new());
    add("file-text", "rejected", "it is text", b"[[step]]\nplugin = \"x\"\n".to_vec());
    add("file-elf", "rejected", "it is native code", b"\x7fELF\x02\x01\x01\0\0\0\0\0".to_vec());
    add("file-core-module", "rejected", "it is a core module", raw::text("(module)"));
    add(
        "file-unknown-version",
        "rejected",
        "it is WebAssembly of an unknown version",
        b"\0asm\x63\0\x09\0".to_vec(),
    );
    add(
        "file-truncated",
        "rejected",
        "it is not a valid component",
        whole[..whole.len() / 2].to_vec(),
    );
    add("file-with-a-tail", "rejected", "it is not a valid component", long);

    // Components that are not of the contract.
    let two =
        "world both { include imports; export metadata; export analysis; export classification; }";
    let several = |text: String| {
        if text.contains("world analyzer") { format!("{text}\n{two}") } else { text }
    };
    add("export-nothing", "rejected", "it plays no role", raw::text("(component)"));
    add(
        "export-two-roles",
        "rejected",
        "it plays several roles at once",
        raw::dummy("both", several),
    );
    add(
        "future-version",
        "rejected",
        "it was built for contract 7.0",
        raw::dummy("analyzer", |text| raw::of_version("7.0.0", &text)),
    );
    add(
        "other-types",
        "rejected",
        "it does not fit the contract",
        raw::dummy("analyzer", |text| text.replace("start: u32,", "start: u64,")),
    );
    add(
        "other-types-of-the-role",
        "rejected",
        "its `docmill:plugin/analysis` has other types than contract 0.1",
        raw::dummy("analyzer", |text| {
            text.replace("kinds: func() -> result<list<string>, error>", "kinds: func() -> u32")
        }),
    );
    add(
        "describe-traps",
        "rejected",
        "it failed while describing itself",
        raw::dummy("analyzer", |text| text),
    );
    let exports = "(instance $none)
        (export \"docmill:plugin/metadata@VERSION\" (instance $none))
        (export \"docmill:plugin/analysis@VERSION\" (instance $none))";
    let importing =
        |import: &str| raw::text(&format!("(component (import {import:?} (instance)) {exports})"));
    let refused =
        |import: &str| format!("it imports `{import}`, and the sandbox offers no such thing");
    for (name, import) in [
        ("import-http", "wasi:http/outgoing-handler@0.2.6"),
        ("import-unknown", "acme:cloud/upload@1.0.0"),
        ("import-from-the-future", "docmill:plugin/log@0.2.0"),
        ("import-of-another-interface", "docmill:plugin/secrets@0.1.0"),
    ] {
        add(name, "rejected", &refused(import), importing(import));
    }
    add(
        "export-empty-interfaces",
        "rejected",
        "it does not fit the contract",
        raw::text(&format!("(component {exports})")),
    );
    add(
        "export-role-without-metadata",
        "rejected",
        "does not export `docmill:plugin/metadata`",
        raw::text(
            "(component (instance $none) (export \"docmill:plugin/analysis@VERSION\" (instance $none)))",
        ),
    );
    let many: String = (0..1_001)
        .map(|number| format!("(import \"acme:cloud/i{number}@1.0.0\" (instance))"))
        .collect();
    add(
        "import-a-thousand",
        "rejected",
        "limit of 1000",
        raw::text(&format!("(component {many})")),
    );
    add("nested-components", "rejected", "", raw::nested(3_000));

    // Modules that need more than there is before they begin.
    add(
        "memory-of-64-bits",
        "rejected",
        "it is not a valid component",
        raw::text(&format!("(component (core module (memory i64 1)) {exports})")),
    );
    add(
        "memory-shared",
        "rejected",
        "it is not a valid component",
        raw::text(&format!("(component (core module (memory 1 1 shared)) {exports})")),
    );
    add(
        "memory-large-from-the-start",
        "rejected",
        "and its limit is 16.0 MiB",
        changed(&|it| {
            it.memory = "(memory (export \"memory\") 1000)".to_owned();
        }),
    );
    add(
        "memory-huge-from-the-start",
        "rejected",
        "it needs 65536 pages of 64 KiB of memory, and the limit is 32768",
        changed(&|it| {
            it.memory = "(memory (export \"memory\") 65536)".to_owned();
        }),
    );
    add(
        "memories-too-many",
        "rejected",
        "it needs 9 memories, and the limit is 4",
        changed(&|it| it.more = "(memory 1)".repeat(8)),
    );
    add(
        "table-huge-from-the-start",
        "rejected",
        "it needs 1000000 table elements, and the limit is 100000",
        changed(&|it| {
            it.more = "(table 1000000 funcref)".to_owned();
        }),
    );
    add(
        "tables-too-many",
        "rejected",
        "it needs 30 tables, and the limit is 16",
        changed(&|it| it.more = "(table 1 funcref)".repeat(30)),
    );
    add(
        "modules-too-many",
        "rejected",
        "it needs 201 core modules, and the limit is 200",
        raw::text(&format!("(component {} {exports})", "(core module)".repeat(201))),
    );
    add(
        "instances-too-many",
        "rejected",
        "it needs 101 core instances, and the limit is 100",
        raw::text(&format!(
            "(component (core module $m) {} {exports})",
            "(core instance (instantiate $m))".repeat(101)
        )),
    );
    // Ten levels of components that each instantiate the one within ten times.
    let bomb = (0..10)
        .fold("(core module $m) (core instance (instantiate $m))".to_owned(), |it, _| {
            format!("(component $c {it}) {}", "(instance (instantiate $c))".repeat(10))
        });
    add(
        "instances-within-instances",
        "rejected",
        "it needs 10000000000 core instances, and the limit is 100",
        raw::text(&format!("(component {bomb} {exports})")),
    );
    add("functions-by-the-thousand", "fine", "", changed(&|it| it.more = "(func)".repeat(50_000)));
    add(
        "types-by-the-thousand",
        "fine",
        "",
        changed(&|it| it.more = "(type (func))".repeat(50_000)),
    );
    add(
        "blocks-within-blocks",
        "fine",
        "",
        changed(&|it| {
            it.more = format!("(func {} {})", "block ".repeat(20_000), "end ".repeat(20_000));
        }),
    );
    add(
        "locals-too-many",
        "rejected",
        "it is not a valid component",
        raw::text(&format!(
            "(component (core module (func (local {}))) {exports})",
            "i64 ".repeat(60_000)
        )),
    );
    add(
        "loop-in-start",
        "rejected",
        "it ran longer than its deadline",
        changed(&|it| {
            it.more = "(func $spin (loop $again (br $again))) (start $spin)".to_owned();
        }),
    );
    add(
        "trap-in-start",
        "rejected",
        "it failed while describing itself",
        changed(&|it| {
            it.more = "(func $trap unreachable) (start $trap)".to_owned();
        }),
    );

    // Memories and tables that grow.
    add(
        "grow-many-memories",
        "memory",
        "and its limit is 16.0 MiB",
        changed(&|it| {
            it.more = "(memory $b 1) (memory $c 1)".to_owned();
            it.body = format!(
                "(drop (memory.grow 0 (i32.const 100))) (drop (memory.grow $b (i32.const 100)))
             (drop (memory.grow $c (i32.const 100))) (i32.const {})",
                at::RESULT
            );
        }),
    );
    add(
        "grow-table",
        "fine",
        "",
        changed(&|it| {
            it.more = "(table $t 1 funcref)".to_owned();
            it.body = format!(
            "(loop $again (br_if $again (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
             (i32.const {})", at::RESULT
        );
        }),
    );

    add(
        "recurse-on-the-real-stack",
        "memory",
        "it used up its stack of 512 KiB",
        changed(&|it| {
            it.more = "(func $deeper (param i64) (result i64)
            (i64.add (local.get 0) (i64.mul (i64.const 3) (call $deeper (i64.add (local.get 0) (i64.const 1))))))".to_owned();
            it.body = format!("(drop (call $deeper (i64.const 0))) (i32.const {})", at::RESULT);
        }),
    );

    // Lies about values.
    let broken = "it broke the rules for passing values";
    add("handmade-and-well-behaved", "fine", "", whole);
    add(
        "return-invalid-utf8",
        "output",
        broken,
        changed(&|it| {
            it.put(at::FREE, b"\xc3\x28").put(at::ANNOTATION + 20, &words(&[1, at::FREE, 2]));
        }),
    );
    add(
        "return-surrogate",
        "output",
        broken,
        changed(&|it| {
            it.put(at::FREE, b"\xed\xa0\x80").put(at::ANNOTATION + 20, &words(&[1, at::FREE, 3]));
        }),
    );
    add(
        "list-outside-memory",
        "output",
        broken,
        changed(&|it| {
            it.put(at::RESULT + 8, &words(&[0xffff_fff0, 1]));
        }),
    );
    add(
        "list-longer-than-memory",
        "output",
        "",
        changed(&|it| {
            it.put(at::RESULT + 8, &words(&[at::ANNOTATION, u32::MAX]));
        }),
    );
    add(
        "list-slightly-longer-than-memory",
        "output",
        broken,
        changed(&|it| {
            it.put(at::RESULT + 8, &words(&[at::ANNOTATION, 3_000]));
        }),
    );
    add(
        "list-unaligned",
        "output",
        broken,
        changed(&|it| {
            it.put(at::RESULT + 8, &words(&[at::ANNOTATION + 1, 1]));
        }),
    );
    add(
        "text-outside-memory",
        "output",
        broken,
        changed(&|it| {
            it.put(at::ANNOTATION, &words(&[u32::MAX, u32::MAX]));
        }),
    );
    add(
        "text-longer-than-memory",
        "output",
        "",
        changed(&|it| {
            it.put(at::ANNOTATION, &words(&[at::KIND, 1 << 30]));
        }),
    );
    add(
        "tag-unknown",
        "output",
        broken,
        changed(&|it| {
            it.put(at::RESULT, &words(&[9]));
        }),
    );
    add(
        "error-tag-unknown",
        "output",
        broken,
        changed(&|it| {
            it.put(at::RESULT, &words(&[1, 0, 200]));
        }),
    );
    add(
        "option-tag-unknown",
        "output",
        broken,
        changed(&|it| {
            it.put(at::ANNOTATION + 8, &words(&[2]));
        }),
    );
    add(
        "result-outside-memory",
        "output",
        broken,
        changed(&|it| it.body = "(i32.const -16)".to_owned()),
    );
    add(
        "result-unaligned",
        "output",
        broken,
        changed(&|it| it.body = format!("(i32.const {})", at::RESULT + 1)),
    );

    // An allocator that works against the host.
    add(
        "realloc-outside-memory",
        "output",
        broken,
        changed(&|it| it.realloc = "(i32.const -16)".to_owned()),
    );
    add(
        "realloc-unaligned",
        "output",
        broken,
        changed(&|it| it.realloc = "(i32.const 8193)".to_owned()),
    );
    add(
        "realloc-loops",
        "deadline",
        "it ran longer than its deadline of 300ms",
        changed(&|it| {
            it.realloc = "(loop $again (br $again)) (i32.const 0)".to_owned();
        }),
    );
    add(
        "realloc-hoards",
        "memory",
        "and its limit is 16.0 MiB",
        changed(&|it| {
            it.realloc = "(drop (memory.grow 0 (i32.const 1000))) (i32.const 8192)".to_owned();
        }),
    );
    add(
        "realloc-traps",
        "trapped",
        "it reached code that it declared unreachable",
        changed(&|it| it.realloc = "unreachable".to_owned()),
    );
    add(
        "realloc-calls-the-host",
        "trapped",
        "cannot leave component instance",
        changed(&|it| {
            it.imports = raw::LOG.to_owned();
            it.realloc = "(call $write (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)) (i32.const 8192)".to_owned();
        }),
    );

    // Calls of the host that make no sense.
    let logging = |call: &str| {
        let call = call.to_owned();
        changed(&move |it: &mut Module| {
            it.imports = raw::LOG.to_owned();
            it.body = format!("(call $write {call}) (i32.const {})", at::RESULT);
        })
    };
    add(
        "log-level-unknown",
        "output",
        broken,
        logging("(i32.const 99) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 0)"),
    );
    add(
        "log-outside-memory",
        "output",
        broken,
        logging("(i32.const 0) (i32.const -4) (i32.const 100) (i32.const 0) (i32.const 0)"),
    );
    add(
        "log-a-million-fields",
        "output",
        "",
        logging("(i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 1000000)"),
    );

    // Handles.
    let extractor = |imports: &str, body: &str| {
        let mut module = Module::extractor();
        module.imports = imports.to_owned();
        module.body = format!("{body} (i32.const {})", at::RESULT);
        module.component()
    };
    let both = format!("{}{}", raw::DROP, raw::READ);
    add("give-the-source-back", "empty", "no text in it", Module::extractor().component());
    add("keep-the-source", "output", "it misused a handle", extractor(raw::DROP, ""));
    add(
        "give-the-source-back-twice",
        "output",
        "it misused a handle",
        extractor(raw::DROP, "(call $drop (local.get 0)) (call $drop (local.get 0))"),
    );
    add(
        "give-back-what-is-not-there",
        "output",
        "it misused a handle",
        extractor(raw::DROP, "(call $drop (i32.const 77))"),
    );
    add(
        "read-from-what-is-not-there",
        "output",
        "it misused a handle",
        extractor(
            &both,
            "(call $read (i32.const 77) (i64.const 0) (i32.const 4) (i32.const 1024))",
        ),
    );
    add(
        "read-after-giving-back",
        "output",
        "it misused a handle",
        extractor(
            &both,
            "(call $drop (local.get 0)) (call $read (local.get 0) (i64.const 0) (i32.const 4) (i32.const 1024))",
        ),
    );
    add(
        "read-to-outside-memory",
        "output",
        broken,
        extractor(
            &both,
            "(call $read (local.get 0) (i64.const 0) (i32.const 4) (i32.const -8)) (call $drop (local.get 0))",
        ),
    );
}
