//! Version 1 of a source.
//!
//! **Nothing in here may change**, for the reasons given in the module above.

use serde::Deserialize;

use super::{
    Attribute, DigestBytes, EarlyId, Id, RecordError, Result, SourceState, early_name, maybe, name,
    read_attributes,
};
use crate::model;

#[derive(Deserialize)]
pub(in crate::store::record) struct Source<'a> {
    name: &'a str,
    media_type: &'a str,
    size: u64,
    digest: DigestBytes,
    container: Option<&'a str>,
    #[serde(borrow)]
    attributes: Vec<Attribute<'a>>,
    version: u32,
    state: SourceState,
    pipeline: DigestBytes,
    documents: Vec<EarlyId>,
    run: u64,
}

impl TryFrom<Source<'_>> for model::StoredSource {
    type Error = RecordError;

    fn try_from(source: Source<'_>) -> Result<model::StoredSource> {
        Ok(model::StoredSource {
            info: model::SourceInfo {
                name: early_name(source.name)?,
                media_type: name(model::MediaType::new(source.media_type))?,
                size: source.size,
                digest: model::Digest::from_bytes(source.digest),
                container: maybe(source.container, early_name)?,
                attributes: read_attributes(source.attributes),
            },
            version: source.version,
            state: source.state.into(),
            pipeline: model::Digest::from_bytes(source.pipeline),
            documents: source.documents.into_iter().map(Id::read).collect(),
            run: model::RunId(source.run),
            retired: false,
            is_copied: true,
        })
    }
}
