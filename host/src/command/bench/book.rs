//! Users who hold positions, bought the way the daemon buys: gate, journal, broker, fills.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prahari_app::clock::Clock;
use prahari_app::daemon::Daemon;
use prahari_app::desk::OrderContext;
use prahari_app::simulation::create_users;
use prahari_app::user::User;
use prahari_brokers::Quote;
use prahari_domain::ids::RunId;
use prahari_domain::money::Paise;
use prahari_domain::orders::{OrderKind, OrderRequest, Product, Purpose, Side, Variety};
use prahari_domain::strategies::StrategyName;
use prahari_store::Durability;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::world::{MONDAY, World, at, evening, turn_services_on};
use crate::exit::Failure;

/// What one position costs; ten of them are well within the capital of a new user.
const POSITION: Paise = Paise::rupees(50_000);

/// Users who order at the same time, as many as the daemon serves at once.
const AT_ONCE: usize = 64;

/// Makes users with services on who bought `positions` shares at Friday's close and hold them from Monday's open.
pub async fn fill(world: &World, users: u32, positions: usize) -> Result<(), Failure> {
    // What is prepared is thrown away after a crash, so nothing is gained by waiting for the disk.
    let store = world.store(Durability::Off)?;
    create_users(&store, users, evening()).await.map_err(Failure::work)?;
    let clock = Clock::at(evening());
    let broker = Arc::new(world.broker(&store).await?);
    let daemon = world.daemon(&store, clock.clone(), broker).await?;
    let quotes = Arc::new(quotes(world).await?);
    for_each_user(&daemon, {
        let daemon = daemon.clone();
        move |user| place(daemon.clone(), user, quotes.clone(), positions)
    })
    .await?;
    clock.wait_until(at(MONDAY, 9, 15, 30), &Notify::new()).await;
    for_each_user(&daemon, {
        let daemon = daemon.clone();
        move |user| take_fills(daemon.clone(), user, positions)
    })
    .await?;
    turn_services_on(&store, clock.now()).await?;
    store.close().await.map_err(Failure::work)
}

/// The last price of every symbol.
pub async fn quotes(world: &World) -> Result<Vec<Quote>, Failure> {
    let universe = world.market.universe().await.map_err(Failure::work)?;
    let quotes = world.market.quotes(&universe, evening()).await.map_err(Failure::work)?;
    Ok(quotes.into_iter().flatten().collect())
}

/// A buy for the next session that the open is sure to fill.
pub fn buy(quote: &Quote, quantity: u32) -> OrderRequest {
    OrderRequest {
        symbol: quote.symbol.clone(),
        side: Side::Buy,
        quantity,
        kind: OrderKind::Market,
        variety: Variety::AfterMarket,
        product: Product::Delivery,
        purpose: Purpose::Entry,
        signal: None,
        rsi: None,
        retry_of: None,
    }
}

/// Does something for every user, many at a time.
async fn for_each_user<W>(
    daemon: &Arc<Daemon>,
    work: impl Fn(Arc<User>) -> W + Clone + Send + 'static,
) -> Result<(), Failure>
where
    W: Future<Output = Result<(), Failure>> + Send,
{
    let users: Arc<[Arc<User>]> = daemon.users.all().into();
    let next = Arc::new(AtomicUsize::new(0));
    let mut jobs = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (users, next, work) = (users.clone(), next.clone(), work.clone());
        jobs.spawn(async move {
            while let Some(user) = users.get(next.fetch_add(1, Ordering::Relaxed)) {
                work(user.clone()).await?;
            }
            Ok(())
        });
    }
    while let Some(ended) = jobs.join_next().await {
        ended.map_err(Failure::work)??;
    }
    Ok(())
}

async fn place(
    daemon: Arc<Daemon>,
    user: Arc<User>,
    quotes: Arc<Vec<Quote>>,
    positions: usize,
) -> Result<(), Failure> {
    let now = daemon.clock.now();
    // Neighbours hold other shares, together all of them.
    let first = usize::try_from(user.id.0).unwrap_or(0) * positions;
    let order_context = OrderContext { run: RunId(1), strategy: StrategyName::REBOUND, day: MONDAY, now };
    let mut desk = user.desk.lock().await;
    for quote in quotes.iter().cycle().skip(first % quotes.len().max(1)).take(positions) {
        let quantity = u32::try_from(POSITION.0 / quote.last.0.max(1)).unwrap_or(1).max(1);
        let placed = desk.place(buy(quote, quantity), order_context).await.map_err(Failure::work)?;
        placed.map_err(|refusal| Failure::work(format!("a buy was refused: {}", refusal.detail)))?;
    }
    Ok(())
}

async fn take_fills(daemon: Arc<Daemon>, user: Arc<User>, positions: usize) -> Result<(), Failure> {
    let mut desk = user.desk.lock().await;
    desk.sync_fills(daemon.clock.now()).await.map_err(Failure::work)?;
    match desk.book().positions().len() {
        held if held == positions => Ok(()),
        held => Err(Failure::work(format!("user {} holds {held} positions of {positions}", user.id))),
    }
}
