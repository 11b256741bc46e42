//! What a guest of the other track may call.

use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker, Resource};

use super::bindings::{host, types};
use super::convert;
use crate::abi::calls::MemberHead;
use crate::capabilities::SourceBytes;
use crate::sandbox::State;

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    fn own(state: &mut State) -> &mut State {
        state
    }
    types::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    host::add_to_linker::<_, HasSelf<State>>(linker, own)
}

impl types::Host for State {}

impl host::Host for State {
    fn say(&mut self, urgency: u8, words: String) -> Result<()> {
        self.log(convert::level(urgency), &words, std::iter::empty())
    }

    fn settings(&mut self, keys: Vec<String>) -> Result<Vec<Option<String>>> {
        keys.iter().map(|key| Ok(self.setting(key)?.map(str::to_owned))).collect()
    }

    fn word(&mut self, table: String, key: String) -> Result<Option<String>> {
        let Some(table) = self.open_table(&table)? else { return Ok(None) };
        let word = self.table_value(&table, &key)?.map(str::to_owned);
        self.give_back(table)?;
        Ok(word)
    }

    fn found(&mut self, analyzer: String) -> Result<Vec<types::Annotation>> {
        let found = self.prior_annotations(&analyzer)?;
        Ok(found.unwrap_or_default().iter().map(convert::annotation_to_wit).collect())
    }

    fn hand_over(
        &mut self,
        name: String,
        content: Vec<u8>,
        about: Vec<types::Attribute>,
    ) -> Result<()> {
        let attributes = convert::attributes(about);
        self.emit(MemberHead { name, media_type: None, attributes }, content)
    }
}

impl host::HostInput for State {
    fn about(&mut self, input: Resource<SourceBytes>) -> Result<Vec<types::Attribute>> {
        Ok(convert::attributes_to_wit(self.source_attributes(&input)?))
    }

    fn size(&mut self, input: Resource<SourceBytes>) -> Result<u64> {
        self.source_size(&input)
    }

    fn bytes(&mut self, input: Resource<SourceBytes>, offset: u64, length: u64) -> Result<Vec<u8>> {
        let length = u32::try_from(length).unwrap_or(u32::MAX);
        Ok(self.read_source(&input, offset, length)?.to_vec())
    }

    fn drop(&mut self, input: Resource<SourceBytes>) -> Result<()> {
        self.give_back(input)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::abi::v0_1::bindings as first;
    use crate::capabilities::{Allowance, Member, MemberSink, Refused, Table};
    use crate::model::{Clause, Limits, MediaType};
    use crate::sandbox::{BrokenPromise, Clock, Inputs, Sandbox, SandboxOptions};

    struct Taken(Arc<Mutex<Vec<Member>>>, Allowance);

    impl MemberSink for Taken {
        fn count(&mut self, bytes: u64) -> Result<(), Refused> {
            self.1.count(bytes)
        }

        fn accept(&mut self, member: Member) -> Result<(), Refused> {
            self.0.lock().unwrap().push(member);
            Ok(())
        }
    }

    /// What a plugin is granted, and where its members go.
    fn granted(allowance: u64) -> (State, Arc<Mutex<Vec<Member>>>) {
        let taken = Arc::default();
        let table = Table::new([("a".to_owned(), "one".to_owned())].into());
        let inputs = Inputs {
            settings: Arc::new([("depth".to_owned(), "3".to_owned())].into_iter().collect()),
            tables: Arc::new([("words".to_owned(), Arc::new(table))].into()),
            members: Some(Box::new(Taken(Arc::clone(&taken), Allowance::of(allowance)))),
            ..Inputs::default()
        };
        let folder = Arc::from(std::env::temp_dir());
        let limits = Limits::default();
        (State::new(inputs, &limits, false, folder, Clock::default()), taken)
    }

    fn counted(state: &State) -> (u64, u64, u64) {
        (state.host_calls, state.bytes_in, state.bytes_out)
    }

    fn clause(error: &wasmtime::Error) -> &'static str {
        error.downcast_ref::<BrokenPromise>().map_or("none", |it| it.clause.id)
    }

    #[test]
    fn an_import_does_and_counts_the_same_on_both_tracks() {
        let (mut one, of_one) = granted(1 << 20);
        let (mut other, of_other) = granted(1 << 20);
        let attribute = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let wit = |(name, value)| first::types::Attribute { name, value };

        first::log::Host::write(&mut one, first::log::Level::Info, "hm".into(), vec![]).unwrap();
        host::Host::say(&mut other, 0, "hm".into()).unwrap();
        let depth = first::config::Host::get(&mut one, "depth".into()).unwrap();
        let keys = vec!["depth".to_owned()];
        assert_eq!(host::Host::settings(&mut other, keys).unwrap(), [depth]);

        let table = first::lookup::Host::open(&mut one, "words".into()).unwrap().unwrap();
        let word = first::lookup::HostTable::get(&mut one, table, "a".into()).unwrap();
        assert_eq!(host::Host::word(&mut other, "words".into(), "a".into()).unwrap(), word);

        let source = || {
            let bytes = Arc::from(&b"0123456789"[..]);
            let said = vec![crate::model::Attribute { name: "title".into(), value: "A".into() }];
            SourceBytes::new(MediaType::new("text/plain").unwrap(), bytes).with_attributes(said)
        };
        let (lent, lent_other) = (one.lend(source()).unwrap(), other.lend(source()).unwrap());
        let again = |it: &Resource<SourceBytes>| Resource::new_borrow(it.rep());
        let read = first::sources::HostSource::read(&mut one, again(&lent), 8, 9).unwrap();
        assert_eq!(host::HostInput::bytes(&mut other, again(&lent_other), 8, 9).unwrap(), read);
        let said = first::sources::HostSource::attributes(&mut one, lent).unwrap();
        let about = host::HostInput::about(&mut other, lent_other).unwrap();
        assert_eq!(about, [(said[0].name.clone(), said[0].value.clone())]);

        let title = attribute("title", "B");
        let member = first::members::Member {
            name: "a".into(),
            media_type: None,
            content: b"xyz".to_vec(),
            attributes: vec![wit(title.clone())],
        };
        first::members::Host::emit(&mut one, member).unwrap();
        host::Host::hand_over(&mut other, "a".into(), b"xyz".to_vec(), vec![title]).unwrap();
        assert_eq!(counted(&one), counted(&other));
        let taken = |taken: &Mutex<Vec<Member>>| format!("{:?}", taken.lock().unwrap());
        assert_eq!(taken(&of_one), taken(&of_other));
    }

    #[test]
    fn an_import_refuses_the_same_on_both_tracks() {
        let bad = first::types::Attribute { name: "Not kebab".into(), value: String::new() };
        let member = |name: &str, attributes| first::members::Member {
            name: name.into(),
            media_type: None,
            content: Vec::new(),
            attributes,
        };
        let (mut one, mut other) = (granted(1 << 20).0, granted(1 << 20).0);
        let by_one = first::members::Host::emit(&mut one, member("a", vec![bad])).unwrap_err();
        let about = vec![("Not kebab".to_owned(), String::new())];
        let by_other = host::Host::hand_over(&mut other, "a".into(), vec![], about).unwrap_err();
        assert_eq!((clause(&by_one), clause(&by_other)), (Clause::NAMES.id, Clause::NAMES.id));

        // A name counts as what it takes.
        let (mut one, mut other) = (granted(8 << 10).0, granted(8 << 10).0);
        let name = "n".repeat(9 << 10);
        let by_one = first::members::Host::emit(&mut one, member(&name, vec![])).unwrap_err();
        let by_other = host::Host::hand_over(&mut other, name, vec![], vec![]).unwrap_err();
        assert!(by_one.is::<Refused>() && by_other.is::<Refused>());

        for state in [&mut one, &mut other] {
            state.sealed = true;
        }
        let by_one = first::config::Host::get(&mut one, "depth".into()).unwrap_err();
        let by_other = host::Host::settings(&mut other, vec!["depth".into()]).unwrap_err();
        assert_eq!((clause(&by_one), clause(&by_other)), ("D-1", "D-1"));
    }

    /// As a component that was built for both tracks needs it.
    #[test]
    fn both_tracks_are_offered_side_by_side() {
        let options =
            SandboxOptions { concurrency: 1, pooling: false, ..SandboxOptions::default() };
        let sandbox = Sandbox::new(&options).unwrap();
        let mut linker = Linker::new(sandbox.engine());
        for track in crate::abi::TRACKS.iter().chain([&super::super::TRACK]) {
            (track.offer)(&mut linker).unwrap();
        }
    }
}
