//! Runs one step once more on what was kept: to compare what comes out, or to have a failure again.

use std::sync::{Arc, Mutex, PoisonError};

use super::LARGEST_CONTAINER;
use super::reader::{at_least_one, with_attributes};
use crate::capabilities::{Allowance, ContainerLimit, Member, MemberSink, Refused, SourceBytes};
use crate::model::{Digest, Document, Extracted, Finding, Findings, Role, SourceInfo};
use crate::pipeline::step::Step;
use crate::sandbox::{Called, Sandbox, Stopped};

/// No container that a step is run on again may have more members.
const MOST_MEMBERS: usize = 1_000_000;

/// What a step is run on again.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) enum Again<'a> {
    Source {
        info: &'a SourceInfo,
        bytes: &'a Arc<[u8]>,
    },
    Document {
        document: &'a Document,
        /// All that was found in it.
        findings: &'a [Finding],
    },
}

/// What a step made of it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pipeline) enum Product {
    Found(Findings),
    Documents(Vec<Extracted>),
    /// Name, digest, size; in the order of the container.
    Members(Vec<(String, Digest, u64)>),
}

impl Step {
    /// Runs the step; it has to be one that reads such a thing.
    pub(in crate::pipeline) fn run_again(
        &self,
        sandbox: &Sandbox,
        on: Again<'_>,
    ) -> Result<Called<Product>, Stopped> {
        match on {
            Again::Source { info, bytes } => {
                let source = SourceBytes::new(info.media_type.clone(), Arc::clone(bytes))
                    .with_attributes(info.attributes.clone());
                if self.plugin.role == Role::Unpacker {
                    let members = Members::of(bytes.len() as u64);
                    let called = self.unpack_at(sandbox, source, Box::new(members.clone()), 0)?;
                    return Ok(called.map(|()| members.taken()));
                }
                let whole = |it| with_attributes(it, &info.attributes);
                let called = self.extract_at(sandbox, source, 0)?;
                let documents = |it| at_least_one(it).into_iter().map(whole).collect();
                Ok(called.map(|it| Product::Documents(documents(it))))
            }
            Again::Document { document, findings } => {
                let prior = prior(self, findings).into_iter().collect();
                Ok(self.find_at(sandbox, document, &prior, 0)?.map(Product::Found))
            }
        }
    }
}

/// What a step reads of what was found.
pub(in crate::pipeline) fn prior(
    step: &Step,
    findings: &[Finding],
) -> Vec<(String, Arc<Findings>)> {
    (step.reads.iter())
        .filter_map(|read| findings.iter().find(|finding| finding.step == *read))
        .map(|finding| (finding.step.to_string(), Arc::new(finding.findings.clone())))
        .collect()
}

/// Takes what an unpacker emits, and keeps what it takes to tell members apart.
#[derive(Debug, Clone)]
struct Members {
    allowance: Allowance,
    taken: Arc<Mutex<Vec<(String, Digest, u64)>>>,
}

impl Members {
    /// Of a container of this size.
    fn of(size: u64) -> Members {
        let allowance = Allowance::for_container(size, LARGEST_CONTAINER.as_u64());
        Members { allowance, taken: Arc::default() }
    }

    fn taken(&self) -> Product {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        Product::Members(std::mem::take(&mut taken))
    }
}

impl MemberSink for Members {
    fn count(&mut self, bytes: u64) -> Result<(), Refused> {
        self.allowance.count(bytes)
    }

    fn accept(&mut self, member: Member) -> Result<(), Refused> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() == MOST_MEMBERS {
            return Err(Refused::Limit(ContainerLimit::Members { most: MOST_MEMBERS }));
        }
        let digest = member.content.digest()?;
        taken.push((member.name, digest, member.content.size()));
        Ok(())
    }
}
