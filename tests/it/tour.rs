//! The README is true: its tour is run, and says what it says.

use std::fs;

use docmill_tests::{TestEnv, exit, guest, root};

/// A command of the README, and what it is shown to print, if it is shown.
struct Shown {
    command: String,
    prints: Option<String>,
}

/// The `docmill` commands in the code blocks of the README, in order.
fn tour(readme: &str) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (index, block) in readme.split("```").enumerate() {
        // What lies between fences is every other part.
        if index % 2 == 0 {
            continue;
        }
        if let Some(console) = block.strip_prefix("console\n") {
            for part in console.split("$ ").skip(1) {
                let (command, prints) =
                    part.split_once('\n').expect("a command has a line of its own");
                shown.push(Shown { command: command.to_owned(), prints: Some(prints.to_owned()) });
            }
        } else if let Some(shell) = block.strip_prefix("sh\n") {
            let commands = shell.lines().filter(|line| line.starts_with("docmill "));
            shown.extend(commands.map(|line| Shown { command: line.to_owned(), prints: None }));
        }
    }
    shown
}

#[test]
fn the_tour_of_the_readme_runs_as_it_is_written() {
    let environment = TestEnv::new();
    for entry in fs::read_dir(root().join("seeds/documents")).expect("the seeds are there") {
        let path = entry.expect("the seeds can be listed").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let content = fs::read(&path).expect("a seed can be read");
        environment.write(format!("seeds/documents/{name}"), content);
    }
    // What `wget` would have kept.
    let kept = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUn drone vole.\n";
    let crawl = format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://example.org/a\r\n\
         WARC-Date: 2025-08-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
         Content-Length: {}\r\n\r\n{kept}\r\n\r\n",
        kept.len()
    );
    environment.write("site.warc.gz", crawl);
    let mail =
        "From: a@a.example\r\nSubject: Un drone\r\nContent-Type: text/plain\r\n\r\nIl vole.\r\n";
    environment.write("mail/2025/a.eml", mail);
    environment.write("articles/a.txt", "Un été\n\nDepuis 2025, rien.\n");
    let readme = fs::read_to_string(root().join("README.md")).expect("the README is there");
    let tour = tour(&readme);
    assert!(tour.len() >= 8, "only {} commands were found in the README", tour.len());
    for Shown { command, prints } in tour {
        let command = command
            .split(" #")
            .next()
            .unwrap_or(&command)
            .split(" > ")
            .next()
            .unwrap_or(&command)
            .trim()
            .to_owned();
        // A shell takes the quotes away.
        let words = command.split_whitespace().map(|word| word.trim_matches('\''));
        let output = environment.run(words.skip(1)).expect(0);
        if let Some(prints) = prints {
            assert_eq!(format!("{}{}", output.stdout, output.stderr), prints, "{command}");
        }
    }
}

#[test]
fn a_shell_can_write_the_built_in_pipeline_down() {
    let environment = TestEnv::new();
    // What `docmill pipeline > docmill.toml` finds: the shell has made the file already.
    environment.write("docmill.toml", "");
    let output = environment.run(["pipeline"]).expect(exit::SUCCESS);
    assert!(output.stdout.contains("[[step]]"), "{}", output.stdout);
}

#[test]
fn the_first_plugin_of_the_guide_builds_and_runs_as_it_says() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("the file is there");
    let guide = read("plugins/README.md");
    let code = guide.split("```rust\n").nth(1).and_then(|rest| rest.split("```").next());
    assert_eq!(code, Some(&*read("plugins/sdk/examples/analyze-years.rs")));
    let environment = TestEnv::new();
    environment.write("articles/a.txt", "Un été\n\nDepuis 2025, rien.\n");
    let built = "target/wasm32-wasip2/release/analyze_years.wasm";
    environment.write(built, fs::read(guest("examples/analyze-years")).expect("it is built"));
    // By hand; what `plugin new` makes is built and run in `authors`.
    let by_hand = guide.split("**1. A crate**").nth(1).expect("the guide has it");
    let by_hand = by_hand.split("## Spans").next().expect("it is followed by spans");
    let commands: Vec<Shown> = tour(by_hand);
    assert_eq!(commands.len(), 6, "what the guide shows of it");
    for Shown { command, .. } in commands {
        let id = environment.run(["list", "--output", "json"]).stdout;
        let id = id.split('"').nth(3).unwrap_or_default().to_owned();
        let arguments = command.split_whitespace().skip(1);
        let arguments = arguments.map(|word| if word == "ID" { &*id } else { word });
        let output = environment.run(arguments).expect(exit::SUCCESS);
        if command.starts_with("docmill show") {
            assert!(output.stdout.contains("2025"), "{}", output.stdout);
            assert!(output.stdout.contains("analyze-years"), "{}", output.stdout);
        }
    }
}
