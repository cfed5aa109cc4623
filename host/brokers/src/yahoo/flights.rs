//! What is being fetched: whoever wants the same waits for the same, and goes on being fetched when nobody waits any longer.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use parking_lot::Mutex;
use prahari_domain::instruments::Symbol;
use tokio::sync::watch;

use crate::market::MarketError;

/// Most shares that are being fetched or wait for it at once; more are refused.
const MOST: usize = 6_000;

/// Something that is fetched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Flight {
    /// The closed days of a share.
    Days(Symbol),
    /// The minutes of its running day.
    Minutes(Symbol),
}

type Landed = Result<(), MarketError>;

/// Waits for something that is fetched.
pub(super) struct Waiting(watch::Receiver<Option<Landed>>);

impl Waiting {
    /// Waits until it is there or has failed.
    pub async fn landed(mut self) -> Landed {
        let landed = self.0.wait_for(Option::is_some).await;
        let landed = landed.ok().and_then(|landed| (*landed).clone());
        landed.unwrap_or_else(|| Err(MarketError::Unavailable("the fetch was cut off".to_owned())))
    }
}

/// Everything that is being fetched.
#[derive(Default)]
pub(super) struct Flights(Mutex<HashMap<Flight, watch::Receiver<Option<Landed>>>>);

impl Flights {
    /// Waits for what is being fetched, after beginning it with `start` when it is not.
    ///
    /// # Errors
    /// When too much is being fetched.
    pub fn join<F>(
        self: &Arc<Self>,
        flight: Flight,
        start: impl FnOnce() -> F,
    ) -> Result<Waiting, MarketError>
    where
        F: Future<Output = Landed> + Send + 'static,
    {
        let mut running = self.0.lock();
        if let Some(running) = running.get(&flight) {
            return Ok(Waiting(running.clone()));
        }
        if running.len() >= MOST {
            return Err(MarketError::Unavailable(format!("{MOST} shares wait to be fetched already")));
        }
        let (landed, waiting) = watch::channel(None);
        running.insert(flight.clone(), waiting.clone());
        let (fetching, entry) = (start(), Entry { flights: Arc::clone(self), flight });
        tokio::spawn(async move {
            let result = fetching.await;
            drop(entry);
            landed.send_replace(Some(result));
        });
        Ok(Waiting(waiting))
    }

    /// How many shares are being fetched or wait for it.
    pub fn count(&self) -> usize {
        self.0.lock().len()
    }
}

/// Takes a flight off the list however it ends.
struct Entry {
    flights: Arc<Flights>,
    flight: Flight,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.flights.0.lock().remove(&self.flight);
    }
}
