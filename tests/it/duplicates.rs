//! Documents of the same bytes, and of nearly the same words: told when they come in, and listed in
//! groups.

use docmill_tests::{TestEnv, exit, shipped};

const ARTICLE: &str = "Le port de la ville sera agrandi dès l’an prochain, a annoncé jeudi le conseil régional. Deux quais \
    nouveaux accueilleront des navires plus grands, et la voie ferrée qui mène aux entrepôts sera doublée sur douze \
    kilomètres. Les travaux doivent durer trois ans et coûter quatre-vingts millions d’euros, dont un tiers vient de \
    l’État. Les pêcheurs craignent pour leurs places d’amarrage ; le président du conseil promet qu’aucun bateau ne \
    devra partir avant que les nouveaux pontons soient prêts.\n";

const OTHER: &str = "Une troupe de marionnettistes parcourt cet été les villages de la vallée avec un spectacle sans \
    paroles. Les figures, taillées dans du bois flotté, racontent l’histoire d’un fleuve qui change de lit et d’une \
    famille qui le suit. Chaque représentation finit par un repas auquel tout le village est invité, et personne ne \
    paie : la quête de la fin suffit, disent les artistes, à nourrir les chevaux qui tirent les roulottes.\n";

/// Two of the same bytes, one of them under another headline, one other, and two that are too short
/// for a fingerprint.
fn environment() -> TestEnv {
    let env = TestEnv::new();
    let step = |plugin: &str| format!("[[step]]\nplugin = {:?}\n\n", shipped(plugin));
    env.write("docmill.toml", step("extract-text") + &step("analyze-fingerprint"));
    env.write("in/a.txt", ARTICLE);
    env.write("in/copy.txt", ARTICLE);
    env.write(
        "in/headline.txt",
        format!("Le port voit grand\n\n(Agence) – {ARTICLE}\nAgence, avec la rédaction\n"),
    );
    env.write("in/other.txt", OTHER);
    env.write("in/short-1.txt", "Fermé lundi.\n");
    env.write("in/short-2.txt", "Fermé lundi.\n");
    env
}

/// The names of the sources of each group, and what each has in common with the first.
fn groups(env: &TestEnv, arguments: &[&str]) -> Vec<Vec<(String, f64)>> {
    let listed = env.run(["list", "--output", "json"].iter().chain(arguments));
    let of_group = |group: serde_json::Value| {
        let documents = group["documents"].as_array().expect("a list").clone();
        documents
            .iter()
            .map(|it| {
                let name = it["source"].as_str().expect("a name").to_owned();
                assert_eq!(it["same_bytes"] == true, it["sha256"] == documents[0]["sha256"]);
                (name, it["alike"].as_f64().expect("a number"))
            })
            .collect()
    };
    let mut groups: Vec<Vec<_>> =
        listed.expect(exit::SUCCESS).events().into_iter().map(of_group).collect();
    groups.iter_mut().for_each(|it| it.sort_by(|one, other| one.0.cmp(&other.0)));
    groups.sort_by(|one, other| one[0].0.cmp(&other[0].0));
    groups
}

fn names(groups: &[Vec<(String, f64)>]) -> Vec<Vec<&str>> {
    groups.iter().map(|group| group.iter().map(|(name, _)| name.as_str()).collect()).collect()
}

#[test]
fn the_same_bytes_and_nearly_the_same_words_come_in_groups() {
    let env = environment();
    let told = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("6 documents added");
    let _ = told.says("2 sources of the same bytes as another");
    let found = groups(&env, &["--duplicates"]);
    let port = ["in/a.txt", "in/copy.txt", "in/headline.txt"];
    let short = ["in/short-1.txt", "in/short-2.txt"];
    assert_eq!(names(&found), [port.to_vec(), short.to_vec()]);
    let alike: Vec<f64> = found[0].iter().map(|(_, alike)| *alike).collect();
    assert!(alike.iter().all(|it| *it > 0.6) && alike.iter().any(|it| *it < 1.0), "{alike:?}");
    // Only the same words; and of those that another option names.
    let found = groups(&env, &["--duplicates=0.99"]);
    assert_eq!(names(&found), [port[..2].to_vec(), short.to_vec()]);
    assert_eq!(names(&groups(&env, &["--duplicates", "--source", "short"])), [short.to_vec()]);
    assert_eq!(groups(&env, &["--duplicates", "--limit", "1"]).len(), 1);
    let shown = env.run(["list", "--duplicates"]).expect(exit::SUCCESS);
    let shown = shown.says("2 groups among 6 documents").stdout;
    for words in ["bytes", " %", "in/headline.txt"] {
        assert!(shown.contains(words), "{shown}");
    }
    let _ = env.run(["list", "--duplicates", "--fields", "title"]).expect(exit::USAGE);
    let _ = env.run(["list", "--duplicates=2"]).expect(exit::USAGE);
}

#[test]
fn where_nobody_takes_fingerprints_only_bytes_are_compared_and_that_is_told() {
    let env = environment();
    env.write("docmill.toml", format!("[[step]]\nplugin = {:?}\n", shipped("extract-text")));
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    assert_eq!(groups(&env, &["--duplicates"]).len(), 2);
    let told = env.run(["list", "--duplicates"]).expect(exit::SUCCESS);
    let _ = told.says("no document has a fingerprint");
    // What comes in again is no copy of itself, and what changes is one of what it changes to.
    let again = env.run(["ingest", "in"]).expect(exit::SUCCESS);
    assert!(!again.stderr.contains("same bytes"), "{}", again.stderr);
    env.write("in/other.txt", ARTICLE);
    let _ = env.run(["ingest", "in"]).expect(exit::SUCCESS).says("1 source of the same bytes");
}
