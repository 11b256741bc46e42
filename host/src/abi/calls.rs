//! What every import does, whatever the track of the contract: it counts, holds `describe` to its
//! promise, and asks a capability.

use std::sync::Arc;

use wasmtime::Result;
use wasmtime::component::Resource;

use super::check;
use super::content::Content;
use crate::capabilities::{
    Allowance, Blob, Member, MemberSink, Occurrence, SourceBytes, Spool, Table,
};
use crate::model::{Annotation, Attribute, Clause, Label, LogLevel, MediaType};
use crate::sandbox::{BrokenPromise, Fault, Inputs, State};

/// A table while a guest holds a handle to it.
pub type LentTable = Arc<Table>;

/// What is known of a member before its content, as a plugin words it.
pub(super) struct MemberHead {
    pub(super) name: String,
    pub(super) media_type: Option<String>,
    pub(super) attributes: Vec<Attribute>,
}

/// The same, once it was checked.
struct CheckedHead {
    name: String,
    media_type: Option<MediaType>,
    attributes: Vec<Attribute>,
}

/// A member that is being written.
pub struct OpenMember {
    head: CheckedHead,
    spool: Spool,
}

impl State {
    /// Every import begins with this.
    fn enter(&mut self, interface: &'static str) -> Result<()> {
        self.host_calls += 1;
        self.called(interface);
        if self.sealed {
            let what = "it called the host while describing itself".to_owned();
            return Err(BrokenPromise { what, clause: Clause::DESCRIBE_SEALED }.into());
        }
        Ok(())
    }

    /// Takes back what a guest held a handle to.
    pub(super) fn give_back<T: 'static>(&mut self, handle: Resource<T>) -> Result<()> {
        self.handles.delete(handle)?;
        Ok(())
    }
}

// log

impl State {
    pub(super) fn log<'a>(
        &mut self,
        level: LogLevel,
        message: &str,
        fields: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<()> {
        self.enter("log")?;
        self.log.write(level, message, fields);
        Ok(())
    }
}

// config

impl State {
    pub(super) fn setting(&mut self, key: &str) -> Result<Option<&str>> {
        self.enter("config")?;
        let value = self.inputs.settings.get(key);
        self.bytes_in += value.content();
        Ok(value)
    }
}

// lookup

impl State {
    pub(super) fn open_table(&mut self, name: &str) -> Result<Option<Resource<LentTable>>> {
        self.enter("lookup")?;
        let table = self.inputs.tables.get(name).map(Arc::clone);
        Ok(table.map(|table| self.handles.push(table)).transpose()?)
    }

    pub(super) fn table_size(&mut self, table: &Resource<LentTable>) -> Result<u64> {
        self.enter("lookup")?;
        Ok(self.handles.get(table)?.size())
    }

    pub(super) fn table_value(
        &mut self,
        table: &Resource<LentTable>,
        key: &str,
    ) -> Result<Option<&str>> {
        self.enter("lookup")?;
        let value = self.handles.get(table)?.get(key);
        self.bytes_in += value.content();
        Ok(value)
    }

    pub(super) fn table_values(
        &mut self,
        table: &Resource<LentTable>,
        keys: &[String],
    ) -> Result<Vec<Option<&str>>> {
        self.enter("lookup")?;
        let values = self.handles.get(table)?.get_many(keys)?;
        self.bytes_in += values.content();
        Ok(values)
    }

    pub(super) fn table_entries(
        &mut self,
        table: &Resource<LentTable>,
        start: u64,
        count: u32,
    ) -> Result<Vec<(&str, &str)>> {
        self.enter("lookup")?;
        let entries: Vec<_> = self.handles.get(table)?.page(start, count).collect();
        self.bytes_in +=
            entries.iter().map(|(key, value)| key.content() + value.content()).sum::<u64>();
        Ok(entries)
    }

    pub(super) fn find_in_table(
        &mut self,
        table: &Resource<LentTable>,
        text: &str,
    ) -> Result<Vec<Occurrence<'_>>> {
        self.enter("lookup")?;
        // What finds the keys is built once, and takes no plugin's time.
        let begun = self.now();
        let prepared = self.handles.get(table)?.prepare();
        self.pause_since(begun);
        prepared?;
        let found = self.handles.get(table)?.find(text)?;
        self.bytes_in += found.iter().map(|it| it.value.content()).sum::<u64>();
        Ok(found)
    }
}

// sources

impl State {
    /// Makes a source reachable for the duration of the call. The guest gets a borrow, and the
    /// table is dropped with the store.
    pub(super) fn lend(&mut self, source: SourceBytes) -> Result<Resource<SourceBytes>> {
        Ok(self.handles.push(source)?)
    }

    pub(super) fn source_media_type(&mut self, source: &Resource<SourceBytes>) -> Result<String> {
        self.enter("sources")?;
        let media_type = self.handles.get(source)?.media_type().to_string();
        self.bytes_in += media_type.content();
        Ok(media_type)
    }

    pub(super) fn source_size(&mut self, source: &Resource<SourceBytes>) -> Result<u64> {
        self.enter("sources")?;
        Ok(self.handles.get(source)?.size())
    }

    pub(super) fn source_attributes(
        &mut self,
        source: &Resource<SourceBytes>,
    ) -> Result<&[Attribute]> {
        self.enter("sources")?;
        let attributes = self.handles.get(source)?.attributes();
        self.bytes_in += attributes.content();
        Ok(attributes)
    }

    pub(super) fn read_source(
        &mut self,
        source: &Resource<SourceBytes>,
        offset: u64,
        length: u32,
    ) -> Result<Arc<[u8]>> {
        self.enter("sources")?;
        let bytes = self.handles.get(source)?.read(offset, length)?;
        self.bytes_in += bytes.len() as u64;
        self.moved_on();
        Ok(bytes)
    }
}

// members

impl State {
    pub(super) fn emit(&mut self, head: MemberHead, content: Vec<u8>) -> Result<()> {
        let size = content.len() as u64;
        self.bytes_out += size;
        let head = self.announce(head, size)?;
        self.hand_over(head, Blob::from(content))
    }

    pub(super) fn begin_member(&mut self, head: MemberHead) -> Result<Resource<OpenMember>> {
        let head = self.announce(head, 0)?;
        let spool = Spool::new(&self.spool);
        let member = self.handles.push(OpenMember { head, spool })?;
        self.open_member = Some(member.rep());
        Ok(member)
    }

    pub(super) fn write_member(
        &mut self,
        member: &Resource<OpenMember>,
        content: &[u8],
    ) -> Result<()> {
        self.enter("members")?;
        let size = content.len() as u64;
        self.bytes_out += size;
        sink(&mut self.inputs)?.count(size)?;
        let begun = self.now();
        let open = self.handles.get_mut(member)?;
        let written = open.spool.write(content);
        self.pause_since(begun);
        self.moved_on();
        Ok(written?)
    }

    pub(super) fn end_member(&mut self, member: Resource<OpenMember>) -> Result<()> {
        self.enter("members")?;
        let OpenMember { head, spool } = self.handles.delete(member)?;
        self.open_member = None;
        self.hand_over(head, spool.finish()?)
    }

    pub(super) fn drop_member(&mut self, member: Resource<OpenMember>) -> Result<()> {
        self.give_back(member)?;
        self.open_member = None;
        Ok(())
    }

    /// Forgets the member that a call before this one, in the same instance, left open when it
    /// ended in an error.
    pub(super) fn close_member(&mut self) -> Result<()> {
        match self.open_member.take() {
            Some(member) => self.give_back(Resource::<OpenMember>::new_own(member)),
            None => Ok(()),
        }
    }

    /// Checks and counts what is known of a member before its content, and so many bytes of that.
    fn announce(&mut self, head: MemberHead, content: u64) -> Result<CheckedHead> {
        self.enter("members")?;
        let MemberHead { name, media_type, attributes } = head;
        self.bytes_out += name.content() + media_type.content() + attributes.content();
        let sink = sink(&mut self.inputs)?;
        if self.open_member.is_some() {
            let what = "it hands over a member while another one is being written".to_owned();
            return Err(BrokenPromise { what, clause: Clause::ONE_MEMBER_AT_A_TIME }.into());
        }
        check::attributes(&attributes).map_err(thrown)?;
        sink.count(Allowance::of_head(&name, &attributes).saturating_add(content))?;
        // A container says what it likes about its members; a media type that is none is no reason
        // to lose one.
        let media_type = media_type.and_then(|claimed| MediaType::new(claimed).ok());
        Ok(CheckedHead { name, media_type, attributes })
    }

    /// Gives a member to whoever takes it, and the time that this takes back to the plugin.
    fn hand_over(&mut self, head: CheckedHead, content: Blob) -> Result<()> {
        let CheckedHead { name, media_type, attributes } = head;
        let member = Member { name, media_type, content, attributes };
        let begun = self.now();
        let accepted = sink(&mut self.inputs)?.accept(member);
        self.pause_since(begun);
        self.moved_on();
        self.members += u64::from(accepted.is_ok());
        Ok(accepted?)
    }
}

/// Where members go; only an unpacker has such a place.
fn sink(inputs: &mut Inputs) -> Result<&mut dyn MemberSink> {
    match inputs.members.as_mut() {
        Some(sink) => Ok(&mut **sink),
        None => {
            let what = "it emitted a member, and it is no unpacker".to_owned();
            Err(BrokenPromise { what, clause: Clause::UNPACKERS_EMIT }.into())
        }
    }
}

/// A fault that ends the call from within an import.
fn thrown(fault: Fault) -> wasmtime::Error {
    match fault {
        Fault::Broken { what, clause } => BrokenPromise { what, clause }.into(),
        Fault::Call(error) => error,
        Fault::Reported(reported) => wasmtime::Error::msg(reported.to_string()),
    }
}

// findings

impl State {
    pub(super) fn prior_labels(&mut self, classifier: &str) -> Result<Option<&[Label]>> {
        self.enter("findings")?;
        let labels = self.inputs.findings.labels(classifier);
        self.bytes_in += labels.content();
        Ok(labels)
    }

    pub(super) fn prior_annotations(&mut self, analyzer: &str) -> Result<Option<&[Annotation]>> {
        self.enter("findings")?;
        let annotations = self.inputs.findings.annotations(analyzer);
        self.bytes_in += annotations.content();
        Ok(annotations)
    }

    pub(super) fn prior_translation(
        &mut self,
        translator: &str,
        target: &str,
    ) -> Result<Option<&str>> {
        self.enter("findings")?;
        let translation = self.inputs.findings.translation(translator, target);
        self.bytes_in += translation.content();
        Ok(translation)
    }
}
