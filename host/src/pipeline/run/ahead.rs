//! Reads ahead of the workers: takes what is offered, and what the store knows of it, so that
//! plugins need not wait for that.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use super::commit::{Results, hand_over};
use super::context::{Context, lock};
use super::queue::Sender;
use super::source::{Due, Kept, Stage};
use crate::ingest::Origin;
use crate::model::DocumentId;

/// At least so many sources wait for the workers with what the store knows of them, or four for
/// each: enough for the threads that read to be woken rarely. They wait together, so that no worker
/// is left with some while another one has none.
pub(super) const READ_AHEAD: usize = 16;
/// They wait as long as they have no more than this many bytes together.
pub(super) const READ_AHEAD_BYTES: u64 = 1 << 20;

/// What is still to be done.
pub(super) struct Offers<'a> {
    pub(super) origin: &'a mut dyn Origin,
    /// The names offered so far, as ids to save memory: a name offered twice is processed once.
    pub(super) seen: HashSet<DocumentId>,
}

impl Context<'_> {
    /// Hands over what is offered, and what the store knows of it where its content is what the
    /// store keeps, so that plugins need not wait for that. What needs no more than a look is
    /// settled here.
    pub(super) fn read_ahead(
        &self,
        offers: &Mutex<Offers<'_>>,
        waiting: &Sender<'_, Stage>,
        results: &Results<'_>,
    ) {
        while !self.stopped() {
            let offer = {
                let mut offers = lock(offers);
                let Some(offer) = offers.origin.next() else { return };
                if !offers.seen.insert(DocumentId::of(&offer.name, 0)) {
                    continue;
                }
                offer
            };
            // A member of a container may come out of it again meanwhile, as another one: nothing
            // is known of it for long.
            let known = offer.content.as_ref().ok().and_then(|content| content.known());
            let stage = match known {
                Some(info) if info.container.is_none() => match self.checked(self.begin(offer)) {
                    Some(stage) => stage,
                    None => return,
                },
                _ => Stage::Offered(offer),
            };
            let goes_on = match stage {
                Stage::Offered(offer) => {
                    let in_memory = offer.content.as_ref().map_or(0, |content| content.in_memory());
                    waiting.send(Stage::Offered(offer), in_memory)
                }
                Stage::Due(mut due) => {
                    due.kept = self.kept(&due);
                    let weight = due.kept.as_ref().map_or(0, Kept::weight);
                    waiting.send(Stage::Due(due), weight)
                }
                Stage::Done(done) => hand_over(results, *done),
                Stage::Elsewhere => true,
            };
            if !goes_on {
                return;
            }
        }
    }

    /// What the store has of a source, or nothing if that is better found out, or told as an error,
    /// by who needs it.
    fn kept(&self, due: &Due) -> Option<Kept> {
        if due.is_opened {
            return None;
        }
        catch_unwind(AssertUnwindSafe(|| self.look_up(due))).ok()?.ok()
    }
}
