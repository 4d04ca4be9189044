//! TCP streams that can be cut from within: what a broken network does, at a moment that a route chooses.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// How a connection ends before its time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cut {
    /// With a FIN: everything sent arrives, and then the end.
    Close,
    /// With a RST: what the client has not read yet may be lost.
    Reset,
}

/// Cuts one connection. Whoever holds a clone can do it, at any time; the second cut does nothing.
#[derive(Clone, Debug)]
pub(crate) struct Scissors {
    /// Which connection this is, counted from 1 over both origins.
    pub(crate) connection: u64,
    state: Arc<Mutex<WireState>>,
}

#[derive(Debug, Default)]
struct WireState {
    cut: Option<Cut>,
    /// The connection's task. hyper reads and writes one connection in one task, so that one waker is enough.
    waker: Option<Waker>,
}

impl Scissors {
    /// Tears the connection down: nothing more is read or written, and an answer under way is left unfinished.
    pub(crate) fn cut(&self, how: Cut) {
        let waker = {
            let mut state = self.state();
            state.cut.get_or_insert(how);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, WireState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A listener on a port of the loopback address, whose streams are [`Wire`]s.
pub(crate) struct WireListener(TcpListener);

impl WireListener {
    /// Binds a port; `argument` is what to speak of when that fails.
    pub(crate) async fn bind(port: u16, argument: &str) -> Result<Self, String> {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map(Self).map_err(|error| {
            if error.kind() == io::ErrorKind::AddrInUse {
                format!(
                    "port {port} is taken, perhaps by another test server; choose one with \
                     {argument}, or let me: {argument} 0"
                )
            } else {
                format!("cannot listen on port {port} ({argument}): {error}")
            }
        })
    }

    /// What a browser calls this listener.
    pub(crate) fn origin(&self) -> Result<String, String> {
        self.0.local_addr().map(|address| format!("http://{address}")).map_err(|error| format!("cannot tell the port: {error}"))
    }
}

impl Listener for WireListener {
    type Io = Wire;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Wire, SocketAddr) {
        static CONNECTIONS: AtomicU64 = AtomicU64::new(1);
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    // A test wants every chunk at once. Without it the chunks only come in fewer pieces.
                    let _ = stream.set_nodelay(true);
                    let scissors = Scissors { connection: CONNECTIONS.fetch_add(1, Ordering::Relaxed), state: Arc::default() };
                    return (Wire { stream, scissors }, address);
                }
                // The client went before we said hello, or we are out of file descriptors: neither is for ever.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// An accepted TCP stream that obeys its [`Scissors`].
pub(crate) struct Wire {
    stream: TcpStream,
    scissors: Scissors,
}

impl Connected<IncomingStream<'_, WireListener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, WireListener>) -> Self {
        stream.io().scissors.clone()
    }
}

impl AsyncRead for Wire {
    /// hyper keeps reading while it writes an answer, to notice a client that goes; so a cut is noticed here, and at once.
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let cut = {
            let mut state = self.scissors.state();
            if state.cut.is_none() {
                state.waker = Some(context.waker().clone());
            }
            state.cut
        };
        match cut {
            None => Pin::new(&mut self.stream).poll_read(context, buffer),
            Some(how) => {
                if how == Cut::Reset {
                    // The socket is about to be dropped: it then says RST in place of FIN.
                    let _ = self.stream.set_zero_linger();
                }
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
