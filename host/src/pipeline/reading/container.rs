//! Takes a container apart on a thread of its own and hands its members over, each under a name
//! that no other has.

use std::collections::HashSet;
use std::sync::mpsc::{SyncSender, sync_channel};

use super::reader::Sinks;
use super::source::Source;
use crate::capabilities::{Allowance, Member, MemberSink, Refused};
use crate::model::{DocumentId, SourceName};

/// How taking a container apart ended.
pub(in crate::pipeline) struct TakenApart<T> {
    /// What unpacking came to.
    pub(in crate::pipeline) unpacked: T,
    /// The names of the members that came out of it, as ids to save memory.
    pub(in crate::pipeline) names: HashSet<DocumentId>,
    /// Whether every one of them was wanted.
    pub(in crate::pipeline) is_whole: bool,
}

/// Runs `unpack` on a thread of its own and hands over what it puts into the sinks it is given, in
/// order: `each` takes one member, and tells whether it wants more. Whoever unpacks waits
/// meanwhile, with one more member in hand.
pub(in crate::pipeline) fn take_apart<T: Send>(
    container: &Source,
    largest: u64,
    unpack: impl FnOnce(Sinks<'_>) -> T + Send,
    mut each: impl FnMut(SourceName, Member) -> bool,
) -> TakenApart<T> {
    let (sender, members) = sync_channel(1);
    let allowance = container.allowance(largest);
    std::thread::scope(|scope| {
        let unpacking = scope.spawn(move || {
            // Gone when unpacking has ended: nothing more can come then.
            let sender = sender;
            let sink = || -> Box<dyn MemberSink> {
                Box::new(Sink { members: sender.clone(), allowance: allowance.clone() })
            };
            unpack(&sink)
        });
        let mut names = HashSet::new();
        let mut is_whole = true;
        for (index, mut member) in (0_u64..).zip(&members) {
            if member.name.is_empty() {
                member.name = stem(&container.info.name);
            }
            let name = member_name(&container.info.name, &member.name, index, &mut names);
            if !each(name, member) {
                is_whole = false;
                break;
            }
        }
        // The next member is refused, which ends the unpacker.
        drop(members);
        let unpacked = unpacking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        TakenApart { unpacked, names, is_whole }
    })
}

/// Hands members from the thread that unpacks to the one that processes, and holds the container to
/// its limits.
struct Sink {
    members: SyncSender<Member>,
    allowance: Allowance,
}

impl MemberSink for Sink {
    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        self.allowance.count(bytes)
    }

    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        self.members.send(member).map_err(|_| Refused::Interrupted)
    }
}

/// What the only file in a compressed one is called, if that has no name for it: as its container,
/// without the last extension.
fn stem(container: &SourceName) -> String {
    // As it is, and not as it is shown.
    let last = container.members().last().unwrap_or_else(|| container.path());
    let last = String::from_utf8_lossy(&last.unwrap_or_default()).into_owned();
    let last = last.rsplit('/').next().unwrap_or_default();
    last.rsplit_once('.').map_or("", |(stem, _)| stem).to_owned()
}

/// The name of a member, unique within its container and no longer than a name may be.
fn member_name(
    container: &SourceName,
    member: &str,
    index: u64,
    seen: &mut HashSet<DocumentId>,
) -> SourceName {
    let mut is_new = |name: &SourceName| seen.insert(DocumentId::of(name, 0));
    if let Ok(name) = container.member(member.as_bytes())
        && is_new(&name)
    {
        return name;
    }
    // Empty, too long, or taken: the place in the container tells it apart. A member may be called
    // like another and its place.
    (0_u32..)
        .map(|time| match time {
            0 => container.numbered_member(member.as_bytes(), &index.to_string()),
            _ => container.numbered_member(member.as_bytes(), &format!("{index}.{time}")),
        })
        .find(is_new)
        .unwrap_or_else(|| unreachable!("of all these names one is new"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_get_names_of_their_own() {
        let container = SourceName::new("a.zip").unwrap();
        let mut seen = HashSet::new();
        let mut check = |member: &str, index, expected: &str| {
            assert_eq!(member_name(&container, member, index, &mut seen).as_str(), expected);
        };
        check("x/y.txt", 0, "a.zip!/x/y.txt");
        check("x/y.txt", 1, "a.zip!/x/y.txt#1");
        check("", 2, "a.zip!/#2");
        check(&"é".repeat(3_000), 3, &format!("a.zip!/{}#3", "é".repeat(1_997)));
        check("x/y.txt#5", 4, "a.zip!/x/y.txt#5");
        check("x/y.txt", 5, "a.zip!/x/y.txt#5.1");
    }

    #[test]
    fn what_has_no_name_is_called_as_its_container_without_the_extension() {
        let stem_of = |name: &str| stem(&SourceName::new(name).unwrap());
        assert_eq!(stem_of("in/news.csv.gz"), "news.csv");
        assert_eq!(stem_of("a.zip!/b.xz"), "b");
        assert_eq!(stem_of(r"in/a\\b.gz"), r"a\b");
        assert_eq!(stem_of("in.d/news"), "");
        assert_eq!(stem_of("in/.gz"), "");
    }

    #[test]
    fn a_member_is_never_called_like_its_container() {
        let containers = ["a", "b"].map(|end| format!("{}{end}", "x".repeat(4_095)));
        let names = containers.map(|container| {
            let container = SourceName::new(container).unwrap();
            let mut seen = HashSet::new();
            ["", "y", "y"].map(|member| member_name(&container, member, 7, &mut seen).to_string())
        });
        let different: HashSet<&String> = names.iter().flatten().collect();
        assert_eq!(different.len(), 6, "{names:#?}");
        assert!(names.iter().flatten().all(|name| name.contains("!/")), "{names:#?}");
    }
}
