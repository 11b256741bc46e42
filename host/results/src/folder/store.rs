//! What a run and whoever reads ask of a store, answered from a folder of results.

use std::collections::{BTreeMap, BTreeSet};

use docmill::model::{
    Cost, Digest, DocumentId, DocumentSummary, Failure, Finding, FindingSummary, History,
    PluginName, Run, RunId, SourceName, StoredDocument, StoredSource,
};
use docmill::store::{Commit, Keeping, Position, Store, StoreError};

use super::{GATHERING, GROUP, RUN, ResultFolder, checked, is_component, lock, missing};
use crate::error::ResultsError;
use crate::index::{By, id_of};
use crate::rows::{FailureRow, PartRow};
use crate::schema::Table;

impl Store for ResultFolder {
    fn keeping(&self) -> Keeping {
        Keeping { versions: false, group: GROUP, gathering: GATHERING }
    }

    fn begin_run(&self, _: &Run) -> Result<RunId, StoreError> {
        Ok(RUN)
    }

    fn finish_run(&self, _: &Run) -> Result<(), StoreError> {
        Ok(())
    }

    fn commit(&self, commits: &[Commit]) -> Result<(), StoreError> {
        Ok(self.write(commits)?)
    }

    fn keep(&self, parts: &[&[u8]]) -> Result<(), StoreError> {
        let mut known = lock(&self.parts);
        let mut rows: Vec<PartRow> = Vec::new();
        for part in parts.iter().filter(|part| !is_component(part)) {
            let digest = Digest::of(part);
            if known.contains_key(&digest) {
                continue;
            }
            known.insert(digest, Some(part.to_vec()));
            rows.push(PartRow { sha256: digest.to_string(), bytes: part.to_vec() });
        }
        Ok(self.files.write(&self.files.new_name(), &rows)?)
    }

    fn part(&self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let mut known = lock(&self.parts);
        match known.get(digest) {
            None => return Ok(None),
            Some(Some(bytes)) => return Ok(Some(bytes.clone())),
            Some(None) => {}
        }
        for file in lock(&self.part_files).iter() {
            let mut found = None;
            self.files.read(Table::Parts, file, None, None, |row: PartRow| {
                if row.sha256 == digest.to_string() {
                    found = Some(row.bytes);
                }
                Ok(())
            })?;
            let Some(bytes) = found else { continue };
            if Digest::of(&bytes) != *digest {
                let wrong = "a part does not have its digest";
                return Err(ResultsError::damaged(&format!("parts/{file}"), wrong).into());
            }
            known.insert(*digest, Some(bytes.clone()));
            return Ok(Some(bytes));
        }
        Ok(None)
    }

    fn parts_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Digest>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        let mut digests = self.part_digests();
        digests.retain(|digest| digest.to_string().starts_with(&prefix));
        digests.sort();
        digests.truncate(limit);
        Ok(digests)
    }

    fn source(&self, name: &SourceName) -> Result<Option<StoredSource>, StoreError> {
        Ok(self.source_by_id(&id_of(name))?)
    }

    fn sources(&self) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + '_> {
        let source = |id: DocumentId| self.source_by_id(&id).map_err(StoreError::from).transpose();
        Box::new(self.ids().into_iter().filter_map(source))
    }

    fn members<'a>(
        &'a self,
        container: &'a SourceName,
    ) -> Box<dyn Iterator<Item = Result<StoredSource, StoreError>> + 'a> {
        let members = self.known().members.get(&id_of(container)).cloned().unwrap_or_default();
        let source = |id: DocumentId| self.source_by_id(&id).map_err(StoreError::from).transpose();
        Box::new(members.into_iter().filter_map(source))
    }

    fn original(&self, _: &Digest) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(None)
    }

    fn has_original(&self, _: &Digest) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn document(
        &self,
        id: DocumentId,
        _: Option<u32>,
    ) -> Result<Option<StoredDocument>, StoreError> {
        let row = self.newest_document(&id)?;
        let document = row.map(|row| checked(row.model(Cost::default()), Table::Documents));
        Ok(document.transpose()?)
    }

    fn documents(&self) -> Box<dyn Iterator<Item = Result<StoredDocument, StoreError>> + '_> {
        Box::new(self.sources().flat_map(move |source| match source {
            Ok(source) => {
                let document = |id: &DocumentId| self.document(*id, None).transpose();
                source.documents.iter().filter_map(document).collect()
            }
            Err(error) => vec![Err(error)],
        }))
    }

    fn summaries(&self) -> Box<dyn Iterator<Item = Result<DocumentSummary, StoreError>> + '_> {
        Box::new(self.documents().map(move |document| {
            let document = document?;
            let source = self.source(&document.source)?.ok_or_else(|| missing(&document.id))?;
            let findings = self.findings(document.id, 1)?;
            let failures = self.failures_of(&document.source)?;
            Ok(DocumentSummary::of(&source, &document, &findings, &failures))
        }))
    }

    fn document_ids(&self, prefix: &str, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        let mut ids = BTreeSet::new();
        for source in self.sources() {
            ids.extend(source?.documents.iter().filter(|id| id.to_string().starts_with(&prefix)));
        }
        Ok(ids.into_iter().take(limit).collect())
    }

    fn findings(&self, id: DocumentId, _: u32) -> Result<Vec<Finding>, StoreError> {
        let Some(document) = self.document(id, None)? else { return Ok(Vec::new()) };
        let document = document.extracted.document;
        let text = document.digest();
        let mut findings = Vec::new();
        for (_, of, finding) in self.newest_results(&id)? {
            // Found in a text that the document no longer has.
            if of != text {
                continue;
            }
            if !finding.findings.fit(&document.text) {
                let wrong = "a result points out of its text";
                return Err(ResultsError::damaged(Table::Results.name(), wrong).into());
            }
            findings.push(finding);
        }
        Ok(findings)
    }

    fn finding_summaries(
        &self,
        id: DocumentId,
        version: u32,
    ) -> Result<Vec<FindingSummary>, StoreError> {
        Ok(self.findings(id, version)?.into_iter().map(FindingSummary::from).collect())
    }

    fn finding(
        &self,
        id: DocumentId,
        version: u32,
        step: &PluginName,
    ) -> Result<Option<Finding>, StoreError> {
        Ok(self.findings(id, version)?.into_iter().find(|finding| finding.step == *step))
    }

    fn history(&self, _: DocumentId, _: u32) -> Result<Vec<History>, StoreError> {
        Ok(Vec::new())
    }

    fn failures(&self) -> Box<dyn Iterator<Item = Result<Failure, StoreError>> + '_> {
        Box::new(self.sources().flat_map(move |source| {
            match source.and_then(|source| self.failures_of(&source.info.name)) {
                Ok(failures) => failures.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            }
        }))
    }

    /// Those that belong to the newest row of the source.
    fn failures_of(&self, name: &SourceName) -> Result<Vec<Failure>, StoreError> {
        let Some(source) = self.newest_row(name)? else { return Ok(Vec::new()) };
        let mut newest: BTreeMap<String, Failure> = BTreeMap::new();
        for row in self.rows_of::<FailureRow>(By::Source, &id_of(name))? {
            if row.source_key.as_ref() != Some(&source.key) {
                continue;
            }
            let failure = checked(row.model(None), Table::Failures)?;
            newest.insert(failure.id.to_string(), failure);
        }
        Ok(newest.into_values().collect())
    }

    fn failures_with_prefix(&self, prefix: &str, limit: usize) -> Result<Vec<Failure>, StoreError> {
        let prefix = prefix.to_ascii_lowercase();
        let is_meant = |failure: &Result<Failure, StoreError>| {
            failure.as_ref().map_or(true, |it| it.id.to_string().starts_with(&prefix))
        };
        self.failures().filter(is_meant).take(limit).collect()
    }

    fn run(&self, _: RunId) -> Result<Option<Run>, StoreError> {
        Ok(None)
    }

    fn runs(&self) -> Box<dyn Iterator<Item = Result<Run, StoreError>> + '_> {
        Box::new(std::iter::empty())
    }

    /// Files are not counted: nobody follows a folder by its commits.
    fn position(&self) -> Result<Position, StoreError> {
        Ok(Position::default())
    }

    fn changed_since(&self, _: &Position) -> Result<Option<BTreeSet<SourceName>>, StoreError> {
        Ok(None)
    }

    fn size_on_disk(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
