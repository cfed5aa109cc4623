//! Connections that can be cut, and a listener that can go away and come back at the same address.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Why the fake could not be started or asked.
#[derive(Debug)]
pub struct SimError(pub(crate) String);

impl fmt::Display for SimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SimError {}

/// A connection as handlers see it: where it comes from, and how to cut it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    from: SocketAddr,
    switch: Arc<Switch>,
}

#[derive(Debug, Default)]
struct Switch {
    cut: AtomicBool,
    reader: AtomicWaker,
}

impl Connection {
    pub fn address(&self) -> IpAddr {
        self.from.ip()
    }

    /// Ends the connection without a word.
    pub fn cut(&self) {
        self.switch.cut.store(true, Ordering::SeqCst);
        self.switch.reader.wake();
    }

    fn ended(&self) -> bool {
        self.switch.cut.load(Ordering::SeqCst)
    }
}

/// A connection's stream, which fails once it is cut.
pub(crate) struct Line {
    stream: TcpStream,
    connection: Connection,
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.connection.switch.reader.register(context.waker());
        if self.connection.ended() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.connection.ended() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// The listener; while it is told to be down, nobody listens at its address.
pub(crate) struct Gate {
    address: SocketAddr,
    listener: Option<TcpListener>,
    up: watch::Receiver<bool>,
    connections: Vec<Connection>,
}

impl Gate {
    pub async fn bind(address: SocketAddr, up: watch::Receiver<bool>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, listener: Some(listener), up, connections: Vec::new() })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    fn welcome(&mut self, stream: TcpStream, from: SocketAddr) -> (Line, Connection) {
        let connection = Connection { from, switch: Arc::default() };
        self.connections.retain(|known| Arc::strong_count(&known.switch) > 1);
        self.connections.push(connection.clone());
        let line = Line { stream, connection: connection.clone() };
        (line, connection)
    }
}

impl Listener for Gate {
    type Io = Line;
    type Addr = Connection;

    async fn accept(&mut self) -> (Line, Connection) {
        loop {
            if !*self.up.borrow_and_update() {
                self.listener = None;
                self.connections.drain(..).for_each(|connection| connection.cut());
                if self.up.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
                continue;
            }
            let Some(listener) = &self.listener else {
                // The port was ours a moment ago; whoever has it now gives it back.
                self.listener = TcpListener::bind(self.address).await.ok();
                tokio::task::yield_now().await;
                continue;
            };
            tokio::select! {
                accepted = listener.accept() => {
                    if let Ok((stream, from)) = accepted {
                        return self.welcome(stream, from);
                    }
                    tokio::task::yield_now().await;
                }
                changed = self.up.changed() => {
                    if changed.is_err() {
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Connection> {
        Ok(Connection { from: self.address, switch: Arc::default() })
    }
}

impl Connected<IncomingStream<'_, Gate>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Gate>) -> Self {
        stream.remote_addr().clone()
    }
}
