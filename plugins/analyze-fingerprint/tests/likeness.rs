//! What becomes of articles on their way through newsrooms, and of different articles on one
//! subject.
//!
//! `DOCMILL_TEXTS=FILE cargo test -p analyze-fingerprint --test likeness -- --nocapture` measures
//! on texts of your own besides: one JSON object a line with `text`, and perhaps `main`, what it is
//! about.

#![expect(clippy::print_stdout, reason = "what was measured is printed")]

use std::path::Path;

use analyze_fingerprint::fingerprint;
use docmill_plugin::Document;

/// What another newsroom puts beneath every article.
const BOILERPLATE: &str = "\n\nÀ lire aussi : toutes les nouvelles de la semaine en un coup d’œil.\n\nAbonnez-vous à notre lettre du matin \
    et recevez chaque jour une sélection de nos articles, choisis par la rédaction. Vous pouvez vous désabonner à tout moment.\n\n\
    Suivez-nous sur les réseaux sociaux. Toute reproduction, même partielle, est interdite sans l’accord écrit de l’éditeur. \
    Mentions légales, conditions générales, publicité, contact, plan du site, archives, recrutement.";

const HEADLINE: &str = "Ce qu’il faut retenir de l’annonce d’hier, en cinq points\n\nPar la rédaction, avec l’agence\n\n";

/// What happens to a text, and what it is called.
type Alteration = (&'static str, fn(&str) -> String);

const ALTERATIONS: &[Alteration] = &[
    ("another headline", |text| format!("{HEADLINE}{}", without_first(text))),
    ("place and signature of an agency", |text| {
        format!(
            "HANOÏ, 12 octobre (Agence) – {text}\n\n(Agence) – jd/mpa, avec les correspondants en région"
        )
    }),
    ("boilerplate beneath", |text| format!("{text}{BOILERPLATE}")),
    ("cut to 60 %", |text| beginning(text, 60)),
    ("every tenth sentence left out", |text| {
        let sentences = text.split_inclusive(". ").enumerate();
        sentences.filter(|(number, _)| number % 10 != 4).map(|(_, it)| it).collect()
    }),
    ("every 25th word another", |text| {
        let words = text.split(' ').enumerate();
        let word = |(number, it)| if number % 25 == 7 { "autrement" } else { it };
        words.map(word).collect::<Vec<_>>().join(" ")
    }),
    ("another headline, cut to 70 %, signature and boilerplate", |text| {
        format!("{HEADLINE}{}\n\n(Agence){BOILERPLATE}", beginning(&without_first(text), 70))
    }),
];

fn without_first(text: &str) -> String {
    text.split_once("\n\n").map_or("", |(_, rest)| rest).to_owned()
}

fn beginning(text: &str, percent: usize) -> String {
    text[..text.floor_char_boundary(text.len() * percent / 100)].to_owned()
}

fn alike(one: &str, other: &str) -> f64 {
    let (one, other) = (one.split(' '), other.split(' '));
    one.zip(other).filter(|(one, other)| one == other).count() as f64 / 128.0
}

fn of(text: &str) -> Option<String> {
    fingerprint(&Document::new(text))
}

fn seeds() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds/documents");
    let entries = std::fs::read_dir(folder).expect("the seeds are there");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("a seed is a text")).collect()
}

#[test]
fn an_article_is_known_again_whatever_a_newsroom_does_with_it() {
    let seeds = seeds();
    assert!(seeds.len() >= 5);
    for (index, seed) in seeds.iter().enumerate() {
        let own = of(seed).expect("a seed has a fingerprint");
        for (name, alter) in ALTERATIONS {
            let altered = of(&alter(seed)).expect("it is long enough");
            let alike = alike(&own, &altered);
            assert!(alike >= 0.4, "seed {index}, {name}: {alike}");
        }
    }
}

#[test]
fn articles_on_one_subject_are_told_apart() {
    let seeds: Vec<String> = seeds().iter().map(|seed| of(seed).expect("it has one")).collect();
    for (index, one) in seeds.iter().enumerate() {
        for (other_index, other) in seeds.iter().enumerate().skip(index + 1) {
            let alike = alike(one, other);
            assert!(alike < 0.2, "seeds {index} and {other_index}: {alike}");
        }
    }
    // The same boilerplate beneath short articles is not an article.
    let short = |text: &str| of(&format!("{text}{BOILERPLATE}")).expect("it is long enough");
    let one = "Le ministre de l’Industrie visite aujourd’hui trois usines de la province de Bac Ninh, où il rencontrera \
        des entreprises étrangères et les autorités locales avant de prononcer un discours sur les investissements.";
    let other = "Une tempête a touché terre dans la nuit au nord du pays. Les écoles restent fermées, plusieurs routes sont \
        coupées et l’armée aide à mettre des habitants à l’abri, selon les services de secours de la région.";
    assert!(alike(&short(one), &short(other)) < 0.7, "{}", alike(&short(one), &short(other)));
}

#[test]
fn measured_on_texts_of_your_own() {
    let Some(file) = std::env::var_os("DOCMILL_TEXTS") else { return };
    let lines = std::fs::read_to_string(file).expect("the texts can be read");
    let field = |line: &str, name: &str| {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        value[name].as_str().map(str::to_owned)
    };
    let texts: Vec<(String, Option<String>)> = lines
        .lines()
        .filter_map(|line| Some((field(line, "text")?, field(line, "main"))))
        .filter(|(text, _)| text.len() >= 600)
        .collect();
    let begun = std::time::Instant::now();
    let own: Vec<String> = texts.iter().filter_map(|(text, _)| of(text)).collect();
    let bytes: usize = texts.iter().map(|(text, _)| text.len()).sum();
    println!("{} texts, {bytes} bytes, {:?}", own.len(), begun.elapsed());
    assert_eq!(own.len(), texts.len(), "all of these are long enough");
    let thresholds = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
    let mut found_of_all = [0; 6];
    for (name, alter) in ALTERATIONS {
        let altered: Vec<f64> = (texts.iter().zip(&own))
            .map(|((text, _), own)| of(&alter(text)).map_or(0.0, |it| alike(own, &it)))
            .collect();
        let found = thresholds.map(|least| altered.iter().filter(|it| **it >= least).count());
        (0..6).for_each(|index| found_of_all[index] += found[index]);
        let recall = found.map(|it| format!("{:.3}", it as f64 / altered.len() as f64));
        println!("recall at {thresholds:?}, {name}: {}", recall.join(" "));
    }
    let (mut pairs, mut same_subject, mut wrong, mut wrong_of_subject) =
        (0_u64, 0_u64, [0; 6], [0; 6]);
    for index in 0..own.len() {
        for other in index + 1..own.len() {
            let is_of_subject = texts[index].1.as_deref().is_some_and(|it| it != "none")
                && texts[index].1 == texts[other].1;
            pairs += 1;
            same_subject += u64::from(is_of_subject);
            let alike = alike(&own[index], &own[other]);
            if alike >= 0.4 {
                let shown = |at: usize| texts[at].0.chars().take(60).collect::<String>();
                println!("{alike:.2}: {:?} and {:?}", shown(index), shown(other));
            }
            for (at, least) in thresholds.iter().enumerate() {
                wrong[at] += u64::from(alike >= *least);
                wrong_of_subject[at] += u64::from(alike >= *least && is_of_subject);
            }
        }
    }
    println!(
        "of {pairs} pairs of different texts alike: {wrong:?}; of {same_subject} on one subject: {wrong_of_subject:?}"
    );
    let precision = (0..6).map(|at| {
        format!("{:.4}", found_of_all[at] as f64 / (found_of_all[at] as u64 + wrong[at]) as f64)
    });
    println!("precision over both: {}", precision.collect::<Vec<_>>().join(" "));
}
