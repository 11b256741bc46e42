//! What a guest of this track may call: each function converts, and leaves what it does to
//! [`crate::abi::calls`].

use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker, Resource};

use super::bindings::{RELEASE, config, findings, log, lookup, members, sources, types};
use super::convert;
use crate::abi::PACKAGE;
use crate::abi::calls::{LentTable, MemberHead, OpenMember};
use crate::capabilities::SourceBytes;
use crate::sandbox::State;

pub(super) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    fn own(state: &mut State) -> &mut State {
        state
    }
    types::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    log::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    config::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    lookup::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    sources::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    members::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    findings::add_to_linker::<_, HasSelf<State>>(linker, own)?;
    share_reads(linker)
}

/// Takes the place of the `read` that wasmtime generates, which returns a `Vec`: every source would
/// be copied for it once more.
fn share_reads(linker: &mut Linker<State>) -> Result<()> {
    let (_, version) = RELEASE.rsplit_once('/').unwrap_or_default();
    linker.allow_shadowing(true);
    linker.instance(&format!("{PACKAGE}/sources@{version}"))?.func_wrap(
        "[method]source.read",
        |mut store, (source, offset, length): (Resource<SourceBytes>, u64, u32)| {
            let state: &mut State = store.data_mut();
            Ok((state.read_source(&source, offset, length)?,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

impl types::Host for State {}

impl log::Host for State {
    fn write(
        &mut self,
        level: log::Level,
        message: String,
        fields: Vec<types::Attribute>,
    ) -> Result<()> {
        let fields = fields.iter().map(|field| (field.name.as_str(), field.value.as_str()));
        self.log(convert::level(level), &message, fields)
    }
}

impl config::Host for State {
    fn get(&mut self, key: String) -> Result<Option<String>> {
        Ok(self.setting(&key)?.map(str::to_owned))
    }
}

impl lookup::Host for State {
    fn open(&mut self, name: String) -> Result<Option<Resource<LentTable>>> {
        self.open_table(&name)
    }
}

impl lookup::HostTable for State {
    fn size(&mut self, table: Resource<LentTable>) -> Result<u64> {
        self.table_size(&table)
    }

    fn get(&mut self, table: Resource<LentTable>, key: String) -> Result<Option<String>> {
        Ok(self.table_value(&table, &key)?.map(str::to_owned))
    }

    fn get_many(
        &mut self,
        table: Resource<LentTable>,
        keys: Vec<String>,
    ) -> Result<Vec<Option<String>>> {
        let values = self.table_values(&table, &keys)?;
        Ok(values.into_iter().map(|value| value.map(str::to_owned)).collect())
    }

    fn entries(
        &mut self,
        table: Resource<LentTable>,
        start: u64,
        count: u32,
    ) -> Result<Vec<lookup::Entry>> {
        let entries = self.table_entries(&table, start, count)?;
        Ok(entries.into_iter().map(convert::entry).collect())
    }

    fn find(
        &mut self,
        table: Resource<LentTable>,
        text: String,
    ) -> Result<Vec<lookup::Occurrence>> {
        let found = self.find_in_table(&table, &text)?;
        Ok(found.into_iter().map(convert::occurrence).collect())
    }

    fn drop(&mut self, table: Resource<LentTable>) -> Result<()> {
        self.give_back(table)
    }
}

impl sources::Host for State {}

impl sources::HostSource for State {
    fn media_type(&mut self, source: Resource<SourceBytes>) -> Result<String> {
        self.source_media_type(&source)
    }

    fn size(&mut self, source: Resource<SourceBytes>) -> Result<u64> {
        self.source_size(&source)
    }

    fn attributes(&mut self, source: Resource<SourceBytes>) -> Result<Vec<types::Attribute>> {
        Ok(convert::attributes_to_wit(self.source_attributes(&source)?))
    }

    fn read(&mut self, source: Resource<SourceBytes>, offset: u64, length: u32) -> Result<Vec<u8>> {
        // The trait asks for this; guests get what `share_reads` links in its place.
        Ok(self.read_source(&source, offset, length)?.to_vec())
    }

    fn drop(&mut self, source: Resource<SourceBytes>) -> Result<()> {
        self.give_back(source)
    }
}

impl members::Host for State {
    fn emit(&mut self, member: members::Member) -> Result<()> {
        let members::Member { name, media_type, content, attributes } = member;
        let attributes = convert::attributes(attributes);
        self.emit(MemberHead { name, media_type, attributes }, content)
    }

    fn begin(
        &mut self,
        name: String,
        media_type: Option<String>,
        attributes: Vec<types::Attribute>,
    ) -> Result<Resource<OpenMember>> {
        let attributes = convert::attributes(attributes);
        self.begin_member(MemberHead { name, media_type, attributes })
    }

    fn end(&mut self, member: Resource<OpenMember>) -> Result<()> {
        self.end_member(member)
    }
}

impl members::HostMemberWriter for State {
    fn write(&mut self, member: Resource<OpenMember>, content: Vec<u8>) -> Result<()> {
        self.write_member(&member, &content)
    }

    fn drop(&mut self, member: Resource<OpenMember>) -> Result<()> {
        self.drop_member(member)
    }
}

impl findings::Host for State {
    fn labels(&mut self, classifier: String) -> Result<Option<Vec<types::Label>>> {
        let labels = self.prior_labels(&classifier)?;
        Ok(labels.map(|labels| labels.iter().map(convert::label_to_wit).collect()))
    }

    fn annotations(&mut self, analyzer: String) -> Result<Option<Vec<types::Annotation>>> {
        let annotations = self.prior_annotations(&analyzer)?;
        Ok(annotations.map(|all| all.iter().map(convert::annotation_to_wit).collect()))
    }

    fn translation(&mut self, translator: String, target: String) -> Result<Option<String>> {
        Ok(self.prior_translation(&translator, &target)?.map(str::to_owned))
    }
}
